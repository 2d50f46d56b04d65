"""`kinora make PROMPT`: clips from words, pictures and videos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kinora import config
from kinora.cli.output import err, out, print_json, progress_bar
from kinora.errors import InputError
from kinora.timebase import parse_timecode

if TYPE_CHECKING:
    from kinora.library.handle import Library
    from kinora.library.order import From, Order
    from kinora.library.take_info import TakeInfo

# Each takes one video; the operation of the table that it names.
_OF_ONE = {
    "extend": "extend",
    "extend_back": "extend_back",
    "loop": "loop",
    "remix": "remix",
    "interpolate": "interpolate",
    "recut": "recut",
}
_MOST_WISHES = 100
_OF_TWO = {"connect": "connect", "blend": "blend"}
_SETTINGS = {
    "seconds": "seconds", "fps": "fps", "seed": "seed", "steps": "steps", "guidance": "guidance_scale",
    "negative": "negative_prompt", "model": "model", "strength": "noise",
}  # fmt: skip


@click.command("make")
@click.argument("words", nargs=-1)
@click.option("--seconds", type=click.FloatRange(0, 600), help="Length; 0 makes one picture. [default: 2]")
@click.option("--size", metavar="WxH", help="What the model makes. [default: its nearest to what is given, else 64x64]")
@click.option("--fps", type=click.FloatRange(1, 120), help="Frames a second that the model makes. [default: 8]")
@click.option("--seed", type=click.IntRange(min=0), help="The same seed gives the same clip. [default: 0]")
@click.option(
    "--seeds", type=click.IntRange(1, 16), default=1, show_default=True, help="Takes, with the seeds that follow."
)
@click.option(
    "--prompts", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Text file, one wish a line: each is made, with every seed.",
)  # fmt: skip
@click.option("--steps", type=click.IntRange(1, 200), help="Denoising steps. [default: 24]")
@click.option("--guidance", type=click.FloatRange(0, 30), help="How closely it keeps to the words. [default: 3]")
@click.option("--negative", metavar="WORDS", help="What is not wanted.")
@click.option("--model", metavar="NAME|FOLDER", help="The shipped model, or a diffusers folder. [KINORA_VIDEO_MODEL]")
@click.option("--first", metavar="PICTURE|VIDEO@S", help="First frame: a picture file, or a video's frame at a second.")
@click.option("--last", metavar="PICTURE|VIDEO@S", help="Last frame.")
@click.option(
    "--at", "at", multiple=True, metavar="S=PICTURE|VIDEO@S", help="Frame at a second of the new clip; may be repeated."
)
@click.option("--extend", metavar="VIDEO", help="What comes after a video.")
@click.option("--extend-back", metavar="VIDEO", help="What came before a video.")
@click.option("--loop", metavar="VIDEO", help="A video and the way from its end back to its start: plays in a circle.")
@click.option("--connect", nargs=2, metavar="A B", help="The way from one video to another.")
@click.option("--blend", nargs=2, metavar="A B", help="One video melts into another.")
@click.option("--remix", metavar="VIDEO", help="A video made anew by the words.")
@click.option(
    "--strength", type=click.FloatRange(0, 1), help="Of remix and blend: how much is made anew. [default: 0.6]"
)
@click.option("--interpolate", metavar="VIDEO", help="More frames a second: twice its own, or --fps.")
@click.option("--recut", metavar="VIDEO", help="Keep stretches of a video where they are, make the rest anew.")
@click.option("--keep", multiple=True, metavar="A-B", help="Of --recut: a stretch that stays, such as 0:00-0:01.5.")
@click.option("--as-made", is_flag=True, help="The model's own frames, not joined to the source at its size.")
@click.option("--storyboard", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="JSON file of cards.")
@click.option(
    "--like", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Make this clip again, by its recipe."
)
@click.option("--out", "target", type=click.Path(path_type=Path, dir_okay=False), help="Copy the clip there.")
@click.option("--publish", is_flag=True, help="Bring it into the library, private.")
@click.option("--plan", "only_plan", is_flag=True, help="Print the bill and make nothing.")
@click.option("--no-wait", is_flag=True, help="Queue only; a running worker does the rest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(words: tuple[str, ...], **given: Any) -> None:
    """Make a clip of words, pictures and videos, and say where it lies.

    VIDEO is a video's id, a take's id, or a file. Work goes on where it stopped, after a kill too: kinora takes
    """
    import kinora

    with kinora.open(config.current().home) as library:
        if given["only_plan"]:
            for wish in _wishes(words, given["prompts"]):
                _print_plan(library.plan(_order(library, wish, given)), as_json=given["as_json"])
            return
        with progress_bar() as bars:
            takes = _made(library, _wishes(words, given["prompts"]), given, _Bars(bars))
        copies = _copies(takes, given["target"]) if given["target"] and not given["no_wait"] else []
    if given["as_json"]:
        print_json({"takes": [take.to_json() for take in takes], "files": [str(path) for path in copies]})
        return
    for take in takes:
        _print_take(take)
    for path in copies:
        out.print(str(path), markup=False)


class _Bars:
    """One progress bar a take."""

    def __init__(self, bars: Any) -> None:
        self._bars, self._tasks = bars, dict[str, Any]()

    def __call__(self, name: str, fraction: float, message: str) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=1.0, message="")
        self._bars.update(self._tasks[name], completed=fraction, message=message[:60])


def _wishes(words: tuple[str, ...], path: Path | None) -> list[str]:
    """Return what is to be made: the words of the command, or the lines of a file."""
    if path is None:
        return [" ".join(words)]
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    wishes = [line for line in lines if line and not line.startswith("#")]
    if words or not 1 <= len(wishes) <= _MOST_WISHES:
        raise InputError(
            f"{path.name} holds {len(wishes)} wishes; accepted: 1 to {_MOST_WISHES}, without other words beside it"
        )
    return wishes


def _made(library: Library, wishes: list[str], given: dict[str, Any], bars: _Bars) -> list[TakeInfo]:
    wait = not given["no_wait"]
    if given["like"]:
        takes = library.make_like(given["like"], model=given["model"] or "", wait=wait, on_progress=bars)
        _warn_of_other_weights(library, given["like"], takes)
        return takes
    return [take for wish in wishes for take in library.make(_order(library, wish, given), wait=wait, on_progress=bars)]


def _warn_of_other_weights(library: Library, path: Path, takes: Sequence[TakeInfo]) -> None:
    before = (library.recipe_of(path) or {}).get("weights_hash")
    for take in takes:
        if take.recipe and take.recipe.get("weights_hash") != before:
            err.print("The model's weights are not those of the file, so its pixels differ.", style="yellow")


def _order(library: Library, words: str, given: dict[str, Any]) -> Order:
    from kinora.generate.condition import Request, TimedPrompt
    from kinora.library.make_sizes import LEFT_OPEN
    from kinora.library.order import Order, stretches_in

    settings = {field: given[name] for name, field in _SETTINGS.items() if given[name] is not None}
    if given["size"]:
        settings["width"], settings["height"] = _size(given["size"])
    operation, videos = _videos(library, given)
    if operation in ("remix", "blend"):
        settings.setdefault("noise", 0.6)
    keep = stretches_in(",".join(given["keep"]))
    if keep and operation != "recut":
        raise InputError("--keep belongs to --recut", hint="give the video as --recut VIDEO")
    request = Request(**{"model": "", **LEFT_OPEN, **settings})
    prompts: tuple[TimedPrompt, ...] = (TimedPrompt(0.0, words),) if words else ()
    pictures = _pictures(library, given, request.seconds if request.seconds >= 0 else Request().seconds)
    if given["storyboard"]:
        cards, card_pictures = _storyboard(library, given["storyboard"])
        operation, prompts, pictures = "storyboard", (*prompts, *cards), [*pictures, *card_pictures]
    publish_as = {"visibility": "private"} if given["publish"] else {}
    return Order(
        request, operation, prompts, tuple(videos), tuple(pictures), keep, given["seeds"], given["as_made"], publish_as
    )


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise InputError(f"--size is {text!r}; expected width x height, such as 128x64") from error
    return width, height


def _videos(library: Library, given: dict[str, Any]) -> tuple[str, list[From]]:
    """Return the operation that the options name, empty for none, with its videos."""
    named = [name for name in (*_OF_ONE, *_OF_TWO) if given[name]]
    if len(named) > 1:
        flags = " and ".join(f"--{name.replace('_', '-')}" for name in named)
        raise InputError(f"{flags} are operations of their own; give one")
    if not named:
        return "", []
    texts = [given[named[0]]] if named[0] in _OF_ONE else list(given[named[0]])
    return {**_OF_ONE, **_OF_TWO}[named[0]], [_from(library, text) for text in texts]


def _from(library: Library, text: str) -> From:
    """Return what `VIDEO`, `VIDEO@SECONDS` or a file's name means."""
    name, at, seconds = text.rpartition("@")
    if not at or Path(text).expanduser().is_file():
        return library.given(text)
    return library.given(name, at_seconds=parse_timecode(seconds))


def _pictures(library: Library, given: dict[str, Any], seconds: float) -> list[tuple[float, From]]:
    found = [(0.0, _from(library, given["first"]))] if given["first"] else []
    for text in given["at"]:
        at, is_said, name = text.partition("=")
        if not is_said:
            raise InputError(f"--at is {text!r}; expected a second and a picture, such as 1.5=beach.png")
        found.append((parse_timecode(at), _from(library, name)))
    if given["last"]:
        found.append((seconds, _from(library, given["last"])))
    return found


def _storyboard(library: Library, path: Path) -> tuple[tuple[Any, ...], list[tuple[float, From]]]:
    """Return the cards of `[{"at_seconds", "prompt", "picture"}]`; a relative picture lies beside the file."""
    from kinora.generate.condition import TimedPrompt

    try:
        cards = json.loads(path.read_text(encoding="utf-8"))
        prompts = tuple(
            TimedPrompt(float(card["at_seconds"]), str(card["prompt"])) for card in cards if card.get("prompt")
        )
        shown = [(float(card["at_seconds"]), str(card["picture"])) for card in cards if card.get("picture")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no storyboard", hint="docs/making.md shows one") from error
    beside = [(at, str(path.parent / name) if (path.parent / name).is_file() else name) for at, name in shown]
    return prompts, [(at, _from(library, name)) for at, name in beside]


def _copies(takes: Sequence[TakeInfo], target: Path) -> list[Path]:
    from kinora.library.take_handle import copy_clip

    if len(takes) == 1:
        return [copy_clip(takes[0], target)]
    names = [f"{target.stem}-{take.seed}" for take in takes]
    if len(set(names)) < len(names):  # several wishes, each with the same seeds
        names = [f"{target.stem}-{number}" for number in range(1, len(takes) + 1)]
    pairs = zip(takes, names, strict=True)
    return [copy_clip(take, target.with_name(f"{name}{target.suffix}")) for take, name in pairs]


def _print_take(take: TakeInfo) -> None:
    taken = f", {take.seconds_taken:.1f} s" if take.seconds_taken else ""
    where = f"video {take.video_id}" if take.video_id else str(take.path) if take.state == "done" else take.state
    out.print(f"{take.id}  {take.width}x{take.height}, {take.duration_seconds:.1f} s{taken}: {where}", markup=False)


def _print_plan(bill: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(bill)
        return
    for sentence in (*bill["sentences"], *bill["prompt_help"]):
        out.print(sentence, markup=False)
