"""Which rows may be looked at: the viewer's rights and the query's filters, as SQL for Lance and as a numpy mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kinora.index.entry import Vectors


@dataclass(frozen=True)
class VideoFilter:
    """Rows of videos that are public or the viewer's own, and that pass every filter given.

    Times in Unix seconds: `published_from <= published_at < published_before`. `video_ids` empty: any.
    """

    viewer_id: int | None = None
    sees_everything: bool = False
    channel: str = ""
    published_before: float | None = None
    published_from: float | None = None
    longer_seconds: float | None = None
    shorter_seconds: float | None = None
    video_ids: tuple[str, ...] = ()

    def sql(self, *, signals: Sequence[str] = ()) -> str:
        """Return a condition in Lance's SQL, empty when every row passes."""
        parts = []
        if not self.sees_everything:
            own = f" OR owner_id = {int(self.viewer_id)}" if self.viewer_id is not None else ""
            parts.append(f"(visibility = 'public'{own})")
        if self.channel:
            parts.append(f"channel = {quoted(self.channel)}")
        for column, sign, value in self._bounds():
            parts.append(f"{column} {sign} {value!r}")
        if self.video_ids:
            parts.append(f"video_id IN ({', '.join(quoted(name) for name in self.video_ids)})")
        if signals:
            parts.append(f"signal IN ({', '.join(quoted(name) for name in signals)})")
        return " AND ".join(parts)

    def mask(self, rows: pa.Table) -> Vectors:
        """Return which rows pass, as booleans; `rows` hold the video-level columns."""
        passing = np.ones(rows.num_rows, dtype=bool)
        if not self.sees_everything:
            is_open = _equal(rows, "visibility", "public")
            if self.viewer_id is not None:
                is_open |= _column(rows, "owner_id") == self.viewer_id
            passing &= is_open
        if self.channel:
            passing &= _equal(rows, "channel", self.channel)
        for column, sign, value in self._bounds():
            values = _column(rows, column)
            passing &= values < value if sign == "<" else values >= value if sign == ">=" else values > value
        if self.video_ids:
            passing &= _is_in(rows, "video_id", self.video_ids)
        return passing

    def _bounds(self) -> list[tuple[str, str, float]]:
        bounds = [
            ("published_at", "<", self.published_before),
            ("published_at", ">=", self.published_from),
            ("duration_seconds", ">", self.longer_seconds),
            ("duration_seconds", "<", self.shorter_seconds),
        ]
        return [(column, sign, float(value)) for column, sign, value in bounds if value is not None]


def quoted(text: str) -> str:
    """Return a string literal of Lance's SQL."""
    return "'" + text.replace("'", "''") + "'"


def _column(rows: pa.Table, name: str) -> Vectors:
    values: Vectors = rows.column(name).to_numpy()
    return values


def _equal(rows: pa.Table, name: str, value: str) -> Vectors:
    import pyarrow.compute as pc

    found: Vectors = pc.equal(rows.column(name), value).to_numpy()
    return found.astype(bool)


def _is_in(rows: pa.Table, name: str, values: Sequence[str]) -> Vectors:
    import pyarrow.compute as pc

    found: Vectors = pc.is_in(rows.column(name), value_set=pa.array(list(values))).to_numpy()
    return found.astype(bool)
