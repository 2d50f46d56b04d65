"""Real subtitle files of many languages, and the sidecars of real clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinora.moments.gather import Track, VideoWords, moments_of
from kinora.moments.subtitles import cues_to_webvtt, parse_subtitles, sidecars_of

pytestmark = pytest.mark.media

FIRST_WORDS = {
    "orphan_subtitles/deadline_captions_ar.vtt": (16, "(المشروع): أتريد الانتهاء مني؟", ""),
    "orphan_subtitles/deadline_captions_hi.vtt": (16, "क्या आप मुझे खत्म करना चाहते हैं?", "काम"),
    "orphan_subtitles/blocks4all_captions_ko.vtt": (44, "[경쾌한 피아노 선율]", ""),
    "orphan_subtitles/itaccess_subtitles_zh-cn.vtt": (76, "我们一直坚信每个人都应该有机会获得高等教育", ""),
    "orphan_subtitles/wwa_captions_en.vtt": (15, "[ music ]", ""),
    "orphan_subtitles/sintel-short-de.vtt": (14, "[Test]", "Test"),
    "autocut_bilingual/test.srt": (2, "大家好,我的名字是AutoCut.这是一条用于测试的视频。", ""),
    "sintel_trailer/sintel_trailer.en.vtt": (4, "What brings you to the land of the gatekeepers?", ""),
}


@pytest.mark.parametrize("name", FIRST_WORDS)
def test_real_files_are_read(shared_media: Path, name: str) -> None:
    cues = parse_subtitles((shared_media / name).read_bytes(), name)
    num_cues, text, speaker = FIRST_WORDS[name]
    assert (len(cues), cues[0].text, cues[0].speaker) == (num_cues, text, speaker)
    assert parse_subtitles(cues_to_webvtt(cues).encode(), "again.vtt") == cues


def test_every_real_file_is_read_and_every_cue_stays_findable(shared_media: Path) -> None:
    paths = [path for path in shared_media.rglob("*") if path.suffix in (".vtt", ".srt")]
    assert len(paths) > 20
    for path in paths:
        cues = parse_subtitles(path.read_bytes(), path.name)
        moments = moments_of(VideoWords(1e6, tracks=(Track(tuple(cues)),)))
        for cue in cues:
            assert max(moment.span.iou(cue.span) for moment in moments) >= 0.3, (path, cue)


def test_real_sidecars_are_found(shared_media: Path) -> None:
    found = {
        name: [(path.name, language) for path, language in sidecars_of(shared_media / name)]
        for name in (
            "ableplayer_audio/paulallen.mp3",
            "sintel_trailer/sintel_trailer_480p.mp4",
            "chrome_hammock/chrome.mp4",
            "autocut_bilingual/test001.mp4",
        )
    }
    assert list(found.values()) == [
        [("paulallen_de.vtt", "de"), ("paulallen_en.vtt", "en")],
        [("sintel_trailer.en.vtt", "en")],
        [("descriptions.vtt", "")],
        [],
    ]
