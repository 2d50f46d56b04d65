"""Which network weights are on this machine, and how a person gets and chooses them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kinora.config import Settings
from kinora.engine.outbound import public_client
from kinora.errors import InputError, KinoraError, NotFound, Unreachable, WeightsMissing
from kinora.moments.frame_encoder import slug_of

EMBEDDED_FRAMES = "kinora-frames"
_EMBEDDED_FRAMES_FOLDER = Path(__file__).parent / "kinora_frames" / "weights"
_MOST_REMEMBERED = 20  # folders of frame encoders that were chosen once


@dataclass(frozen=True)
class ModelKind:
    """A job that a network does, the setting that names it, and well-kept public weights for it."""

    setting: str
    purpose: str
    without: str
    public: dict[str, str]  # short name -> repository on the hub
    marker: str = "config.json"  # the file that a folder of such weights holds
    embedded: str = ""  # the one that comes with the installation
    may_be_off: bool = True
    files: tuple[str, ...] = ("*.json", "*.bin", "*.safetensors", "*.txt", "*.model")  # what is fetched


KINDS: dict[str, ModelKind] = {
    "frames": ModelKind(
        setting="frame_encoder",
        purpose="finds pictures by words",
        without="pictures are not searched by words",
        public={
            "siglip2-base-patch16-224": "google/siglip2-base-patch16-224",
            "siglip2-base-patch32-256": "google/siglip2-base-patch32-256",
            "siglip2-so400m-patch16-384": "google/siglip2-so400m-patch16-384",
        },
        embedded=EMBEDDED_FRAMES,
    ),
    "speech": ModelKind(
        setting="speech_model",
        purpose="writes down what is said",
        without="speech without subtitles is not searched",
        public={
            "tiny": "Systran/faster-whisper-tiny",
            "base": "Systran/faster-whisper-base",
            "small": "Systran/faster-whisper-small",
            "medium": "Systran/faster-whisper-medium",
            "large-v3": "Systran/faster-whisper-large-v3",
        },
    ),
    "video": ModelKind(
        setting="video_model",
        purpose="makes clips",
        without="clips are made by the small model that comes with the installation",
        public={
            "ltx-video": "Lightricks/LTX-Video",
            "wan-1.3b": "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
            "wan-vace-1.3b": "Wan-AI/Wan2.1-VACE-1.3B-diffusers",
            "wan-ti2v-5b": "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
            "cogvideox-2b": "zai-org/CogVideoX-2b",
        },
        marker="model_index.json",
        embedded="kinora-small",
        may_be_off=False,
        # the pipeline's own folders: beside them lie the same weights again in other programs' forms
        files=("model_index.json", "*/*.json", "*/*.safetensors", "*/*.txt", "*/*.model", "*/*.jinja"),
    ),
}


@dataclass(frozen=True)
class ModelState:
    """One network as `kinora models list` shows it."""

    kind: str
    name: str
    is_in_use: bool
    is_at_hand: bool
    sentence: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def models_dir(settings: Settings, kind: str) -> Path:
    return settings.home / "models" / kind


def describe_models(settings: Settings) -> list[ModelState]:
    """Return the sentence encoder, then for each kind the choice and what lies in the library's folder."""
    states = [
        ModelState(
            kind="sentences",
            name=settings.text_encoder,
            is_in_use=settings.text_encoder != "off",
            is_at_hand=True,
            sentence="finds what is meant; its weights come with the installation",
        )
    ]
    for kind, about in KINDS.items():
        states += _states_of(settings, kind, about)
    return states


def _states_of(settings: Settings, kind: str, about: ModelKind) -> list[ModelState]:
    chosen = str(getattr(settings, about.setting))
    folder = models_dir(settings, kind)
    fetched = {path.name: path for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else {}
    states = [
        ModelState(kind, name, chosen in (name, str(path)), True, f"{about.purpose}; in {path}")
        for name, path in sorted(fetched.items())
    ]
    if not any(state.is_in_use for state in states):
        is_off = chosen == "off"
        suggestion = next(iter(about.public))
        sentence = (
            f"{about.without}; get weights: kinora models get {kind} {suggestion}"
            if is_off
            else f"{about.purpose}; chosen by the setting {about.setting}"
        )
        is_at_hand = chosen == about.embedded or Path(chosen).is_dir()
        states.insert(0, ModelState(kind, chosen, not is_off, is_at_hand, sentence))
    return states


def resolve_choice(settings: Settings, kind: str, name: str) -> str:
    """Return the setting's value for a choice: `off` or the embedded one, a fetched folder, or a folder given.

    Raises:
        NotFound: no weights of that name are on this machine.
    """
    about = KINDS[kind]
    always = [about.embedded] * bool(about.embedded) + ["off"] * about.may_be_off
    if name in always:
        return name
    for folder in (models_dir(settings, kind) / name.replace("/", "--"), Path(name).expanduser()):
        if (folder / about.marker).is_file():
            return str(folder.resolve())
    raise NotFound(
        f"no {kind} weights named {name!r} are here; "
        f"accepted: {', '.join(always)}, a fetched name, a folder with {about.marker}",
        hint=f"fetch them first: kinora models get {kind} {name}",
    )


def folder_in_use(settings: Settings, kind: str) -> Path:
    """Return the folder of the weights that the settings name: given, fetched, or in the hub's own cache.

    Where the settings allow it, absent weights are fetched first.

    Raises:
        WeightsMissing: they are off or not on this machine; the sentence says what is off and how to get them.
        Unreachable: fetching is allowed, and the hub did not answer.
    """
    about = KINDS[kind]
    name = str(getattr(settings, about.setting))
    with contextlib.suppress(NotFound):
        if name not in ("off", about.embedded):
            return Path(resolve_choice(settings, kind, name))
    if name != "off" and (cached := _cached_by_the_hub(about.public.get(name, name))):
        return cached
    if name != "off" and getattr(settings, f"{about.setting}_download"):
        return fetch_weights(settings, kind, name, on_message=lambda _: None)
    suggestion = next(iter(about.public)) if name == "off" else name
    missing = f"no {kind} weights are chosen" if name == "off" else f"the weights {name!r} are not on this machine"
    raise WeightsMissing(
        f"{missing}, so {about.without}",
        hint=f"kinora models get {kind} {suggestion}, or KINORA_{about.setting.upper()}=FOLDER; see docs/models.md",
    )


def frame_encoder_name(settings: Settings) -> str:
    """Return the name that the chosen frame encoder's vectors carry, without loading it; empty where it is off.

    Raises:
        WeightsMissing: its weights are not on this machine.
    """
    if settings.frame_encoder == "off":
        return ""
    is_embedded = settings.frame_encoder == EMBEDDED_FRAMES
    folder = (
        _EMBEDDED_FRAMES_FOLDER
        if is_embedded
        else folder_in_use(replace(settings, frame_encoder_download=False), "frames")
    )
    return name_of_frames_in(folder)


def name_of_frames_in(folder: Path) -> str:
    """Return the name that vectors of the frame encoder in a folder carry.

    Raises:
        WeightsMissing: there is none.
    """
    try:
        about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsMissing(f"no frame encoder's configuration in {folder}", hint="see docs/models.md") from error
    return str(about["name"]) if "network" in about else folder.name


def frames_folder_named(settings: Settings, slug: str) -> Path:
    """Return where the frame encoder lies whose name `slug_of` writes so: shipped, fetched, or chosen before.

    Raises:
        WeightsMissing: it is not on this machine any more.
    """
    fetched = models_dir(settings, "frames")
    folders: list[Path] = [
        _EMBEDDED_FRAMES_FOLDER,
        *(fetched.iterdir() if fetched.is_dir() else ()),
        *_chosen_before(settings),
    ]
    for folder in folders:
        with contextlib.suppress(WeightsMissing, NotADirectoryError):
            if slug_of(name_of_frames_in(folder)) == slug:
                return folder
    raise WeightsMissing(f"the frame encoder {slug} is not on this machine any more", hint="see docs/models.md")


def remember_frames_folder(settings: Settings) -> None:
    """Keep where the chosen frame encoder lies, so that its vectors can be asked after another one is chosen."""
    with contextlib.suppress(WeightsMissing):
        folder = folder_in_use(replace(settings, frame_encoder_download=False), "frames")
        known = _chosen_before(settings)
        if folder.parent != models_dir(settings, "frames") and folder not in known:
            kept = _chosen_before_in(settings)
            kept.parent.mkdir(parents=True, exist_ok=True)
            draft = kept.with_suffix(".new")
            draft.write_text(json.dumps([*map(str, known), str(folder)][-_MOST_REMEMBERED:]), encoding="utf-8")
            draft.replace(kept)


def _chosen_before(settings: Settings) -> list[Path]:
    try:
        return [Path(str(one)) for one in json.loads(_chosen_before_in(settings).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _chosen_before_in(settings: Settings) -> Path:
    return models_dir(settings, "frames") / "chosen_before.json"


def _cached_by_the_hub(repository: str) -> Path | None:
    """Return the folder where another program of this user has put the weights, if one has."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, ValueError):
        return None
    return folder if (folder / "config.json").is_file() else None


def fetch_weights(settings: Settings, kind: str, name: str, *, on_message: Callable[[str], None]) -> Path:
    """Fetch weights through the guarded client into `home/models`; what was fetched before is kept.

    Raises:
        InputError: the name is no repository name.
        Unreachable: the hub did not answer or has no such weights.
    """
    import huggingface_hub
    from huggingface_hub import constants, set_client_factory

    repository = KINDS[kind].public.get(name, name)
    folder = models_dir(settings, kind) / name.replace("/", "--")
    if repository.count("/") != 1 or ".." in repository:
        raise InputError(
            f"{name!r} is no {kind} model; accepted: {', '.join(KINDS[kind].public)}, or OWNER/NAME as the hub has it"
        )
    constants.HF_HUB_DISABLE_XET = True  # its own transport would go round the guarded client
    set_client_factory(lambda: public_client(timeout=60.0))
    on_message(f"Fetching {repository} …")
    try:
        huggingface_hub.snapshot_download(repository, local_dir=folder, allow_patterns=list(KINDS[kind].files))
    except KinoraError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise Unreachable(
            f"{repository} could not be fetched: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            hint=f"on a machine with a network, download the folder and use it: kinora models use {kind} FOLDER",
        ) from error
    return folder
