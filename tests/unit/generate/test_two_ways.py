"""Whole or key-frames: the price of both."""

import pytest

from kinora.generate.architecture import Architecture
from kinora.generate.two_ways import two_ways

WAN = Architecture("WanPipeline", 40, 5120, 13824, 16, 512, 16, 4, 28_000_000_000)
SMALL = Architecture("LTXConditionPipeline", 6, 192, 768, 96, 48, 16, 4, 60_000_000)


def test_a_large_picture_and_a_long_clip_make_key_frames_cheaper():
    short = two_ways(WAN, tokens_a_frame=3600, num_latent_frames=21)
    long = two_ways(WAN, tokens_a_frame=3600, num_latent_frames=81)
    assert short.ratio == pytest.approx(0.68, abs=0.1)
    assert long.ratio == pytest.approx(0.26, abs=0.1)
    assert long.ratio < short.ratio < 1
    assert "0.2" in long.sentence()


def test_few_steps_for_the_in_betweens_are_what_saves_most():
    same = two_ways(WAN, tokens_a_frame=3600, num_latent_frames=21)
    few = two_ways(WAN, tokens_a_frame=3600, num_latent_frames=21, in_between_steps=8)
    assert few.in_betweens_flop == pytest.approx(same.in_betweens_flop / 5)
    assert few.ratio < same.ratio / 2


def test_a_small_clip_is_cheaper_whole():
    ways = two_ways(SMALL, tokens_a_frame=16, num_latent_frames=9)
    assert ways.ratio > 1
    assert ways.sentence().endswith("the whole is cheaper here")
