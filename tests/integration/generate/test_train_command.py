"""`kinora train video` from the command line, tiny."""

import json
from dataclasses import replace

from click.testing import CliRunner

from kinora.cli import train


def test_a_training_writes_a_pipeline_its_words_and_its_scores(tmp_path, monkeypatch):
    from kinora.generate.train import course
    from kinora.generate.train.clip_source import ClipShape

    monkeypatch.setattr(course, "SMALL", replace(course.SMALL, shapes=((ClipShape(5, 32, 32, 8.0), 1.0),)))
    arguments = [
        "video", "--out", str(tmp_path), "--size", "tiny", "--autoencoder-minutes", "0.01", "--minutes", "0.05",
        "--family", "objects", "--renderers", "1", "--json",
    ]  # fmt: skip
    done = CliRunner().invoke(train.command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (tmp_path / "pipeline" / "model_index.json").exists()
    assert said["pipeline"] == str(tmp_path / "pipeline")
    last = json.loads((tmp_path / "denoiser.jsonl").read_text().splitlines()[-1])
    assert {"count", "colour", "shape", "camera", "all"} <= set(last["scores"])
    style = json.loads((tmp_path / "pipeline" / "prompt_style.json").read_text())
    assert style["phrases"]["crimson"] == "red"


def test_an_unknown_size_is_refused_with_those_there_are(tmp_path):
    done = CliRunner().invoke(train.command, ["video", "--out", str(tmp_path), "--size", "giant"])
    assert done.exception is not None
    assert "no model size is called 'giant'" in str(done.exception)
