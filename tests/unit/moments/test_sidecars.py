"""A sidecar finds its video, and never another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinora.moments.language import normalise_language
from kinora.moments.sidecars import sidecars_of


def folder_with(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return folder


def found(folder: Path, video: str) -> list[tuple[str, str]]:
    return [(str(path.relative_to(folder)), language) for path, language in sidecars_of(folder / video)]


def test_every_usual_name_is_found_with_its_language(tmp_path: Path) -> None:
    names = [
        "film.srt",
        "film.en.vtt",
        "film_en.vtt",
        "film_captions_en.vtt",
        "film-subtitles-de.vtt",
        "film.pt-BR.srt",
    ]
    names += [
        "film.zh_cn.srt",
        "film.English.srt",
        "film.eng.forced.srt",
        "film.en.hi.srt",
        "film.hi.srt",
        "film.mp4.ass",
    ]
    folder_with(tmp_path, "film.mp4", "other.mp4", *names)
    assert dict(found(tmp_path, "film.mp4")) == {
        "film.srt": "",
        "film.en.vtt": "en",
        "film_en.vtt": "en",
        "film_captions_en.vtt": "en",
        "film.pt-BR.srt": "pt-BR",
        "film-subtitles-de.vtt": "de",
        "film.zh_cn.srt": "zh-CN",
        "film.English.srt": "en",
        "film.eng.forced.srt": "en",
        "film.en.hi.srt": "en",
        "film.hi.srt": "hi",
        "film.mp4.ass": "",
    }


def test_another_films_sidecar_is_left_alone(tmp_path: Path) -> None:
    names = [
        "film.mp4",
        "film2.mp4",
        "film_2.mp4",
        "film.en.mkv",
        "film2.srt",
        "film_2.srt",
        "film_2.en.srt",
        "film.en.de.srt",
    ]
    folder_with(tmp_path, *names, "film.srt", "film.part2.srt", "film - making of.srt", "filmed.srt", "film.txt")
    assert found(tmp_path, "film.mp4") == [("film.srt", "")]
    assert found(tmp_path, "film_2.mp4") == [("film_2.en.srt", "en"), ("film_2.srt", "")]
    assert found(tmp_path, "film2.mp4") == [("film2.srt", "")]
    assert found(tmp_path, "film.en.mkv") == [("film.en.de.srt", "de")]


def test_subtitle_folders_are_searched(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        "film.mp4",
        "b.mp4",
        "Subs/film.de.srt",
        "subtitles/film_fr.vtt",
        "Subs/b.srt",
        "Subs/English.srt",
        "extras/film.srt",
    )
    assert found(tmp_path, "film.mp4") == [("Subs/film.de.srt", "de"), ("subtitles/film_fr.vtt", "fr")]


def test_a_lone_video_owns_what_has_no_name_of_its_own(tmp_path: Path) -> None:
    folder_with(tmp_path, "film.mp4", "film.webm", "descriptions.vtt", "Subs/2_English.srt", "wedding.srt")
    assert found(tmp_path, "film.mp4") == [("descriptions.vtt", ""), ("Subs/2_English.srt", "en")]


def test_a_resolution_in_the_videos_name_does_not_part_them(tmp_path: Path) -> None:
    folder_with(tmp_path, "film_480p.mp4", "film 1080p.mp4", "film.en.vtt")
    assert found(tmp_path, "film_480p.mp4") == [("film.en.vtt", "en")]


def test_case_and_unicode_forms_do_not_matter(tmp_path: Path) -> None:
    folder_with(tmp_path, "Ca\u0301fe.MP4", "c\u00e1fe.EN.SRT", "zzz.mp4")
    assert found(tmp_path, "Ca\u0301fe.MP4") == [("c\u00e1fe.EN.SRT", "en")]


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert sidecars_of(tmp_path / "gone" / "film.mp4") == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("eng", "en"),
        ("English", "en"),
        ("pt_br", "pt-BR"),
        ("zh-hans-CN", "zh-Hans-CN"),
        ("ger", "de"),
        ("deu", "de"),
        ("中文", "zh"),
        ("en-US", "en-US"),
        ("es-419", "es-419"),
        ("und", ""),
        ("", ""),
        ("klingon", ""),
        ("../en", ""),
        ("xx", ""),
    ],
)
def test_languages_become_bcp47(given: str, code: str) -> None:
    assert normalise_language(given) == code
