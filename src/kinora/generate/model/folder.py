"""The model as an ordinary diffusers folder, which stock `DiffusionPipeline.from_pretrained` opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import DiffusionPipeline, LTXConditionPipeline

from kinora.generate.model.quiet import quiet_libraries

_SHARD = "12MB"


def save_pipeline(pipeline: LTXConditionPipeline, folder: Path) -> None:
    """Write weights in bfloat16 (half the size), described as float32, in which they are opened and run."""
    quiet_libraries()
    parts = {name: part for name, part in pipeline.components.items() if isinstance(part, torch.nn.Module)}
    for part in parts.values():
        part.to(torch.bfloat16)
    pipeline.save_pretrained(folder, max_shard_size=_SHARD)
    for part in parts.values():
        part.to(torch.float32)
    config_path = folder / "text_encoder" / "config.json"
    config = json.loads(config_path.read_text())
    config["dtype"] = "float32"
    config_path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def open_pipeline(folder: Path) -> Any:
    """Open a diffusers folder from this disk only; float32."""
    quiet_libraries()
    return DiffusionPipeline.from_pretrained(str(folder), local_files_only=True)
