"""Clips drawn ahead by other processes are those that are drawn in line, whatever part of them is asked for."""

import pytest
import torch

from kinora.generate.train.clip_source import Clips, ClipShape
from kinora.generate.train.rendered_ahead import TASK, RenderedAhead

SHAPE = ClipShape(2, 8, 8, 8.0)


def numbered(seeds, shape) -> Clips:
    """Return clips that are all of their seed's number."""
    pixels = torch.tensor(list(seeds), dtype=torch.uint8)[:, None, None, None, None]
    return Clips(
        pixels.expand(-1, shape.num_frames, shape.height, shape.width, 3).clone(), tuple((f"{s}",) for s in seeds)
    )


def failing(seeds, shape) -> Clips:
    raise ValueError(f"no clip of {list(seeds)}")


@pytest.fixture(scope="module")
def ahead():
    source = RenderedAhead(numbered, 1, clips_ahead=2 * TASK)
    yield source
    source.close()


@pytest.mark.parametrize("seeds", [range(0, 5), range(5, 21), range(100, 101), range(96, 130)])
def test_each_seed_gives_its_own_clip(ahead, seeds):
    clips = ahead(seeds, SHAPE, "cpu")
    assert clips.pixels_BTHWC.shape == (len(seeds), 2, 8, 8, 3)
    assert clips.pixels_BTHWC[:, 0, 0, 0, 0].tolist() == list(seeds)
    assert clips.captions == tuple((str(seed),) for seed in seeds)


def test_the_next_clips_are_begun_and_the_far_ones_forgotten(ahead):
    ahead(range(0, TASK), SHAPE, "cpu")
    ahead(range(TASK, 2 * TASK), SHAPE, "cpu")  # those ahead are done before these come back, or soon after
    assert ahead.num_ready(SHAPE, 200) == 0
    ahead(range(2 * TASK, 4 * TASK), SHAPE, "cpu")
    assert ahead.num_ready(SHAPE, 2 * TASK) >= 2 * TASK
    assert ahead.num_ready(SHAPE, 0) == 0


def test_what_a_renderer_raises_is_raised_here():
    source = RenderedAhead(failing, 1, clips_ahead=0)
    try:
        with pytest.raises(ValueError, match=r"no clip of \[0, 1"):
            source(range(3), SHAPE, "cpu")
    finally:
        source.close()
