"""Which frame encoders' vectors an index holds, and of which videos: each encoder has a table of its own."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow.compute as pc

from kinora.index.rows import Stamp
from kinora.index.store import Store

ALL_PICTURES = ""  # stands for the look-alike descriptors, which every picture has


def encoders_in(store: Store) -> tuple[str, ...]:
    """Return the encoders whose tables hold rows, by name as the table has it."""
    tables = {name: store.table(name) for name in store.names() if encoder_of(name)}
    return tuple(
        dict.fromkeys(str(encoder_of(name)) for name, table in tables.items() if table is not None and len(table))
    )


def videos_by_encoder(store: Store, stamps: Iterable[Stamp]) -> dict[str, frozenset[str]]:
    """Return the videos of which the newest writing has rows of each encoder, and of `ALL_PICTURES`."""
    newest: dict[str, Stamp] = {}
    for stamp in stamps:
        newest[stamp.video_id] = max(stamp, newest.get(stamp.video_id, stamp))
    video_of = {stamp.stamp: stamp.video_id for stamp in newest.values()}
    found: dict[str, set[str]] = {}
    for name in store.names():
        encoder, table = encoder_of(name), store.table(name)
        if encoder is None or table is None:
            continue
        held = found.setdefault(encoder, set())
        for batch in table.search().select(["stamp"]).limit(None).to_batches():
            held.update(video_of[stamp] for stamp in pc.unique(batch.column("stamp")).to_pylist() if stamp in video_of)
    return {encoder: frozenset(videos) for encoder, videos in found.items()}


def encoder_of(table_name: str) -> str | None:
    """Return the encoder whose vectors a table holds; `None` for a table without pictures."""
    kind, _, rest = table_name.partition("_")
    if kind == "looks":
        return ALL_PICTURES
    return rest.rpartition("_")[0] if kind == "frames" else None
