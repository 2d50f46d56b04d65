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
LONGEST_CIRCLE = 10.0  # seconds of a video that a loop closes
_LONGEST_SIDE = 1280  # of a finished clip
_MOST_SHOWN_FPS = 60.0


@dataclass(frozen=True)
class Source:
    """A video (or picture) that an operation starts from; `id` is the library's, for the ledger.

    Size and rate are 0 where they are not known: what is made from it is then shown as the model makes it.
    """

    path: Path
    duration_seconds: float = 0.0
    at_seconds: float = 0.0
    id: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0  # 0 for a picture


@dataclass(frozen=True)
class Material:
    """What a person gives: words, videos, and pictures at times of the new clip."""

    prompts: tuple[TimedPrompt, ...] = ()
    videos: tuple[Source, ...] = ()
    pictures: tuple[tuple[float, Source], ...] = ()
    keep: tuple[tuple[float, float], ...] = ()  # of a re-cut: the stretches of the video that stay
    is_finished: bool = True  # shown at the source's size and rate, with the pixels of what is given

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return all that is given, videos first."""
        return (*self.videos, *(source for _, source in self.pictures))


@dataclass(frozen=True)
class Operation:
    """One row of the table."""

    name: str
    label: str
    says: str  # what is made, as menus and refusals tell it
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
        parents = tuple(dict.fromkeys(source.id for source in material.sources if source.id))
        prompts = material.prompts or settings.prompts
        made = self.make(material, replace(settings, prompts=prompts, operation=self.name, parents=parents))
        made = replace(made, conditions=(*made.conditions, *_pictures(material)))
        return _shown_as(made, material) if material.is_finished else replace(made, circle=None)


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


def _shown_as(request: Request, material: Material) -> Request:
    """Return the request with the size and rate of the first source, its longer side no more than 1280 pixels."""
    source = next((one for one in material.sources if one.width and one.height), None)
    if source is None:
        return replace(request, circle=None)
    scale = min(1.0, _LONGEST_SIDE / max(source.width, source.height))
    rate = max((one.fps for one in material.videos), default=0.0)
    rate = request.fps if request.own_fps else rate
    return replace(
        request,
        shown_width=max(2, round(source.width * scale / 2) * 2),
        shown_height=max(2, round(source.height * scale / 2) * 2),
        shown_fps=min(rate, _MOST_SHOWN_FPS) if rate > request.fps else request.fps,
    )


def _context(request: Request, num_ends: int) -> float:
    """Return how long what is given may be at each end, so that at least half of the clip is made."""
    return min(CONTEXT_SECONDS, request.seconds / 2 / num_ends)


def _after(video: Source, context: float, end: float | None = None) -> Condition:
    """Return the end of a video as the clip's beginning."""
    end = video.duration_seconds if end is None else end
    return Condition(0.0, "clip", video.path, from_seconds=max(0.0, end - context), to_seconds=end, anchor="end")


def _before(video: Source, request: Request, context: float, begin: float = 0.0) -> Condition:
    """Return the beginning of a video as the clip's end."""
    at = max(0.0, request.seconds - context)
    return Condition(at, "clip", video.path, from_seconds=begin, to_seconds=begin + context, anchor="begin")


def _extend(material: Material, request: Request) -> Request:
    return _with(request, _after(material.videos[0], _context(request, 1)))


def _extend_back(material: Material, request: Request) -> Request:
    return _with(request, _before(material.videos[0], request, _context(request, 1)))


def _loop(material: Material, request: Request) -> Request:
    """The video, from its second on and no longer than ten, and the way from its end back to its start."""
    video, context = material.videos[0], _context(request, 2)
    begin = min(video.at_seconds, max(0.0, video.duration_seconds - context))
    end = min(video.duration_seconds, begin + LONGEST_CIRCLE)
    closed = _with(request, _after(video, context, end), _before(video, request, context, begin))
    return replace(closed, circle=(begin, end))


def _connect(material: Material, request: Request) -> Request:
    first, second = material.videos
    context = _context(request, 2)
    return _with(request, _after(first, context), _before(second, request, context))


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
    """Give the model every fourth picture of the new rate at most, each one of the video's own; it makes those between.

    A clip that is finished shows all of the video's own pictures.
    """
    video = material.videos[0]
    factor = max(1, round(request.fps / video.fps)) if video.fps else 4
    step = factor * -(-4 // factor) / request.fps
    num_steps = int(request.seconds / step + 1e-6)
    given = [
        Condition(index * step, "frame", video.path, from_seconds=video.at_seconds + index * step)
        for index in range(num_steps + 1)
    ]
    return replace(_with(request, *given), own_fps=video.fps)


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
        Operation("loop", "Loop", "a video and the way from its end to its start", 1, False, _loop),
        Operation("connect", "Connect", "the way from one video to another", 2, False, _connect),
        Operation("blend", "Blend", "one video melts into another", 2, False, _blend),
        Operation("remix", "Remix", "a video made anew by other words, as far as `noise` says", 1, False, _remix),
        Operation("recut", "Re-cut", "stretches of a video stay, the rest is made anew", 1, False, _recut),
        Operation("interpolate", "In-betweens", "more frames a second", 1, False, _interpolate),
        Operation("storyboard", "Storyboard", "cards on a timeline", 0, False, _storyboard),
        Operation("long", "Long", "windows that carry latents, as long as wanted", 0, False, _as_it_is),
    )
}
