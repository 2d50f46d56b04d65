"""The verbs of the Python API that make clips: `Library` has them. See docs/making.md."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from kinora import config
from kinora.errors import InputError, NotFound
from kinora.generate.condition import Request, TimedPrompt
from kinora.generate.recipe import recipe_in_comment
from kinora.library import make, takes
from kinora.library.accounts import system_owner
from kinora.library.find import Everyone
from kinora.library.make_given import keep_file
from kinora.library.make_plan import bill_of
from kinora.library.making import OnProgress, again, error_of, wait_for_takes
from kinora.library.models import TakeState, Video
from kinora.library.order import From, Order
from kinora.library.take_info import TakeInfo
from kinora.media.comment import comment_of

_STEERING = {"pause": takes.pause, "resume": takes.resume, "cancel": takes.cancel, "first": takes.move_first}


class TakeVerbs:
    """Make clips, and steer the takes of everybody: whoever can read the home may."""

    settings: config.Settings

    def make(
        self,
        what: str | Order,
        *,
        num_takes: int = 1,
        wait: bool = True,
        on_progress: OnProgress | None = None,
        **settings: Any,
    ) -> list[TakeInfo]:
        """Make clips of words, or of all an `Order` says; `settings` are fields of `Request`: seconds, seed, steps…

        Raises:
            KinoraError: the first failed take's error; the others were made all the same.
        """
        order = _order(what, num_takes, settings)
        return self._wait(make.make(order, system_owner(), Everyone()), wait=wait, on_progress=on_progress)

    def make_like(
        self, path: Path | str, *, model: str = "", wait: bool = True, on_progress: OnProgress | None = None
    ) -> list[TakeInfo]:
        """Make the clip again whose recipe a file carries; with the same weights on the same machine, to the pixel.

        Raises:
            InputError: the file carries no recipe.
        """
        recipe = self.recipe_of(path)
        if recipe is None:
            raise InputError(f"{path} carries no recipe of Kinora", hint="give a clip that kinora make made")
        take = make.make_like(recipe, system_owner(), Everyone(), model=model)
        return self._wait([take], wait=wait, on_progress=on_progress)

    def recipe_of(self, path: Path | str) -> dict[str, Any] | None:
        """Return the recipe that a file carries, None where it carries none."""
        return recipe_in_comment(comment_of(Path(path).expanduser()))

    def plan(self, what: str | Order, *, num_takes: int = 1, **settings: Any) -> dict[str, Any]:
        """Return the bill of what `make` would do; the first one of a model times this machine, some seconds long."""
        order = _order(what, num_takes, settings)
        return bill_of(order, system_owner(), Everyone(), measures=True)

    def given(self, text: str, *, at_seconds: float = 0.0) -> From:
        """Return what a name means: a file of this machine, else a video's id, else a take's.

        Raises:
            NotFound: it is none of them.
        """
        path = Path(text).expanduser()
        if path.is_file():
            return From(file=keep_file(path, system_owner()), at_seconds=at_seconds)
        if takes.takes_of(Everyone()).filter(public_id=text).exists():
            return From(take=text, at_seconds=at_seconds)
        if not Video.objects.filter(public_id=text).exists():
            what = f"{text} is a folder" if path.is_dir() else f"there is no file, video or take {text!r}"
            raise NotFound(what, hint="accepted: a file, a video of `kinora videos` or a take of `kinora takes`")
        return From(video=text, at_seconds=at_seconds)

    def takes(self, state: str = "", limit: int = 50) -> list[TakeInfo]:
        """Return the newest takes, or the newest in a state."""
        accepted = [*TakeState.values, takes.RUNNING]
        if state and state not in accepted:
            raise InputError(f"{state!r} is no state of a take; accepted: {', '.join(accepted)}")
        return [TakeInfo.of(row) for row in takes.takes_of(Everyone(), state)[:limit]]

    def take(self, take_id: str) -> TakeInfo:
        """Return one take.

        Raises:
            NotFound: no take has this identifier.
        """
        return TakeInfo.of(takes.take_of(Everyone(), take_id))

    def steer_take(self, take_id: str, verb: str) -> TakeInfo:
        """Pause, resume or cancel a take, or put it `first` among its owner's that wait.

        Raises:
            Conflict: it is in no state for that.
        """
        if verb not in _STEERING:
            raise InputError(f"{verb!r} can't be done with a take; accepted: {', '.join(_STEERING)}")
        _STEERING[verb](takes.take_of(Everyone(), take_id))
        return self.take(take_id)

    def delete_take(self, take_id: str) -> None:
        """Delete a take and its files; its published video stays."""
        takes.delete(takes.take_of(Everyone(), take_id))

    def publish_take(self, take_id: str, *, title: str = "", visibility: str = "private") -> str:
        """Bring a take into the library as a video and return the video's id; a worker reads it like any other."""
        take = takes.take_of(Everyone(), take_id)
        return make.publish(take, Everyone(), title=title, visibility=visibility).video.public_id

    def _wait(self, rows: list[Any], *, wait: bool, on_progress: OnProgress | None) -> list[TakeInfo]:
        if wait:
            wait_for_takes(self.settings, rows, on_progress)
        rows = [again(row) for row in rows]
        for row in rows if wait else ():
            if error := error_of(row):
                raise error
        return [TakeInfo.of(row) for row in rows]


def _order(what: str | Order, num_takes: int, settings: dict[str, Any]) -> Order:
    if isinstance(what, Order):
        return what
    return Order(_request(settings), prompts=(TimedPrompt(0.0, what),), num_takes=num_takes)


def _request(settings: dict[str, Any]) -> Request:
    try:
        return Request(**{"model": "", **settings})
    except TypeError as error:
        raise InputError(f"{error}".replace("Request.__init__() ", ""), hint="docs/making.md lists them") from error


def copy_clip(info: TakeInfo, target: Path) -> Path:
    """Copy a finished clip to a file of this machine."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(info.path, target))
