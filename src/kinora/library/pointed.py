"""What a search asks beside its words: pictures that it names or brings, and moments that were pointed at."""

from __future__ import annotations

import re
from typing import Any

from kinora.errors import InputError, NotFound
from kinora.library.access import can_watch
from kinora.library.looks import look_of, pictured
from kinora.library.models import Cue, ScreenText, Video
from kinora.search.alike import Pictured
from kinora.search.asked import Asked
from kinora.search.feedback import Example, Feedback
from kinora.search.language.tree import Like, Query
from kinora.search.query import parse_query
from kinora.search.searcher import Beside
from kinora.timebase import Span

BROUGHT = Like("", 0.0)  # the picture that comes with the search; nobody can type it
MAX_LIKES = 4
MAX_POINTED = 20
_MOMENT = re.compile(r"([A-Za-z0-9_-]{1,16})@(\d{1,7}(?:\.\d{1,6})?)(?:-(\d{1,7}(?:\.\d{1,6})?))?")
_MOMENT_SECONDS = 3.0  # of a moment given by its start alone


def query_of(text: str, asked: Asked) -> Query:
    """Return what is asked: the text, and the picture beside it; with a picture or examples the text may be empty."""
    if not text.strip() and asked.picture is not None:
        return Query.of(BROUGHT)
    query = parse_query(text)
    return query.with_piece(BROUGHT) if asked.picture is not None else query


def beside_of(query: Query, asked: Asked, user: Any) -> Beside:
    """Return the looks of what the query names, and the moments pointed at.

    Raises:
        InputError: too many, not understood, or a video that this person may not see.
    """
    from kinora import config
    from kinora.library.find import encoder_client

    likes = dict.fromkeys(piece for piece in query.pieces if isinstance(piece, Like))
    if len(likes) > MAX_LIKES:
        raise InputError(f"the search names {len(likes)} pictures; at most {MAX_LIKES} are accepted")
    is_off = not likes or config.current().frame_encoder == "off"
    encoder = None if is_off else encoder_client()
    looks = {like: look_of(like, user, encoder) for like in likes if like != BROUGHT}
    if asked.picture is not None:
        from kinora.media.images import decode_image

        looks[BROUGHT] = pictured([decode_image(asked.picture)], encoder)
    return Beside(looks, Feedback(_examples(asked.more_like, user), _examples(asked.less_like, user)))


def _examples(moments: tuple[str, ...], user: Any) -> tuple[Example, ...]:
    if len(moments) > MAX_POINTED:
        raise InputError(f"{len(moments)} moments are pointed at; at most {MAX_POINTED} are accepted")
    return tuple(_example(moment, user) for moment in dict.fromkeys(moments))


def _example(moment: str, user: Any) -> Example:
    found = _MOMENT.fullmatch(moment)
    if not found:
        raise InputError(f"{moment[:40]!r} is no moment; accepted: VIDEO@SECONDS or VIDEO@START-END")
    video = Video.objects.filter(public_id=found[1]).first()
    if video is None or not can_watch(user, video):
        raise NotFound(f"there is no video {found[1]!r} that you may see", hint="point at a moment of the results")
    start = float(found[2])
    span = Span(start, max(start, float(found[3])) if found[3] else start + _MOMENT_SECONDS)
    return Example(video.public_id, span, _texts(video, span), _look(video, span, user))


def _texts(video: Video, span: Span) -> tuple[str, ...]:
    """Return what is said and shown in a moment; the title where nothing is."""
    end = max(span.end_seconds, span.start_seconds + 0.5)
    inside = {"start_seconds__lt": end, "end_seconds__gt": span.start_seconds}
    cues = Cue.objects.filter(track__video=video, **inside).order_by("start_seconds").values_list("text", flat=True)
    shown = ScreenText.objects.filter(video=video, **inside).order_by("start_seconds").values_list("text", flat=True)
    return tuple(dict.fromkeys([*cues[:20], *shown[:10]])) or (video.title,)


def _look(video: Video, span: Span, user: Any) -> Pictured | None:
    end = max(span.end_seconds, span.start_seconds + 0.5)
    try:
        return look_of(Like(video.public_id, span.start_seconds, end), user, None)
    except InputError:  # no pictures, or only dark ones: words say enough
        return None
