from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora.errors import MediaTooLarge, UnreadableMedia
from kinora.media.images import decode_image, decode_to_file, looks_like_a_picture


def encoded(kind: str, picture: Image.Image, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


RED = Image.new("RGB", (40, 20), (200, 10, 10))


def decoded(data: bytes, folder: Path) -> np.ndarray:
    (folder / "picture").write_bytes(data)
    height, width = decode_to_file(folder)
    return np.frombuffer((folder / "rgb").read_bytes(), np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_four_formats_are_taken(kind: str, tmp_path: Path) -> None:
    data = encoded(kind, RED)
    assert looks_like_a_picture(data)
    rgb = decoded(data, tmp_path)
    assert rgb.shape == (20, 40, 3) and abs(rgb.mean(axis=(0, 1)) - (200, 10, 10)).max() < 8


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO", "PDF", "EPS"])
def test_other_formats_are_not_even_opened(kind: str) -> None:
    with pytest.raises(UnreadableMedia, match="PNG, JPEG, WebP and GIF"):
        decode_image(encoded(kind, RED))


def test_transparency_orientation_and_size(tmp_path: Path) -> None:
    assert decoded(encoded("PNG", Image.new("RGBA", (8, 8), (255, 255, 255, 0))), tmp_path).max() == 0
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decoded(encoded("JPEG", RED, exif=exif), tmp_path).shape == (40, 20, 3)
    assert decoded(encoded("PNG", Image.new("RGB", (4000, 1000))), tmp_path).shape == (480, 1920, 3)


def test_too_much_is_refused_before_decoding(tmp_path: Path) -> None:
    with pytest.raises(MediaTooLarge, match="MiB"):
        decode_image(b"\x89PNG\r\n\x1a\n" + bytes(40 * 2**20))
    with pytest.raises(MediaTooLarge, match="megapixels"):
        decoded(encoded("PNG", Image.new("1", (9000, 9000))), tmp_path)


@pytest.mark.parametrize("length", [0, 3, 8, 20, 40, 60])
def test_a_cut_picture_is_refused(length: int, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia):
        decoded(encoded("PNG", RED)[:length], tmp_path)


def test_the_whole_way_through_a_confined_process() -> None:
    assert decode_image(encoded("PNG", RED)).shape == (20, 40, 3)
