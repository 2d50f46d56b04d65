from __future__ import annotations

from pathlib import Path

import pytest

from kinora.engine.sandbox import Finished
from kinora.errors import ToolFailed, UnreadableMedia
from kinora.media import ffmpeg


def test_every_input_gets_the_allow_lists_and_is_readable() -> None:
    guarded, inputs = ffmpeg._guarded(["-ss", "3", "-i", "/a/b.mp4", "-i", "file:/c|d.mp3", "-c", "copy", "/out/o.mp4"])
    assert inputs == [Path("/a/b.mp4"), Path("/c|d.mp3")]
    assert [guarded[n + 1] for n, word in enumerate(guarded) if word == "-i"] == ["file:/a/b.mp4", "file:/c|d.mp3"]
    assert [guarded[n + 1] for n, word in enumerate(guarded) if word == "-protocol_whitelist"] == ["file", "file"]
    formats = guarded[guarded.index("-format_whitelist") + 1].split(",")
    assert {"mov", "matroska", "mp3"} <= set(formats)
    assert not {"hls", "dash", "concat", "image2", "sdp", "tee", "lavfi", "subfile", "applehttp"} & set(formats)


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        ("[in#0 @ 0x1] Error opening input: Invalid data found when processing input\nConversion failed!\n",
         UnreadableMedia, "b.mp4 can't be decoded: Error opening input: Invalid data found when processing input"),
        ("Unknown encoder 'x'\nError selecting an encoder\nError opening output files: Encoder not found\n",
         ToolFailed, "FFmpeg failed: Unknown encoder 'x'"),
        ("", ToolFailed, "FFmpeg failed: exit status 1"),
        ("[mov @ 0x2] moov atom not found\n[in#0] Error opening input file:/a/b.mp4\n",
         UnreadableMedia, "b.mp4 can't be decoded: Error opening input b.mp4"),
    ],
)  # fmt: skip
def test_its_last_useful_line_is_the_sentence(said: str, kind: type[Exception], sentence: str) -> None:
    error = ffmpeg._failure(Finished(b"", said, 0.1, 0.1, 1), [Path("/a/b.mp4")])
    assert type(error) is kind and error.message.startswith(sentence)


def test_progress_is_read_from_its_own_lines() -> None:
    done: list[float] = []
    take = ffmpeg._progress(done.append)
    for line in ("frame=3", "out_time_us=N/A", "out_time_us=1500000", "out_time_us=-20", "progress=end"):
        take(line)
    assert done == [1.5, 0.0]
