"""Which rows may be looked at: the viewer's rights and the query's filters, as SQL for Lance and as a numpy mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kinora.index.entry import Vectors


@dataclass(frozen=True)
class VideoFilter:
    """Rows of videos that are public, the viewer's own or their channels', and that pass every filter given.

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
    edited_channels: tuple[str, ...] = ()
    member_channels: tuple[str, ...] = ()

    def sql(self, *, signals: Sequence[str] = ()) -> str:
        """Return a condition in Lance's SQL, empty when every row passes."""
        parts = []
        if not self.sees_everything:
            parts.append(f"({' OR '.join(self._open_sql())})")
        if self.channel:
            parts.append(f"channel = {quoted(self.channel)}")
        for column, sign, value in self._bounds():
            parts.append(f"{column} {sign} {value!r}")
        if self.video_ids:
            parts.append(f"video_id IN ({_listed(self.video_ids)})")
        if signals:
            parts.append(f"signal IN ({_listed(signals)})")
        return " AND ".join(parts)

    def mask(self, rows: pa.Table) -> Vectors:
        """Return which rows pass, as booleans; `rows` hold the video-level columns."""
        passing = np.ones(rows.num_rows, dtype=bool)
        if not self.sees_everything:
            passing &= self._open_mask(rows)
        if self.channel:
            passing &= _equal(rows, "channel", self.channel)
        for column, sign, value in self._bounds():
            values = _column(rows, column)
            passing &= values < value if sign == "<" else values >= value if sign == ">=" else values > value
        if self.video_ids:
            passing &= _is_in(rows, "video_id", self.video_ids)
        return passing

    def _open_sql(self) -> list[str]:
        ways = ["visibility = 'public'"]
        if self.viewer_id is not None:
            ways.append(f"owner_id = {int(self.viewer_id)}")
        if self.edited_channels:
            ways.append(f"channel IN ({_listed(self.edited_channels)})")
        if self.member_channels:
            ways.append(f"(visibility = 'members' AND channel IN ({_listed(self.member_channels)}))")
        return ways

    def _open_mask(self, rows: pa.Table) -> Vectors:
        is_open = _equal(rows, "visibility", "public")
        if self.viewer_id is not None:
            is_open |= _column(rows, "owner_id") == self.viewer_id
        if self.edited_channels:
            is_open |= _is_in(rows, "channel", self.edited_channels)
        if self.member_channels:
            is_open |= _equal(rows, "visibility", "members") & _is_in(rows, "channel", self.member_channels)
        return is_open

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


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


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
