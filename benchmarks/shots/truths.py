"""What the clips truly hold: labels by eye, and edits whose making is known; all as frame numbers."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import av

# A plain moment shorter than this is part of the transition: between a fade out and a fade in, or a fade and a cut.
HOLD_SECONDS = 0.4
# OpenCV's wheel decodes no AV1: every detector gets the same film, frame for frame, in VP9.
SAME_SHOTS = {"cuts/tears_of_steel_16s_av1.webm": "cuts/tears_of_steel_16s_vp9.webm"}


@dataclass
class Truth:
    """`graduals`, `ignored` and `flashes` are ranges of frames; a cut is the first frame of the new shot."""

    path: Path
    group: str
    cuts: list[int] = field(default_factory=list)
    graduals: list[tuple[int, int]] = field(default_factory=list)
    ignored: list[tuple[int, int]] = field(default_factory=list)
    flashes: list[tuple[int, int]] = field(default_factory=list)
    frame_rate: float | None = None  # that frames were counted at, where a label says so

    def counted_at(self, frame_rate: float) -> Truth:
        """Return the same in frames of another stream of the film, as one file holds two at different rates."""
        if self.frame_rate is None or abs(frame_rate - self.frame_rate) < 0.5:
            return self
        factor = frame_rate / self.frame_rate

        def moved(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
            return [(round(start * factor), round(end * factor)) for start, end in spans]

        cuts = [round(cut * factor) for cut in self.cuts]
        return Truth(self.path, self.group, cuts, moved(self.graduals), moved(self.ignored), moved(self.flashes))


def labelled(media: Path) -> list[Truth]:
    """Return the clips of `cut_labels.tsv`."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (media / "cut_labels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            rows[row["file"]].append(row)
    return [_labelled_clip(media / SAME_SHOTS.get(name, name), own) for name, own in rows.items()]


def _labelled_clip(path: Path, rows: list[dict[str, str]]) -> Truth:
    truth = Truth(path, "labelled clips", frame_rate=float(rows[0]["fps"]))
    for row in rows:
        span = int(row["frame_start"]), int(row["frame_end"])
        if row["kind"] == "cut":
            truth.cuts.append(span[0])
        else:
            (truth.graduals if row["kind"] == "gradual" else truth.ignored).append(span)
    hold = HOLD_SECONDS * float(rows[0]["fps"])
    fades = {(int(row["frame_start"]), int(row["frame_end"])) for row in rows if "fade" in row["note"]}
    truth.graduals = _joined(sorted(truth.graduals), fades, hold)
    outs = {int(row["frame_end"]) for row in rows if "fade" in row["note"] and " in" not in row["note"]}
    ins = {int(row["frame_start"]) for row in rows if "fade in" in row["note"]}
    for cut in list(truth.cuts):
        for place, (start, end) in enumerate(truth.graduals):
            ends_black = end in outs and 0 <= cut - end <= hold
            begins_black = start in ins and 0 <= start - cut <= hold
            if ends_black or begins_black:
                truth.graduals[place] = (min(start, cut), max(end, cut))
                truth.cuts.remove(cut)
    return truth


def _joined(spans: list[tuple[int, int]], fades: set[tuple[int, int]], hold: float) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    was_fade_out = False
    for span in spans:
        if was_fade_out and span in fades and span[0] - joined[-1][1] <= hold:
            joined[-1] = (joined[-1][0], span[1])
            was_fade_out = False
        else:
            joined.append(span)
            was_fade_out = span in fades
    return joined


def edited(folder: Path, split: str) -> list[Truth]:
    """Return the edits made by `make_edits.py`."""
    truths = []
    for made in sorted(folder.glob(f"{split}-*.json")):
        facts = json.loads(made.read_text())
        truth = Truth(made.with_suffix(".mp4"), f"edits, {split}", flashes=[tuple(span) for span in facts["flashes"]])
        for one in facts["transitions"]:
            if one["kind"] == "cut":
                truth.cuts.append(one["start"])
            else:
                truth.graduals.append((one["start"], one["end"]))
        truths.append(truth)
    return truths


def frame_seconds(path: Path, stream_index: int) -> list[float]:
    """Return when each frame is shown, from the first; decoded, so that no header is believed."""
    with av.open(str(path)) as container:
        stream = container.streams[stream_index]
        stream.thread_type = "AUTO"
        times = [float(frame.pts * frame.time_base) for frame in container.decode(stream)]
    return [seconds - times[0] for seconds in times]
