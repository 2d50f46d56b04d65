"""Lengths in frames and latents, and how a long clip is split."""

from kinora.generate.condition import TimedPrompt
from kinora.generate.windows import Window, num_frames_of, num_latent_frames_of, plan_windows


def test_a_clip_has_as_many_frames_as_the_latent_can_hold():
    assert num_frames_of(0.0, 8.0, 4) == 1
    assert num_frames_of(2.0, 8.0, 4) == 17
    assert num_frames_of(0.1, 8.0, 4) == 5, "the shortest clip that moves"
    assert num_frames_of(2.1, 8.0, 4) == 17, "the nearest length"
    assert [num_latent_frames_of(frames, 4) for frames in (1, 5, 17)] == [1, 2, 5]


def test_a_short_clip_is_one_window():
    assert plan_windows(5, 9, 2, (TimedPrompt(0.0, "a ball"),), 2.0) == (Window(0, 5, 0, "a ball"),)


def test_a_long_clip_is_made_in_windows_that_carry_the_end_of_the_one_before():
    windows = plan_windows(20, 9, 2, (TimedPrompt(0.0, "a ball"),), 2.0)
    assert [(w.start, w.end, w.num_carried) for w in windows] == [(0, 9, 0), (7, 16, 2), (14, 20, 2)]
    covered = [frame for w in windows for frame in range(w.start + w.num_carried, w.end)]
    assert covered == list(range(20)), "every latent frame is made once"


def test_each_prompt_begins_a_window():
    prompts = (TimedPrompt(0.0, "a ball"), TimedPrompt(2.0, "a cube"))
    windows = plan_windows(9, 9, 2, prompts, 2.0)
    assert [(w.start, w.end, w.num_carried, w.prompt) for w in windows] == [(0, 4, 0, "a ball"), (2, 9, 2, "a cube")]


def test_a_prompt_after_the_end_is_never_shown():
    prompts = (TimedPrompt(0.0, "a ball"), TimedPrompt(99.0, "a cube"))
    assert [w.prompt for w in plan_windows(5, 9, 2, prompts, 2.0)] == ["a ball"]
