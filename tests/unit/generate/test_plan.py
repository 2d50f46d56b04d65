"""The bill."""

from dataclasses import replace

import pytest

from kinora.errors import InputError
from kinora.generate.architecture import Architecture
from kinora.generate.calibration import Calibration, load_calibration, save_calibration
from kinora.generate.condition import Condition, Request, Start
from kinora.generate.plan import Price, plan

WAN = Architecture("WanPipeline", 40, 5120, 13824, 16, 512, 16, 4, 28_000_000_000)
SMALL = Architecture("LTXConditionPipeline", 6, 192, 768, 96, 48, 16, 4, 60_000_000)
HERE = Calibration("cpu", "abc", 2, 1.0, 0.01, 5e10, 0.05, 2e-7, 8 * 2**30, 700_000_000, 50_000.0, 900.0)
ASKED = Request(seconds=2.0, steps=10, guidance_scale=3.0)


def test_the_formula_gives_the_published_cost_of_a_large_model():
    """Wan 2.2 A14B, 81 frames of 1280×720, 40 steps with guidance: 522 PFLOP (its authors' time × measured rate)."""
    made = plan(
        Request(width=1280, height=720, seconds=5.0, fps=16.0, steps=40, guidance_scale=4.0),
        WAN,
        None,
        longest_window=21,
    )
    assert made.num_frames == 81
    assert made.num_tokens == 21 * 80 * 45
    assert made.flop == pytest.approx(522e15, rel=0.05)
    assert made.seconds == 0.0, "a machine that was not measured has no time"


def test_a_plan_counts_steps_guidance_windows_and_what_is_given():
    base = plan(ASKED, SMALL, HERE, longest_window=9)
    assert (base.num_frames, base.num_windows, base.num_tokens) == (17, 1, 80)
    assert plan(replace(ASKED, guidance_scale=1.0), SMALL, HERE, longest_window=9).flop == base.flop / 2
    assert plan(replace(ASKED, steps=20), SMALL, HERE, longest_window=9).flop == 2 * base.flop
    start = replace(ASKED, start=Start(path="a"), noise=0.5)
    assert plan(start, SMALL, HERE, longest_window=9).flop == base.flop / 2
    given = replace(ASKED, conditions=(Condition(2.0, "frame", "a"),))
    assert plan(given, SMALL, HERE, longest_window=9).num_tokens == 96
    long = plan(replace(ASKED, seconds=8.0), SMALL, HERE, longest_window=9)
    assert (long.num_windows, long.num_tokens) == (3, 144)
    assert long.flop > 3 * base.flop
    assert long.seconds > base.seconds


def test_the_time_is_opening_passes_and_decoding():
    made = plan(ASKED, SMALL, HERE, longest_window=9)
    expected = 1.0 + 1.1 * (made.flop / 5e10 + 10 * 0.01) + 0.05 + 2e-7 * 64 * 64 * 17
    assert made.seconds == pytest.approx(expected)


def test_what_does_not_fit_is_refused_with_what_would():
    large = replace(ASKED, width=1024, height=1024)
    with pytest.raises(InputError, match=r"needs 1[0-9]\.\d GiB of memory; 8\.0 GiB are here") as refused:
        plan(large, SMALL, HERE, longest_window=9)
    assert refused.value.hint == "576x576 at the same length would fit"


def test_money_is_time_at_a_price_and_the_bill_reads_as_sentences():
    made = plan(ASKED, SMALL, HERE, longest_window=9, price=Price(3600.0, "EUR"))
    assert made.price == pytest.approx(made.seconds)
    said = " ".join(made.sentences())
    assert "17 frames, 80 tokens at once" in said
    assert "on this machine" in said
    assert said.endswith("EUR")


def test_a_calibration_is_kept_a_model(tmp_path):
    path = tmp_path / "calibration.json"
    assert load_calibration(path, "abc") is None
    save_calibration(path, HERE)
    save_calibration(path, replace(HERE, weights_hash="def"))
    assert load_calibration(path, "abc") == HERE
    path.write_text("{")
    with pytest.raises(InputError, match=r"calibration\.json can't be read"):
        load_calibration(path, "abc")
