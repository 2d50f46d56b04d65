"""Subtitle text of every format, encoding and degree of malice → tidy cues, and back to safe WebVTT."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinora.errors import SubtitlesRefused
from kinora.moments.moment import Cue
from kinora.moments.subtitles import MAX_CUES, MAX_SUBTITLE_BYTES, cues_to_webvtt, parse_subtitles, tidy_cues


def srt(text: str, *, times: str = "00:00:01,000 --> 00:00:02,000") -> str:
    return f"1\n{times}\n{text}\n"


def parsed(text: str | bytes, name: str = "film.srt") -> list[Cue]:
    return parse_subtitles(text if isinstance(text, bytes) else text.encode(), name)


class TestFormats:
    def test_srt_with_tags_blank_lines_and_numbers_as_words(self) -> None:
        text = (
            "1\n00:00:01,000 --> 00:00:02,500\n<i>Hi</i> {\\an8}there\n\n2\n0:3,0 --> 0:4,0\nnine\n\n"
            "3\n00:00:05.000 --> 00:00:06\n42\n\n4\n00:00:07,000 --> 00:00:08,000\na\n\nb\n"
        )
        assert parsed(text) == [Cue(1, 2.5, "Hi there"), Cue(3, 4, "nine"), Cue(5, 6, "42"), Cue(7, 8, "a\nb")]

    def test_vtt_with_voices_notes_styles_and_settings(self) -> None:
        text = (
            "WEBVTT - title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE 00:00:00.000 is no cue\n\n"
            "intro\n00:01.000 --> 00:02.000 align:start position:10%\n<v.loud Ada Lovelace>Good &amp; <c.x>new</c>\n\n"
            "00:03.000 --> 00:04.000\n<v Ada>Yes?</v> <v Bob>No &lt;b&gt;.\n"
        )
        assert parsed(text, "film.vtt") == [
            Cue(1, 2, "Good & new", "Ada Lovelace"),
            Cue(3, 4, "Yes?", "Ada"),
            Cue(3, 4, "No <b>.", "Bob"),
        ]

    def test_ass_with_overrides_drawings_comments_and_names(self) -> None:
        text = (
            "[Script Info]\nTitle: x\n[Events]\n"
            "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
            "Comment: 0,0:00:00.00,0:00:05.00,D,,0,0,0,,never\n"
            "Dialogue: 0,0:00:01.00,0:00:05.50,D,Bob,0,0,0,,{\\i1}Hello{\\i0}\\Nthere, you\n"
            "Dialogue: 0,0:00:06.00,0:00:07.00,D,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}\n"
        )
        assert parsed(text, "film.ass") == [Cue(1, 5.5, "Hello\nthere, you", "Bob")]

    def test_ttml_with_nested_times_frames_breaks_and_agents(self) -> None:
        text = (
            '<?xml version="1.0" encoding="utf-8"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="urn:m"'
            ' xmlns:ttp="urn:p" ttp:frameRate="25"><head><metadata><ttm:agent xml:id="a"><ttm:name>Ada</ttm:name>'
            '</ttm:agent></metadata></head><body><div begin="10s"><p ttm:agent="a" begin="00:00:01:05" end="2s">Hi'
            ' <span>my</span><br/>dear</p><p dur="500ms">Bye</p><p begin="3s" end="4s"><span begin="0s"'
            ' end="1s">x</span></p>'
            "</div></body></tt>"
        )
        assert parsed(text, "film.ttml") == [
            Cue(10, 10.5, "Bye"),
            Cue(11.2, 12, "Hi my\ndear", "Ada"),
            Cue(13, 14, "x"),
        ]

    @pytest.mark.parametrize(
        "junk",
        [b"", b"\x00\x01\x02" * 50, b"\x89PNG\r\n\x1a\n", b"hello", b"<html></html>", b"<?xml version='1.0'?><rss/>"],
    )
    def test_what_is_no_subtitle_file_is_refused_with_a_sentence(self, junk: bytes) -> None:
        with pytest.raises(SubtitlesRefused, match=r"x\.srt|TTML|<rss>"):
            parsed(junk, "/evil/../x.srt")


class TestEncodings:
    @pytest.mark.parametrize(
        ("encoding", "words"),
        [
            ("utf-8", "Grüße, 世界"),
            ("utf-8-sig", "Grüße"),
            ("utf-16", "Grüße, 世界"),
            ("utf-16-le", "plain words"),
            ("cp1252", "Où est l'été? Ça c'est déjà très bien."),
            ("cp1252", "Wir müssen größer träumen – ja?"),
            ("cp1251", "Привет, как дела? Это очень хорошо."),
            ("gb18030", "你好,我的名字是小明。这是一条用于测试的视频"),
            ("big5", "這是一個用於測試的視頻，你好嗎"),
            ("cp932", "こんにちは、これはテストの字幕です"),
            ("cp949", "안녕하세요 이것은 시험용 자막입니다"),
            ("cp1250", "Zażółć gęślą jaźń"),
            ("cp1253", "Καλημέρα, τι κάνεις σήμερα;"),
            ("cp1255", "שלום מה שלומך היום"),
            ("cp1256", "مرحبا، كيف حالك اليوم"),
            ("cp1254", "İyi günler, nasılsınız? Çok güzel şey"),
        ],
    )
    def test_text_comes_out_right(self, encoding: str, words: str) -> None:
        assert [cue.text for cue in parsed(srt(words).encode(encoding))] == [words]

    def test_the_name_helps_where_bytes_are_ambiguous(self) -> None:
        assert parsed(srt("łąka").encode("cp1250"), "film.pl.srt")[0].text == "łąka"

    def test_one_broken_byte_does_not_change_the_encoding(self) -> None:
        data = srt("Ein schöner Tag für größere Übungen, süß und flüssig wie Öl, meint die Fähre.").encode()
        data = data[:-1] + b"\xff\n"
        assert "größere Übungen" in parsed(data)[0].text


class TestHostileText:
    @pytest.mark.parametrize(
        ("given_text", "plain"),
        [
            ("<script>alert(1)</script>", "alert(1)"),
            ("a\x00b\x07c\x1b[31m", "abc[31m"),
            ("x\u202egnp.exe", "xgnp.exe"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("&lt;img src=x onerror=alert(1)&gt;", "<img src=x onerror=alert(1)>"),
            ("<font color='red'>r</font>", "r"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ],
    )
    def test_markup_and_control_characters_become_plain_text(self, given_text: str, plain: str) -> None:
        assert parsed(srt(given_text))[0].text == plain

    def test_webvtt_output_can_carry_no_markup_or_timing(self) -> None:
        cue = Cue(1, 1, "<img src=x onerror=alert(1)>\n\n00:00 --> 00:09\nNOTE & more", "Eve<script>\n-->")
        text = cues_to_webvtt([cue])
        assert "<img" not in text and "<script" not in text and text.count("-->") == 1
        back = parse_subtitles(text.encode(), "a.vtt")
        assert [(one.text.split("\n")[0], one.speaker) for one in back] == [
            (cue.text.split("\n")[0], "Eve<script> -->")
        ]

    def test_entities_never_expand(self) -> None:
        laughs = '<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><tt><p begin="0s" end="1s">&b;</p></tt>'
        with pytest.raises(SubtitlesRefused, match="expand without end"):
            parsed(laughs, "x.ttml")
        with pytest.raises(SubtitlesRefused, match="broken XML"):
            parsed('<tt xmlns="x"><p begin="0s" end="1s">&xxe;</p></tt>', "x.ttml")

    def test_deep_xml_is_refused(self) -> None:
        with pytest.raises(SubtitlesRefused, match="nests deeper"):
            parsed("<tt>" + "<div>" * 100_000, "x.ttml")

    def test_limits_are_stated(self) -> None:
        with pytest.raises(SubtitlesRefused, match=f"{MAX_SUBTITLE_BYTES:,}"):
            parsed(b" " * (MAX_SUBTITLE_BYTES + 1))
        with pytest.raises(SubtitlesRefused, match=f"{MAX_CUES:,} cues"):
            parsed(srt("a") * (MAX_CUES + 1))

    @pytest.mark.parametrize(
        "data",
        [
            b"<v " * 300_000,
            b"1:1:" * 250_000 + b"-->",
            srt("{" * 900_000).encode(),
            srt("{\\p1}" * 200_000).encode(),
            srt("<a" * 500_000).encode(),
            b"-->\n" * 250_000,
            b"[Script Info]\nDialogue: " + b"," * 900_000,
        ],
    )
    def test_a_megabyte_of_malice_takes_no_time(self, data: bytes) -> None:
        started = time.process_time()
        with suppress(SubtitlesRefused):
            parsed(data)
        assert time.process_time() - started < 3

    @settings(max_examples=150, deadline=None)
    @given(
        st.one_of(
            st.binary(max_size=400),
            st.text(max_size=300).map(lambda text: srt(text).encode()),
            st.text(max_size=300).map(lambda text: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + text.encode()),
            st.text(max_size=200).map(lambda text: f'<tt><p begin="0s" end="1s">{text}</p></tt>'.encode()),
        )
    )
    def test_anything_is_read_or_refused_and_survives_the_round_trip(self, data: bytes) -> None:
        try:
            cues = parsed(data, "x")
        except SubtitlesRefused:
            return
        assert all(0 <= cue.start_seconds < cue.end_seconds and cue.text for cue in cues)
        assert cues == sorted(cues, key=lambda cue: cue.start_seconds)
        assert cues_to_webvtt(cues).count("-->") == len(cues)


class TestTidying:
    def test_impossible_times_are_mended_or_dropped(self) -> None:
        nan = float("nan")
        cues = [
            Cue(5, 4, "backwards"),
            Cue(-3, 1, "early"),
            Cue(-3, -1, "before"),
            Cue(nan, 2, "nan"),
            Cue(9e9, 9.1e9, "never"),
        ]
        tidy = tidy_cues(cues)
        assert [cue.text for cue in tidy] == ["early", "backwards"]
        assert tidy[0] == Cue(0, 1, "early") and tidy[1].start_seconds == 5 and 5.5 <= tidy[1].end_seconds < 13

    def test_overlapping_speakers_both_stay(self) -> None:
        assert tidy_cues([Cue(1, 4, "b", "B"), Cue(0, 3, "a", "A")]) == [Cue(0, 3, "a", "A"), Cue(1, 4, "b", "B")]

    def test_roll_up_captions_say_each_line_once(self) -> None:
        text = (
            "WEBVTT\n\n00:00.000 --> 00:02.000\nso<00:00:01.000><c> hello</c>\n\n00:02.000 --> 00:02.010\nso hello\n\n"
            "00:02.010 --> 00:04.000\nso hello\nworld now\n\n00:04.000 --> 00:04.010\nworld now\n\n"
            "00:04.010 --> 00:06.000\nworld now\nagain\n"
        )
        assert [(cue.start_seconds, cue.text) for cue in parsed(text, "a.vtt")] == [
            (0, "so hello"),
            (2.01, "world now"),
            (4.01, "again"),
        ]

    def test_words_said_twice_with_a_pause_stay_two(self) -> None:
        assert len(tidy_cues([Cue(0, 1, "Oh!"), Cue(1.08, 2, "Oh!")])) == 2

    def test_a_line_painted_on_is_one_cue(self) -> None:
        assert tidy_cues([Cue(0, 0.4, "I"), Cue(0.4, 0.8, "I am"), Cue(0.8, 3, "I am here")]) == [
            Cue(0, 3, "I am here")
        ]
