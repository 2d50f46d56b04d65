"""`kinora train video`: train the embedded video model on rendered worlds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kinora.cli import train_frames
from kinora.cli.output import out, print_json, progress_bar

if TYPE_CHECKING:
    from kinora.generate.rewrite import PromptStyle
    from kinora.generate.train.clip_source import Clips, ClipShape
    from kinora.world.sample import FamilyChoice

_SCENES_READ_FOR_WORDS = 2000


@click.group("train")
def command() -> None:
    """Train the models that ship with Kinora."""


command.add_command(train_frames.command)


@command.command("video")
@click.option(
    "--out",
    "out_dir",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where its state, log and result go; the same folder goes on.",
)
@click.option(
    "--size", "size_name", default="small", show_default=True, help="tiny, small (two processors) or base (a GPU)."
)
@click.option(
    "--autoencoder-minutes",
    default=25.0,
    show_default=True,
    help="Training time of the autoencoder, earlier runs counted.",
)
@click.option("--minutes", default=95.0, show_default=True, help="Training time of the denoiser, earlier runs counted.")
@click.option(
    "--family", default="mixed", show_default=True, help="Worlds to train on: objects, landscapes, figures or mixed."
)
@click.option(
    "--from",
    "start_from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Go on from this model's folder, with its autoencoder and its words. (--size is then the folder's.)",
)
@click.option(
    "--words-from",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take text encoder and tokenizer of this model's folder; all else is new.",
)
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Real pictures for the autoencoder beside the worlds: a folder of Parquet files with a column `image`.",
)
@click.option("--threads", default=1, show_default=True, help="Processors to use, where it runs on the CPU.")
@click.option("--renderers", default=0, show_default=True, help="Processes that draw clips ahead (0: drawn in line).")
@click.option("--score-minutes", default=15.0, show_default=True, help="How often to score it meanwhile (0: never).")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def video(**chosen: Any) -> None:
    """Train autoencoder and denoiser; stop it at any time, run it again and it goes on."""
    import torch

    from kinora.cli.train_score import scorer
    from kinora.engine.cancel import CancelToken
    from kinora.generate.loader import best_device
    from kinora.generate.model.sizes import size_named
    from kinora.generate.rewrite import save_style
    from kinora.generate.train.program import VideoTraining, train_video
    from kinora.generate.train.rendered_ahead import RenderedAhead

    torch.set_num_threads(chosen["threads"])
    training = VideoTraining(
        chosen["out_dir"],
        size_named(chosen["size_name"]),
        chosen["autoencoder_minutes"] * 60,
        chosen["minutes"] * 60,
        seed=chosen["seed"],
        start_from=chosen["start_from"],
        words_from=chosen["words_from"],
        pictures=chosen["pictures"],
        device=best_device(),
        score_every_seconds=chosen["score_minutes"] * 60,
    )
    render = partial(render_worlds, chosen["family"])
    ahead = RenderedAhead(render, chosen["renderers"]) if chosen["renderers"] else None
    cancel = CancelToken()
    with progress_bar() as bar:
        task = bar.add_task("Training", total=1.0, message="")

        def report(done: float, message: str) -> None:
            bar.update(task, completed=done, message=message)

        style = _style(chosen["family"])
        folder = train_video(
            training,
            ahead or render,
            sorted(style.words),
            scorer(training.device) if chosen["score_minutes"] else None,
            report=report,
            cancel=cancel,
        )
        save_style(style, folder)
    if ahead is not None:
        ahead.close()
    if chosen["as_json"]:
        print_json({"pipeline": str(folder), "log": str(training.out_dir / "denoiser.jsonl")})
        return
    out.print(f'The model is in {folder}; make a clip with it: kinora make --model {folder} "a red ball rolls left"')


def render_worlds(family: FamilyChoice, seeds: Sequence[int], shape: ClipShape, device: str = "cpu") -> Clips:
    """Return the worlds of seeds with all that may be said of each."""
    from kinora.generate.train.clip_source import Clips
    from kinora.world.batches import render_clips
    from kinora.world.captions import captions_of

    batch = render_clips(
        seeds, height=shape.height, width=shape.width, num_frames=shape.num_frames, fps=shape.fps,
        family=family, device=device,
    )  # fmt: skip
    said = [captions_of(spec) for spec in batch.specs]
    return Clips(batch.pixels_BTHWC, tuple((one.short, one.long, *one.paraphrases) for one in said))


def _style(family: FamilyChoice) -> PromptStyle:
    """Return how the worlds' captions say things: each synonym's plain phrase, where it has one, and their words."""
    from kinora.generate.rewrite import PromptStyle
    from kinora.world import words
    from kinora.world.captions import captions_of
    from kinora.world.sample import sample_spec

    tables = (words.COLOUR_WORDS, words.SIZE_WORDS, words.SPEED_WORDS, words.DIRECTION_WORDS, words.GROUND_WORDS)
    meanings: dict[str, set[str]] = {}
    for table in tables:
        for said_as in table.values():
            for phrase in said_as:
                meanings.setdefault(phrase, set()).add(said_as[0])
    for forms in (*words.SHAPE_WORDS.values(), *words.VERBS.values()):
        for other in forms:
            for phrase, first in zip(other, forms[0], strict=False):
                meanings.setdefault(phrase, set()).add(first)
    found: set[str] = set()
    for seed in range(_SCENES_READ_FOR_WORDS):
        said = captions_of(sample_spec(seed, family=family))
        for caption in (said.short, said.long, *said.paraphrases):
            found.update(caption.replace(",", " ").split())
    certain = {phrase: plain.pop() for phrase, plain in meanings.items() if len(plain) == 1}
    shown = {phrase: plain for phrase, plain in certain.items() if set(plain.split()) <= found}
    return PromptStyle(shown, frozenset(found))
