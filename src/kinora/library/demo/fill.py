"""Fill a library with the demo clips: drawn once, added as public videos of the channel "Demo"."""

from __future__ import annotations

from collections.abc import Callable

from kinora.config import Settings
from kinora.library.accounts import system_owner
from kinora.library.add import NewFile, add_new_file
from kinora.library.demo.make import LICENCE, DemoClip, film_named, film_names, make_demo
from kinora.library.files import work_folder
from kinora.library.models import Channel, Note, User, Video, Visibility

CHANNEL_HANDLE = "demo"
_CHANNEL_NAME = "Demo"
_CHANNEL_WORDS = "Clips that Kinora drew itself. Delete them whenever you like."
# What stands in a video's recipe, by which a clip that is there already is known without drawing it again.
_RECIPE_KEY = "demo"
_FILLING = "demo_filling"


def fill_demo_library(settings: Settings, on_progress: Callable[[float, str], None] | None = None) -> list[Video]:
    """Add the demo clips that the library lacks, each as soon as it is drawn; return all of them, in order.

    Doing it again adds nothing, and an interrupted filling goes on where it stopped.
    """
    owner = system_owner()
    channel = demo_channel(owner)
    report = on_progress or (lambda _share, _message: None)
    names = film_names()
    missing = [name for name in names if name not in _held(owner)]
    if missing:
        Note.objects.update_or_create(key=_FILLING, defaults={"value": {"missing": missing}})
        with work_folder(settings, "demo") as folder:
            make_demo(folder, report, names=missing, on_clip=lambda clip: _add(clip, owner, channel))
    Note.objects.filter(key=_FILLING).delete()
    report(1.0, f"{len(names)} demo clips are in the library")
    held = _held(owner)
    return [held[name] for name in names if name in held]


def is_demo_wanted() -> bool:
    """Return whether the library is empty, or was being filled when something stopped it."""
    return not Video.objects.exists() or Note.objects.filter(key=_FILLING).exists()


def demo_channel(owner: User) -> Channel:
    """Return the channel of the demo clips, made on first use."""
    words = {"owner": owner, "name": _CHANNEL_NAME, "description": _CHANNEL_WORDS}
    return Channel.objects.get_or_create(handle=CHANNEL_HANDLE, defaults=words)[0]


def _held(owner: User) -> dict[str, Video]:
    """Return the demo clips that the library holds, by film name."""
    videos = Video.objects.filter(owner=owner, origin="demo").order_by("id")
    return {str(video.recipe.get(_RECIPE_KEY)): video for video in videos}


def _add(clip: DemoClip, owner: User, channel: Channel) -> None:
    given = NewFile(
        path=clip.path,
        owner=owner,
        channel=channel,
        title=clip.title,
        description=clip.description,
        tags=clip.tags,
        visibility=Visibility.PUBLIC.value,
        origin="demo",
        licence=LICENCE,
        move=True,
        sidecars=clip.subtitles,
        recipe={_RECIPE_KEY: clip.path.stem, "seconds": film_named(clip.path.stem).duration_seconds},
    )
    add_new_file(given)
