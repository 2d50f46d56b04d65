"""Real pictures become clips in which a camera moves; the same step gives the same clips."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from kinora.errors import InputError
from kinora.generate.train.clip_source import ClipShape
from kinora.generate.train.moving_pictures import MovingPictures


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(1)
    held = []
    for size in ((60, 40), (200, 300)):
        data = io.BytesIO()
        noise = random.integers(0, 255, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(noise).resize(size, Image.Resampling.NEAREST).save(data, "PNG")
        held.append(data.getvalue())
    pq.write_table(pa.table({"image": held}), path / "some.parquet")
    return path


@pytest.mark.parametrize("shape", [ClipShape(5, 64, 96, 8.0), ClipShape(1, 32, 32, 8.0)])
def test_clips_have_the_shape_and_come_again(folder, shape):
    pictures = MovingPictures(folder)
    clips = pictures.clips(3, 4, shape, "cpu")
    assert clips.shape == (4, shape.num_frames, shape.height, shape.width, 3)
    assert clips.dtype == torch.uint8
    assert torch.equal(clips, MovingPictures(folder).clips(3, 4, shape, "cpu"))
    assert not torch.equal(clips, pictures.clips(4, 4, shape, "cpu"))


def test_the_camera_moves(folder):
    clips = MovingPictures(folder).clips(0, 6, ClipShape(9, 64, 64, 8.0), "cpu").float()
    assert (clips[:, -1] - clips[:, 0]).abs().mean() > 5
    assert (clips[:, 1] - clips[:, 0]).abs().mean() < (clips[:, -1] - clips[:, 0]).abs().mean()


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(InputError, match="no pictures in "):
        MovingPictures(tmp_path)


@pytest.mark.parametrize("table", [{"image": [b"no picture"]}, {"picture": [b""]}, {"image": [3]}])
def test_what_holds_no_pictures_is_refused(tmp_path, table):
    pq.write_table(pa.table(table), tmp_path / "some.parquet")
    with pytest.raises(InputError, match=r"the pictures in .* can't be read"):
        MovingPictures(tmp_path)
