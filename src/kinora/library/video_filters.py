"""The filters that only the library's rows can answer: by whom, in which language, under which licence, made how."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kinora.library.access import visible_to
from kinora.library.models import Channel, Cue, ScreenText, SubtitleTrack, Video
from kinora.moments.language import normalise_language
from kinora.search.language.filters import Filters

_PARTS = re.compile(r"[a-z]+|\d+")


def videos_with(user: Any, filters: Filters) -> frozenset[str]:
    """Return the public ids of the videos that this person may find and that pass the filters."""
    return frozenset(passing(visible_to(user), filters).values_list("public_id", flat=True))


def passing(videos: QuerySet[Video], filters: Filters) -> QuerySet[Video]:
    """Return the videos that pass `by:` `lang:` `license:` `has:` and `is:`."""
    if filters.creator:
        videos = videos.filter(channel__in=_channels_named(filters.creator))
    if filters.language:
        videos = videos.filter(_in_language(filters.language))
    if filters.licence:
        videos = videos.filter(licence__in=_licences_named(videos, filters.licence))
    if filters.is_ai is not None:
        videos = videos.exclude(machine_mark="") if filters.is_ai else videos.filter(machine_mark="")
    speech, text = Cue.objects.filter(track__video=OuterRef("pk")), ScreenText.objects.filter(video=OuterRef("pk"))
    for wanted, rows in ((filters.has_speech, speech), (filters.has_text, text)):
        if wanted is not None:
            videos = videos.filter(Exists(rows) if wanted else ~Exists(rows))
    return videos


def _channels_named(name: str) -> QuerySet[Channel]:
    """Return the channels whose name holds every word, or whose handle is the name."""
    words = Q()
    for word in name.split():
        words &= Q(name__icontains=word)
    return Channel.objects.filter(words | Q(handle__iexact=name))


def _in_language(language: str) -> Q:
    """Return the condition that the video, or one of its subtitle tracks, is in a language; `pt` holds `pt-BR`."""
    code = normalise_language(language) or language.strip().lower()
    tracks = SubtitleTrack.objects.filter(video=OuterRef("pk"))
    of_tracks = tracks.filter(Q(language__iexact=code) | Q(language__istartswith=f"{code}-"))
    return Q(language__iexact=code) | Q(language__istartswith=f"{code}-") | Q(Exists(of_tracks))


def _licences_named(videos: QuerySet[Video], name: str) -> list[str]:
    """Return the licences that are meant: `cc-by` is *CC BY 4.0* and not *CC BY-NC 4.0*; `none` is no licence."""
    wanted = parts_of(name)
    known = videos.order_by().values_list("licence", flat=True).distinct()
    return [licence for licence in known if is_licence(licence, wanted)]


def is_licence(licence: str, wanted: frozenset[str]) -> bool:
    """Return whether a licence has these parts and no others; without a version in the question any version does."""
    parts = parts_of(licence)
    if wanted == {"none"}:
        return not parts
    if not any(part.isdigit() for part in wanted):
        parts = frozenset(part for part in parts if not part.isdigit())
        wanted = frozenset(part for part in wanted if not part.isdigit())
    return bool(wanted) and parts == wanted


def parts_of(licence: str) -> frozenset[str]:
    """Return the letters and numbers of a licence's name: `{cc, by, 4, 0}`; *CC0* is `{cc, 0, zero}`."""
    folded = licence.strip().lower()
    if re.fullmatch(r"cc[\s-]?0(?:[\s-]*1\.0)?", folded):
        return frozenset({"cc", "zero"})
    return frozenset(_PARTS.findall(folded)) - {"license", "licence", "the"}
