"""Find moments: the search with this person's rights, and the documented JSON of what it found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.library.access import EDITING, is_visible_to
from kinora.library.models import User, Video
from kinora.library.people.models import Member
from kinora.search.asked import NOTHING_ELSE, Asked
from kinora.search.hit import Hit, SearchResult

if TYPE_CHECKING:
    from kinora.moments.encoder_client import EncoderClient
    from kinora.search.searcher import Scope, Searcher

MAX_LIMIT = 200
SORTED_HITS = 300  # the best so many are put in another order


@dataclass(frozen=True)
class Everyone:
    """The viewer of commands and the Python API: whoever holds the files sees everything."""

    is_authenticated = True
    is_active = True
    is_staff = True
    pk: int | None = None


@dataclass(frozen=True)
class Found:
    """What a search found, with the rows of its videos by public identifier."""

    result: SearchResult
    videos: dict[str, Video]


def find(text: str, *, user: User | Any, limit: int = 20, offset: int = 0, asked: Asked = NOTHING_ELSE) -> Found:
    """Return the moments that answer a query and that this person may know of, best first or as `asked.sort` says.

    Raises:
        QueryRefused: the query can't be understood; the sentence has the position.
        InputError: a picture, an order or a moment pointed at that can't be used.
    """
    from kinora.library.found_order import checked_sort, sorted_hits
    from kinora.library.pointed import beside_of, query_of

    query = query_of(text, asked)
    sort, limit, offset = checked_sort(asked.sort), _limit(limit), max(0, offset)
    beside = beside_of(query, asked, user)
    typed = text.strip() if not asked.picture else str(query_of(text, NOTHING_ELSE)) if text.strip() else ""
    if sort == "best":
        result = searcher().find(query, scope_of(user), limit=limit, offset=offset, beside=beside)
    else:
        pool = searcher().find(query, scope_of(user), limit=SORTED_HITS, beside=beside)
        result = sorted_hits(pool, sort, limit=limit, offset=offset)
    return _with_videos(replace(result, query=typed) if asked.picture else result)


def look_alikes_of_picture(data: bytes, user: User | Any, *, limit: int = 20) -> Found:
    """Return the moments that look like an uploaded picture (PNG, JPEG or WebP).

    Raises:
        UnreadableMedia, MediaTooLarge: the bytes are no such picture, or too large.
        InputError: the picture is nearly one colour.
    """
    from kinora.media.images import decode_image

    return _look_alikes(decode_image(data), user, limit=limit)


def look_alikes_of_moment(video: Video, seconds: float, user: User | Any, *, limit: int = 20) -> Found:
    """Return the moments of other videos, and of other shots of this one, that look like the picture at `seconds`.

    The caller has checked that this person may watch the video.
    """
    from kinora.library.pictures import read_own_picture

    picture = read_own_picture(sample_at(video, seconds))
    return _look_alikes(picture, user, limit=limit, exclude=(video.public_id, float(seconds)))


def _look_alikes(rgb: Any, user: User | Any, *, limit: int, exclude: tuple[str, float] | None = None) -> Found:
    from kinora.library.looks import FLAT
    from kinora.moments.descriptor import LOOK_ALIKE_CUTOFF, is_flat, picture_descriptor

    if is_flat(rgb):
        if exclude is None:
            raise InputError(FLAT, hint="choose a picture with more in it")
        return Found(SearchResult("", 0.0, (), (), 0, (f"No look-alikes: {FLAT}.",)), {})
    found = searcher().look_alikes(
        picture_descriptor(rgb), scope_of(user), limit=_limit(limit), exclude=exclude, cut_off=LOOK_ALIKE_CUTOFF
    )
    return _with_videos(found)


def sample_at(video: Video, seconds: float) -> Path:
    """Return the kept picture nearest to an instant of the video.

    Raises:
        NotFound: the video has no pictures (sound only, or not analysed yet).
    """
    from kinora.library.looks import nearest_sample
    from kinora.library.samples import load_samples

    samples = load_samples(video.folder)
    if not samples:
        raise NotFound("this video has no pictures to compare", hint="wait until its shots are found")
    return video.folder / nearest_sample(samples, seconds).path


def found_to_json(found: Found, *, with_paths: bool = True) -> dict[str, Any]:
    """Return the documented JSON; without paths, `path` is the watch page's (what the site's API gives)."""
    return {
        "query": found.result.query,
        "took_ms": round(found.result.took_ms, 2),
        "hits": [_hit_to_json(hit, found.videos[hit.video_id], with_paths) for hit in found.result.hits],
        "notices": list(found.result.notices),
    }


def _hit_to_json(hit: Hit, video: Video, with_paths: bool) -> dict[str, Any]:
    page = f"/watch/{video.public_id}?t={hit.start_seconds:.2f}"
    return {
        "video": {
            "id": video.public_id,
            "title": video.title,
            "path": str(path_of(video)) if with_paths else f"/watch/{video.public_id}",
            "name": video.original_name,
        },
        "start_seconds": round(hit.start_seconds, 3),
        "end_seconds": round(hit.end_seconds, 3),
        "score": round(hit.score, 4),
        "url": config.current().site_url + page,
        "reasons": [
            {
                "signal": reason.signal,
                "text": reason.text,
                "score": round(reason.score, 4),
                "highlights": [list(span) for span in reason.highlights],
            }
            for reason in hit.reasons
        ],
    }


def path_of(video: Video) -> Path:
    """Return the file that a person added while it is still there, else the library's own copy."""
    added_from = video.recipe.get("added_from")
    if added_from and Path(added_from).is_file() and Path(added_from).stat().st_size == video.size_bytes:
        return Path(added_from)
    return video.original_path


def scope_of(user: User | Any) -> Scope:
    """Return what this person may find, asked of the database at the last moment."""
    from kinora.library.video_filters import videos_with
    from kinora.search.searcher import Scope

    def is_current(video_ids: Iterable[str]) -> dict[str, int]:
        rows = Video.objects.filter(is_visible_to(user), public_id__in=set(video_ids))
        return dict(rows.values_list("public_id", "indexed_revision"))

    is_known = user is not None and user.is_authenticated
    edited, member = _teams_of(user) if is_known and not user.is_staff else ((), ())
    return Scope(
        viewer_id=user.pk if is_known else None,
        sees_everything=bool(is_known and user.is_staff),
        is_current=is_current,
        videos_with=lambda filters: videos_with(user, filters),
        edited_channels=edited,
        member_channels=member,
    )


def _teams_of(user: User) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the handles of others' channels that a person edits, and of those that they are a member of."""
    rows = list(Member.objects.filter(user=user).values_list("channel__handle", "role"))
    return tuple(handle for handle, role in rows if role in EDITING), tuple(handle for handle, _ in rows)


@cache
def searcher() -> Searcher:
    """Return this process's searcher: the index opened for reading and the encoder service's client."""
    from kinora.index.index import Index
    from kinora.search.remembered import RememberingEncoder
    from kinora.search.searcher import Searcher

    settings = config.current()
    encoder = None if settings.text_encoder == "off" else RememberingEncoder(encoder_client())
    index = Index.open(settings.index_dir, read_only=True, memory_mib=settings.search_memory_mib)
    return Searcher(index, encoder, patience_seconds=settings.encoder_patience_seconds)


def look_for_news() -> None:
    """Have this process's searcher see what was indexed up to now."""
    searcher()._index.refresh()


@cache
def encoder_client() -> EncoderClient:
    """Return this process's client of the encoder service."""
    from kinora.moments.encoder_client import EncoderClient

    settings = config.current()
    return EncoderClient(settings.encoder_socket, settings)


def _limit(limit: int) -> int:
    if not 1 <= limit <= MAX_LIMIT:
        raise InputError(f"the limit is {limit}; accepted: 1 to {MAX_LIMIT}")
    return limit


def _with_videos(result: SearchResult) -> Found:
    """Add the rows; a video deleted since the search ran takes its hits with it."""
    wanted = {hit.video_id for hit in result.hits} | {group.video_id for group in result.videos}
    rows = {video.public_id: video for video in Video.objects.select_related("channel").filter(public_id__in=wanted)}
    if len(rows) == len(wanted):
        return Found(result, rows)
    hits = tuple(hit for hit in result.hits if hit.video_id in rows)
    groups = tuple(group for group in result.videos if group.video_id in rows)
    kept = SearchResult(result.query, result.took_ms, hits, groups, result.num_videos_searched, result.notices)
    return Found(kept, rows)
