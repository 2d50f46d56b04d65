"""Speech through the whole real path (decode, voice detector, features, beam search, word times), confined."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_models import save_scripted_whisper

from kinora.config import Settings
from kinora.errors import UnreadableMedia
from kinora.moments.speech import transcribe


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper")
    return save_scripted_whisper(folder / "converted", folder / "original", "Hello there, my friend.")


@pytest.mark.media
def test_what_the_model_hears_becomes_cues(scripted: Path, shared_media: Path, tmp_path: Path) -> None:
    told: list[float] = []
    path = shared_media / "multilingual_audio" / "apollo11.mp3"
    settings = Settings(home=tmp_path, speech_model=str(scripted))
    language, cues = transcribe(path, settings, on_progress=lambda done, _: told.append(done), duration_seconds=89.2)
    assert language == "en"
    assert cues and {cue.text for cue in cues} == {"Hello there, my friend."}
    assert all(0 <= cue.start_seconds < cue.end_seconds <= 90 for cue in cues)
    assert told[-1] == pytest.approx(1, abs=0.02)


def test_silence_says_nothing_and_a_text_file_is_refused(scripted: Path, tmp_path: Path) -> None:
    import wave

    settings = Settings(home=tmp_path, speech_model=str(scripted))
    with wave.open(str(tmp_path / "silence.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.zeros(16_000 * 3, dtype=np.int16).tobytes())
    assert transcribe(tmp_path / "silence.wav", settings) == ("", [])
    (tmp_path / "text.mp3").write_text("no sound")
    with pytest.raises(UnreadableMedia):
        transcribe(tmp_path / "text.mp3", settings)
