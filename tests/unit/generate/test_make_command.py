"""`kinora make`: what each option becomes as an order, and what is refused; the library behind it is a stand-in."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kinora
from kinora.cli.make import command
from kinora.errors import InputError
from kinora.generate.condition import TimedPrompt
from kinora.library.make_sizes import LEFT_OPEN
from kinora.library.order import From, Order

BILL = {"sentences": ["17 frames, 80 tokens at once"], "prompt_help": ["hears crimson as red"], "seconds": 1.5}


class Take:
    """A finished take as the command prints it."""

    id, seed, state, video_id, width, height = "9QmWsX4eRtYu", 4, "done", "", 64, 64
    duration_seconds, seconds_taken = 2.0, 1.0
    recipe: dict[str, Any] = {"weights_hash": "aa"}

    def __init__(self, path: Path) -> None:
        self.path = path

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "path": str(self.path)}


class Library:
    """Remembers what it was asked for."""

    def __init__(self, path: Path) -> None:
        self.order: Order | None = None
        self.like: tuple[Path, str] | None = None
        self.waited: bool | None = None
        self._path = path

    def given(self, text: str, *, at_seconds: float = 0.0) -> From:
        return (
            From(file=text, at_seconds=at_seconds) if Path(text).is_file() else From(video=text, at_seconds=at_seconds)
        )

    def plan(self, order: Order) -> dict[str, Any]:
        self.order = order
        return BILL

    def make(self, order: Order, *, wait: bool, on_progress: Any) -> list[Take]:
        del on_progress
        self.order, self.waited = order, wait
        return [Take(self._path)] * order.num_takes

    def make_like(self, path: Path, *, model: str, wait: bool, on_progress: Any) -> list[Take]:
        del wait, on_progress
        self.like = (path, model)
        return [Take(self._path)]

    def recipe_of(self, path: Path) -> dict[str, Any]:
        del path
        return {"weights_hash": "bb"}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"clip")
    made = Library(clip)

    @contextmanager
    def opened(_home: Path) -> Any:
        yield made

    monkeypatch.setattr(kinora, "open", opened)
    return made


def run(*arguments: str) -> str:
    done = CliRunner().invoke(command, list(arguments), catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def ordered(library: Library, *arguments: str) -> Order:
    run(*arguments)
    assert library.order is not None
    return library.order


def test_words_alone_leave_size_length_and_rate_to_what_is_usual(library: Library) -> None:
    order = ordered(library, "a", "red", "ball")
    assert order.prompts == (TimedPrompt(0.0, "a red ball"),)
    assert (order.operation, order.videos, order.num_takes, order.is_as_made) == ("", (), 1, False)
    settings = order.settings
    left = {"width": settings.width, "height": settings.height, "seconds": settings.seconds, "fps": settings.fps}
    assert left == LEFT_OPEN
    assert library.waited is True


def test_every_setting_has_its_option(library: Library) -> None:
    order = ordered(
        library, "a ball", "--seconds", "3", "--size", "128x64", "--fps", "12", "--seed", "7", "--seeds", "4",
        "--steps", "9", "--guidance", "2.5", "--negative", "fog", "--model", "mine", "--as-made", "--publish",
        "--no-wait",
    )  # fmt: skip
    settings = order.settings
    assert (settings.seconds, settings.width, settings.height, settings.fps) == (3.0, 128, 64, 12.0)
    assert (settings.seed, settings.steps, settings.guidance_scale) == (7, 9, 2.5)
    assert (settings.negative_prompt, settings.model) == ("fog", "mine")
    assert (order.num_takes, order.is_as_made, order.publish_as) == (4, True, {"visibility": "private"})
    assert library.waited is False


@pytest.mark.parametrize("name", ["extend", "extend-back", "loop", "remix", "interpolate", "recut"])
def test_each_operation_on_one_video_has_its_option(library: Library, name: str) -> None:
    order = ordered(library, "it bounces", f"--{name}", "7KpQ2mXvRwTa@1:05")
    assert order.operation == name.replace("-", "_")
    assert order.videos == (From(video="7KpQ2mXvRwTa", at_seconds=65.0),)
    assert order.settings.noise == (0.6 if name == "remix" else 1.0)


@pytest.mark.parametrize("name", ["connect", "blend"])
def test_each_operation_on_two_videos_has_its_option(library: Library, name: str) -> None:
    order = ordered(library, f"--{name}", "7KpQ2mXvRwTa", "9QmWsX4eRtYu", "--strength", "0.3")
    assert (order.operation, [one.video for one in order.videos]) == (name, ["7KpQ2mXvRwTa", "9QmWsX4eRtYu"])
    assert order.settings.noise == 0.3


def test_stretches_of_a_re_cut_are_kept(library: Library) -> None:
    order = ordered(library, "--recut", "7KpQ2mXvRwTa", "--keep", "0:00-0:01.5", "--keep", "1:02-1:04")
    assert order.keep == ((0.0, 1.5), (62.0, 64.0))


def test_pictures_stand_first_last_and_between(library: Library, tmp_path: Path) -> None:
    picture = tmp_path / "beach@home.png"
    picture.write_bytes(b"picture")
    order = ordered(library, "--first", str(picture), "--at", "1.5=7KpQ2mXvRwTa@2", "--last", "7KpQ2mXvRwTa")
    assert order.pictures == (
        (0.0, From(file=str(picture))),
        (1.5, From(video="7KpQ2mXvRwTa", at_seconds=2.0)),
        (2.0, From(video="7KpQ2mXvRwTa")),
    )


def test_a_storyboard_is_cards_with_words_and_pictures_beside_it(library: Library, tmp_path: Path) -> None:
    (tmp_path / "start.png").write_bytes(b"picture")
    board = tmp_path / "board.json"
    board.write_text(json.dumps([
        {"at_seconds": 0, "prompt": "a ball", "picture": "start.png"}, {"at_seconds": 1.5, "prompt": "it bounces"},
    ]))  # fmt: skip
    order = ordered(library, "--storyboard", str(board))
    assert order.operation == "storyboard"
    assert order.prompts == (TimedPrompt(0.0, "a ball"), TimedPrompt(1.5, "it bounces"))
    assert order.pictures == ((0.0, From(file=str(tmp_path / "start.png"))),)


def test_a_plan_prints_the_bill_and_makes_nothing(library: Library) -> None:
    assert run("a crimson ball", "--plan").splitlines() == [*BILL["sentences"], *BILL["prompt_help"]]  # type: ignore[misc]
    assert json.loads(run("a crimson ball", "--plan", "--json")) == BILL
    assert library.waited is None


def test_takes_are_printed_copied_and_told_as_json(library: Library, tmp_path: Path) -> None:
    assert "9QmWsX4eRtYu  64x64, 2.0 s, 1.0 s:" in run("a ball")
    told = json.loads(run("a ball", "--json", "--out", str(tmp_path / "out.mp4")))
    assert told["takes"][0]["id"] == "9QmWsX4eRtYu"
    assert told["files"] == [str(tmp_path / "out.mp4")]
    assert (tmp_path / "out.mp4").read_bytes() == b"clip"
    several = json.loads(run("a ball", "--seeds", "2", "--json", "--out", str(tmp_path / "many.mp4")))
    assert [Path(file).name for file in several["files"]] == ["many-1.mp4", "many-2.mp4"], "of one seed, so numbered"


def test_wishes_are_read_from_a_file_each_with_every_seed(library: Library, tmp_path: Path) -> None:
    wishes = tmp_path / "wishes.txt"
    wishes.write_text("a red ball\n\n# not this\na blue cube\n")
    told = json.loads(run("--prompts", str(wishes), "--seeds", "2", "--json"))
    assert len(told["takes"]) == 4
    assert library.order is not None
    assert library.order.prompts == (TimedPrompt(0.0, "a blue cube"),)
    with pytest.raises(InputError, match="holds 2 wishes; accepted: 1 to 100, without other words"):
        run("a ball", "--prompts", str(wishes))
    wishes.write_text("# nothing")
    with pytest.raises(InputError, match="holds 0 wishes"):
        run("--prompts", str(wishes))


def test_the_same_clip_again_says_when_its_weights_are_others(library: Library, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--like", str(library._path), "--model", "mine"])
    assert library.like == (library._path, "mine")
    assert "weights are not those of the file" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--extend", "a", "--loop", "b"), "--extend and --loop are operations of their own"),
        (("ball", "--size", "large"), "--size is 'large'; expected width x height"),
        (("ball", "--at", "picture.png"), "--at is 'picture.png'; expected a second and a picture"),
        (("ball", "--keep", "0-1"), "--keep belongs to --recut"),
        (("--recut", "a", "--keep", "early"), "'early' is no stretch"),
        (("--recut", "a", "--keep", "2-1"), "'2-1' ends before it begins"),
    ],
)
def test_what_can_not_be_meant_is_said(library: Library, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said.replace(".", r"\.")):
        run(*arguments)
    assert library.order is None


@pytest.mark.parametrize("arguments", [("--seeds", "17"), ("--seconds", "601"), ("--steps", "0"), ("--strength", "2")])
def test_numbers_out_of_range_are_a_mistake_of_usage(library: Library, arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(command, ["ball", *arguments]).exit_code == 2


def test_a_storyboard_that_is_none_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "board.json").write_text('{"cards": 3}')
    with pytest.raises(InputError, match="is no storyboard"):
        run("--storyboard", str(tmp_path / "board.json"))
