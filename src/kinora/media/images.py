"""A picture that a stranger uploads: decoded in a confined process, PNG, JPEG, WebP and GIF only, never SVG."""

from __future__ import annotations

import struct
import tempfile
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from kinora.engine.confined_call import confined_call
from kinora.engine.limits import Limits
from kinora.errors import LimitExceeded, MediaTooLarge, ToolFailed, UnreadableMedia, WorkerLost

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 32 * 2**20
MAX_PIXELS = 64_000_000
MAX_SIDE = 1920  # larger pictures are reduced: nobody compares more pixels than a frame has

_LIMITS = Limits(cpu_seconds=10, wall_seconds=20, memory_bytes=2**30, output_bytes=64 * 2**20)
_REFUSED = "the picture can't be read; accepted: PNG, JPEG, WebP and GIF"
# What Pillow raises on damaged bytes, over all its decoders.
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, OverflowError, IndexError, TypeError, struct.error)


def decode_image(data: bytes) -> NDArray[np.uint8]:
    """Return an uploaded picture as HxWx3 RGB, upright, at most 1920 on its longer side; a GIF's first frame.

    Raises:
        UnreadableMedia: no picture of an accepted format. MediaTooLarge: too many bytes or pixels.
    """
    if len(data) > MAX_BYTES:
        raise MediaTooLarge(
            f"the picture has {len(data) / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} MiB are accepted"
        )
    if not looks_like_a_picture(data):
        raise UnreadableMedia(_REFUSED)
    with tempfile.TemporaryDirectory(prefix="kinora-picture-") as folder:
        (Path(folder) / "picture").write_bytes(data)
        try:
            height, width = confined_call(
                decode_to_file,
                arguments={"folder": Path(folder)},
                limits=_LIMITS,
                read_paths=[],
                write_dir=Path(folder),
            )
        except (LimitExceeded, ToolFailed, WorkerLost) as error:
            raise UnreadableMedia(_REFUSED) from error
        return _read_back(Path(folder) / "rgb", height, width)


def looks_like_a_picture(data: bytes) -> bool:
    """Return whether the first bytes are those of an accepted format."""
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or is_webp


def decode_to_file(folder: Path) -> tuple[int, int]:
    """Decode `folder/picture` into `folder/rgb` and return height and width: the part that runs confined."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        with Image.open(folder / "picture", formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise MediaTooLarge(
                    f"the picture is {width}×{height}; at most {MAX_PIXELS // 10**6} megapixels are accepted"
                )
            picture.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a JPEG decodes at a fraction of its size
            rgb = _over_black(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError as error:
        raise MediaTooLarge("the picture has too many pixels to be opened") from error
    except _DAMAGE as error:
        raise UnreadableMedia(_REFUSED) from error
    rgb.thumbnail((MAX_SIDE, MAX_SIDE))
    (folder / "rgb").write_bytes(rgb.tobytes())
    return rgb.height, rgb.width


def _over_black(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    with_alpha = picture.convert("RGBA")
    black = Image.new("RGBA", with_alpha.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, with_alpha).convert("RGB")


def _read_back(file: Path, height: int, width: int) -> NDArray[np.uint8]:
    if file.is_symlink() or not file.is_file() or file.stat().st_size != height * width * 3 or height < 1:
        raise UnreadableMedia(_REFUSED)
    return np.frombuffer(file.read_bytes(), np.uint8).reshape(height, width, 3)
