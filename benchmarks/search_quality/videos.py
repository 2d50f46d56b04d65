"""A folder of videos → a library made by Kinora's own ingest, and a searcher over it with every encoder that is set."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from corpus import Corpus

import kinora
from kinora.index.index import Index
from kinora.moments.encoder_client import EncoderClient
from kinora.search.searcher import Scope, Searcher


def ingested(corpus: Corpus, home: Path) -> tuple[Searcher, Scope, dict[str, str]]:
    """Return a searcher, who asks, and each file's name by its id; subtitles beside a file are read with it."""
    library = kinora.open(home)
    library.add(list(corpus.videos))
    names = {video.id: Path(video.original_name).stem for video in library.videos()}
    index = Index.open(library.settings.index_dir, read_only=True)
    revisions = index.revisions()

    def is_current(video_ids: Iterable[str]) -> dict[str, int]:
        return {one: revisions[one] for one in video_ids if one in revisions}

    encoder = EncoderClient(library.settings.encoder_socket, library.settings)
    return Searcher(index, encoder), Scope(None, True, is_current), names
