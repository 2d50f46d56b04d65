"""One table: every operation is the same call with other conditions.

A row says what it takes and how its request is made. Nothing else in Kinora knows an operation by name.

Try it: `operation("extend").request(Material(videos=(Source(path, 12.0),)), Request(seconds=4))`
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kinora.errors import InputError
from kinora.generate.condition import Condition, Request, Start, TimedPrompt

CONTEXT_SECONDS = 1.0  # of a video that is extended or joined, shown again in the new clip so that motion goes on


@dataclass(frozen=True)
class Source:
    """A video (or picture) that an operation starts from; `id` is the library's, for the ledger."""

    path: Path
    duration_seconds: float = 0.0
    at_seconds: float = 0.0
    id: str = ""


@dataclass(frozen=True)
class Material:
    """What a person gives: words, videos, and pictures at times of the new clip."""

    prompts: tuple[TimedPrompt, ...] = ()
    videos: tuple[Source, ...] = ()
    pictures: tuple[tuple[float, Source], ...] = ()
    keep: tuple[tuple[float, float], ...] = ()  # of a re-cut: the stretches of the video that stay


@dataclass(frozen=True)
class Operation:
    """One row of the table."""

    name: str
    label: str
    says: str
    num_videos: int
    needs_pictures: bool
    make: Callable[[Material, Request], Request]

    def request(self, material: Material, settings: Request) -> Request:
        """Return the request: `settings` (size, length, seed …) with this operation's conditions.

        Raises:
            InputError: the material is not what the operation takes.
        """
        if len(material.videos) != self.num_videos:
            raise InputError(f"{self.label} takes {_videos(self.num_videos)}; {len(material.videos)} were given")
        if self.needs_pictures and not material.pictures:
            raise InputError(f"{self.label} takes at least one picture with its time")
        sources = (*material.videos, *(source for _, source in material.pictures))
        parents = tuple(dict.fromkeys(source.id for source in sources if source.id))
        prompts = material.prompts or settings.prompts
        made = self.make(material, replace(settings, prompts=prompts, operation=self.name, parents=parents))
        return replace(made, conditions=(*made.conditions, *_pictures(material)))


def operation(name: str) -> Operation:
    """Return a row.

    Raises:
        InputError: there is none of that name.
    """
    if name not in OPERATIONS:
        raise InputError(f"no operation is called {name!r}", hint=f"accepted: {', '.join(OPERATIONS)}")
    return OPERATIONS[name]


def _videos(number: int) -> str:
    return ("no video", "one video", "two videos")[number]


def _pictures(material: Material) -> tuple[Condition, ...]:
    return tuple(
        Condition(seconds, "frame", source.path, from_seconds=source.at_seconds)
        for seconds, source in material.pictures
    )


def _as_it_is(_material: Material, request: Request) -> Request:
    return request


def _one_picture(_material: Material, request: Request) -> Request:
    return replace(request, seconds=0.0)


def _tail(video: Source) -> tuple[float, float]:
    begin = max(0.0, video.duration_seconds - CONTEXT_SECONDS)
    return begin, video.duration_seconds


def _extend(material: Material, request: Request) -> Request:
    begin, end = _tail(material.videos[0])
    return _with(request, Condition(0.0, "clip", material.videos[0].path, from_seconds=begin, to_seconds=end))


def _extend_back(material: Material, request: Request) -> Request:
    at = max(0.0, request.seconds - CONTEXT_SECONDS)
    return _with(request, Condition(at, "clip", material.videos[0].path, from_seconds=0.0, to_seconds=CONTEXT_SECONDS))


def _between(first: Source, second: Source, request: Request) -> Request:
    begin, end = _tail(first)
    at = max(0.0, request.seconds - CONTEXT_SECONDS)
    return _with(
        request,
        Condition(0.0, "clip", first.path, from_seconds=begin, to_seconds=end),
        Condition(at, "clip", second.path, from_seconds=0.0, to_seconds=CONTEXT_SECONDS),
    )


def _loop(material: Material, request: Request) -> Request:
    """The way back from a video's end to its start: played after the video, it closes the circle."""
    return _between(material.videos[0], material.videos[0], request)


def _connect(material: Material, request: Request) -> Request:
    return _between(material.videos[0], material.videos[1], request)


def _blend(material: Material, request: Request) -> Request:
    first, second = material.videos
    start = Start(first.path, first.at_seconds, blend_path=second.path, blend_from_seconds=second.at_seconds)
    return replace(request, start=start)


def _remix(material: Material, request: Request) -> Request:
    video = material.videos[0]
    return replace(request, start=Start(video.path, video.at_seconds))


def _recut(material: Material, request: Request) -> Request:
    """Keep stretches where they are and make the rest anew."""
    video = material.videos[0]
    if not material.keep:
        raise InputError("Re-cut takes the stretches to keep, as start and end in seconds")
    kept = [
        Condition(begin - video.at_seconds, "clip", video.path, from_seconds=begin, to_seconds=end)
        for begin, end in material.keep
    ]
    return _with(request, *kept)


def _interpolate(material: Material, request: Request) -> Request:
    """Give every fourth picture of the new, higher rate; the model makes those between."""
    video = material.videos[0]
    step = 4.0 / request.fps
    num_steps = round(request.seconds / step)
    given = [
        Condition(index * step, "frame", video.path, from_seconds=video.at_seconds + index * step)
        for index in range(num_steps + 1)
    ]
    return _with(request, *given)


def _storyboard(material: Material, request: Request) -> Request:
    if len(material.prompts) < 2 and not material.pictures:
        raise InputError("a storyboard takes at least two cards: words or pictures with their times")
    return request


def _with(request: Request, *conditions: Condition) -> Request:
    return replace(request, conditions=(*request.conditions, *conditions))


OPERATIONS = {
    row.name: row
    for row in (
        Operation("text_to_video", "Text to video", "words", 0, False, _as_it_is),
        Operation("text_to_image", "Text to picture", "words, one frame", 0, False, _one_picture),
        Operation("image_to_video", "Picture to video", "a picture as first, last or any frame", 0, True, _as_it_is),
        Operation("key_frames", "Key-frames", "pictures at times, what lies between is made", 0, True, _as_it_is),
        Operation("extend", "Extend", "what comes after a video", 1, False, _extend),
        Operation("extend_back", "Extend back", "what came before a video", 1, False, _extend_back),
        Operation("loop", "Loop", "the way from a video's end to its start", 1, False, _loop),
        Operation("connect", "Connect", "the way from one video to another", 2, False, _connect),
        Operation("blend", "Blend", "one video melts into another", 2, False, _blend),
        Operation("remix", "Remix", "a video made anew by other words, as far as `noise` says", 1, False, _remix),
        Operation("recut", "Re-cut", "stretches of a video stay, the rest is made anew", 1, False, _recut),
        Operation("interpolate", "In-betweens", "more frames a second", 1, False, _interpolate),
        Operation("storyboard", "Storyboard", "cards on a timeline", 0, False, _storyboard),
        Operation("long", "Long", "windows that carry latents, as long as wanted", 0, False, _as_it_is),
    )
}
