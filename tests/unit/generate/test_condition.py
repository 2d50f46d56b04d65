"""Requests: JSON in and out, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from kinora.errors import InputError
from kinora.generate.condition import (
    Condition,
    Request,
    Start,
    TimedPrompt,
    checked,
    request_from_json,
    request_to_json,
)

FULL = Request(
    prompts=(TimedPrompt(0.0, "a red ball"), TimedPrompt(1.0, "a blue cube")),
    conditions=(Condition(0.0, "frame", Path("/a.png")), Condition(1.5, "clip", Path("/b.mp4"), 0.5, 1.0, 2.0)),
    start=Start(Path("/c.mp4"), blend_path=Path("/d.mp4")),
    noise=0.6,
    seed=7,
    operation="storyboard",
    parents=("abc",),
)


def test_a_request_comes_back_from_its_json():
    assert request_from_json(request_to_json(FULL)) == FULL


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seconds": -1.0}, "seconds was -1; accepted: 0 to 600"),
        ({"seconds": float("nan")}, "seconds was nan"),
        ({"fps": 0.0}, "fps was 0; accepted: 1 to 120"),
        ({"width": 8}, "width was 8; accepted: 32 to 4096"),
        ({"noise": 1.5}, "noise was 1.5; accepted: 0 to 1"),
        ({"steps": 0}, "steps was 0"),
        ({"guidance_scale": 31.0}, "guidance_scale was 31"),
        ({"seed": -1}, "seed was -1"),
        ({"prompts": (TimedPrompt(0.0, "x" * 5001),)}, "more than 5000 characters"),
        ({"conditions": (Condition(9.0, "frame", Path("/a.png")),)}, "a condition is at 9 s; the clip lasts 2 s"),
        ({"conditions": (Condition(0.0, "frame", Path("/a.png"), 2.0),)}, "strength of a condition was 2"),
        ({"conditions": (Condition(0.0, "clip", Path("/a.mp4"), 1.0, 2.0, 1.0),)}, "ends before it begins"),
    ],
)
def test_a_request_that_can_not_be_meant_is_refused_with_what_is_accepted(change, said):
    with pytest.raises(InputError, match=said.replace(".", r"\.")):
        checked(replace(FULL, **change))


@pytest.mark.parametrize("text", ["", "[]", '{"prompts": 3}', '{"conditions": [{"kind": "smell"}]}'])
def test_a_document_that_is_no_request_is_refused(text):
    with pytest.raises(InputError, match="of the request"):
        request_from_json(text)
