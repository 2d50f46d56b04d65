"""Where networks lie and in which numbers: from memory, weights and the clip's peak."""

import pytest

from kinora.generate.families.placement import Machine, Needs, Placement, place

GIB = 2**30


def gpu(memory_gib: float, **more) -> Machine:
    return Machine("cuda", int(memory_gib * GIB), **more)


def needs(weights_gib: float, largest_gib: float, peak_gib: float | None = None) -> Needs:
    peak = None if peak_gib is None else int(peak_gib * GIB)
    return Needs(int(weights_gib * GIB), int(largest_gib * GIB), peak)


@pytest.mark.parametrize(
    ("memory_gib", "expected"),
    [
        (80, "none"),  # 39 GiB of weights and 8 at work
        (40, "model"),  # the largest network, 28, and 8
        (12, "group"),
    ],
)
def test_what_does_not_fit_waits_in_main_memory(memory_gib, expected):
    placed = place(gpu(memory_gib), needs(39, 28, 8))
    assert placed.offload == expected
    assert not placed.has_fp8_weights, "a device of capability 8.0 does not compute in 8 bits"
    assert placed.dtype == "bfloat16"


def test_eight_bit_weights_come_before_offloading_layer_by_layer():
    ada = {"compute_capability": (8, 9)}
    assert place(gpu(24, **ada), needs(39, 28, 8)) == Placement(
        "cuda", "bfloat16", "model", has_fp8_weights=True, decodes_tiles=True
    )
    assert place(gpu(24), needs(39, 28, 8)).offload == "group"


def test_a_long_clip_moves_networks_out_that_a_short_one_leaves_in():
    assert place(gpu(24), needs(12, 6, 4)).offload == "none"
    assert place(gpu(24), needs(12, 6, 14)).offload == "model"


def test_without_a_plan_a_quarter_of_the_memory_is_left_for_work():
    assert place(gpu(24), needs(15, 10)).offload == "none"
    assert place(gpu(24), needs(17, 10)).offload == "model"


def test_decoding_goes_in_tiles_where_the_peak_is_a_good_part_of_the_memory():
    assert not place(gpu(80), needs(10, 6, 8)).decodes_tiles
    assert place(gpu(80), needs(10, 6, 40)).decodes_tiles
    assert place(Machine("cpu", 16 * GIB), needs(4, 2, 6)).decodes_tiles


def test_a_processor_never_computes_in_fp16():
    assert place(Machine("cpu", 64 * GIB, multiplies_bf16=True), needs(4, 2)).dtype == "bfloat16"
    assert place(Machine("cpu", 64 * GIB, multiplies_bf16=False), needs(4, 2)).dtype == "float32"


def test_thirty_two_bits_count_twice():
    old = {"multiplies_bf16": False, "compute_capability": (7, 5)}
    assert place(gpu(24, **old), needs(12, 10, 2)).offload == "model"
    assert place(gpu(24, **old), needs(12, 10, 2)).dtype == "float32"


@pytest.mark.parametrize(
    ("packages", "capability", "expected"),
    [
        ({"flash_attn", "flash_attn_interface"}, (9, 0), "_flash_3"),
        ({"flash_attn", "flash_attn_interface"}, (8, 0), "flash"),
        ({"flash_attn"}, (7, 5), "native"),
        ({"sageattention"}, (9, 0), "native"),
        (set(), (9, 0), "native"),
    ],
)
def test_attention_is_the_fastest_exact_one_at_hand(packages, capability, expected):
    machine = gpu(80, attention_packages=frozenset(packages), compute_capability=capability)
    assert place(machine, needs(4, 2)).attention == expected
