"""A video's rows as the words that search looks at."""

from __future__ import annotations

from kinora.library.models import ScreenText, SubtitleTrack, Video
from kinora.media.facts import Chapter
from kinora.moments.gather import Track, VideoWords
from kinora.moments.moment import Box, Cue
from kinora.moments.screen_words import ScreenWords


def words_of(video: Video) -> VideoWords:
    """Return all that is known of a video in words."""
    tracks = SubtitleTrack.objects.filter(video=video).prefetch_related("cues")
    return VideoWords(
        duration_seconds=video.duration_seconds,
        title=video.title,
        description=video.description,
        tags=tuple(video.tags),
        language=video.language,
        tracks=tuple(_track(track) for track in tracks),
        screen_words=tuple(_screen_words(row) for row in ScreenText.objects.filter(video=video)),
        chapters=tuple(Chapter(row.start_seconds, row.end_seconds, row.title) for row in video.chapters.all()),
    )


def _track(track: SubtitleTrack) -> Track:
    cues = (Cue(row.start_seconds, row.end_seconds, row.text, row.speaker) for row in track.cues.all())
    return Track(tuple(cues), track.language)


def _screen_words(row: ScreenText) -> ScreenWords:
    box = Box(row.left, row.top, row.width, row.height)
    return ScreenWords(row.start_seconds, row.end_seconds, row.text, box, row.similarity)
