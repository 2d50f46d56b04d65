"""What the picture side starts from, and its convolutions of small maps."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch

from kinora.errors import InputError, SettingRefused, WeightsMissing
from kinora.moments.kinora_frames.network import FrameNetworkConfig, ImageTower
from kinora.moments.train_frames import start
from kinora.moments.train_frames.depthwise import Depthwise, hasten
from kinora.moments.train_frames.program import FrameTraining

NARROW = FrameNetworkConfig(widths=(8,) * 7, blocks=(1,) * 7, features=32, dimension=16)


def written(tower: ImageTower, folder: Path) -> Path:
    """Write a tower's layers as the package holds them: in its order, with the map to labels last."""
    state = {name: torch.full_like(value, 0.25) for name, value in tower.stages.state_dict().items()}
    state |= {"_fc.weight": torch.zeros(1000, 32), "_fc.bias": torch.zeros(1000)}
    torch.save(state, folder / "layers.pth")
    return folder / "layers.pth"


def test_a_tower_takes_over_the_layers_and_keeps_its_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tower = ImageTower(NARROW)
    file = written(tower, tmp_path)
    monkeypatch.setattr(start, "_file", lambda: file)
    head = tower.head.weight.clone()
    start.start_tower(tower)
    learnt = [value for name, value in tower.stages.state_dict().items() if "num_batches" not in name]
    assert all(bool((value == 0.25).all()) for value in learnt)
    assert torch.equal(head, tower.head.weight)


def test_layers_of_another_network_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(ImageTower(NARROW), tmp_path)
    monkeypatch.setattr(start, "_file", lambda: file)
    with pytest.raises(SettingRefused, match="other layers than this network"):
        start.start_tower(ImageTower(FrameNetworkConfig()))


def test_absent_layers_are_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "PACKAGE", "no_such_package_of_layers")
    with pytest.raises(WeightsMissing, match="are not installed") as told:
        start.start_tower(ImageTower(NARROW))
    assert "--start nothing" in (told.value.hint or "")


def test_an_unknown_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no start 'moon'; accepted: imagenet, nothing"):
        FrameTraining(tmp_path, tmp_path, 1.0, start="moon")


@pytest.mark.parametrize(("kernel", "height", "width"), [(3, 2, 2), (5, 4, 4), (5, 3, 4), (5, 6, 6)])
def test_small_maps_give_the_same_results_and_gradients(kernel: int, height: int, width: int) -> None:
    torch.manual_seed(0)
    plain = torch.nn.Conv2d(6, 6, kernel, 1, kernel // 2, groups=6, bias=False)
    hastened = torch.nn.Sequential(copy.deepcopy(plain))
    hasten(hastened)
    assert isinstance(hastened[0], Depthwise)
    x_BCHW = torch.randn(5, 6, height, width)
    weights = torch.randn(5, 6, height, width)
    ways = []
    for network in (plain, hastened):
        own_BCHW = x_BCHW.clone().requires_grad_()
        y_BCHW = network(own_BCHW)
        (y_BCHW * weights).sum().backward()
        kernel_grad = next(network.parameters()).grad
        assert kernel_grad is not None and own_BCHW.grad is not None
        ways.append((y_BCHW.detach(), own_BCHW.grad, kernel_grad))
    for one, other in zip(*ways, strict=True):
        assert torch.allclose(one, other, atol=1e-5)
