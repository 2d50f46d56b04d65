"""A query's tree → hits: each clause by words, meaning, pictures, colours; then what OR, WHILE and THEN join."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kinora.index.filters import VideoFilter
from kinora.index.index import Index
from kinora.index.rows import PictureRow
from kinora.search.alike import Pictured, seconds_alike
from kinora.search.answering import Question, answered
from kinora.search.by_vector import Nearest
from kinora.search.clauses import Clause, clauses_of
from kinora.search.colours import seconds_of_colour
from kinora.search.evidence import Evidence
from kinora.search.fitted import passage_fit
from kinora.search.found_rows import evidence_of, matches_of
from kinora.search.gathering import gather_texts, gather_unwanted
from kinora.search.hit import Hit, Reason, ReasonSignal
from kinora.search.language.tree import DEFAULT_WITHIN_SECONDS, Like, Options, Query, Step, Term, options_text
from kinora.search.lexical import match_text
from kinora.search.passages import wants_passage
from kinora.search.pictures import ranges_of
from kinora.search.scope import Scope
from kinora.search.scoring import WHOLE_VIDEO_SECONDS, hits_of_video, weights_for
from kinora.search.sequence import Side, any_of, at_once, in_order
from kinora.timebase import Span

_SURE = 0.5  # a hit this good has the words themselves
_FAINT_SHARE = 0.15  # of the best hit's score
BESIDE_WORDS = 0.5  # a look that is asked for beside words makes up half of the score
MIN_BESIDE_WORDS = 0.05
MAX_ANCHOR_VIDEOS = 400
MANY_VIDEOS = 20  # from here on a side may miss moments of the videos that the other side is found in

Part = TypeVar("Part")
AskVectors = Callable[[Clause, VideoFilter], Callable[[], Nearest]]


@dataclass
class Evaluation:
    """One look at one query: `num_rows` rows by each question. `is_whole` turns false where more rows may hold more."""

    index: Index
    ask_vectors: AskVectors
    scope: Scope
    pictures: Mapping[Like, Pictured]
    num_rows: int
    is_whole: bool = True

    def __post_init__(self) -> None:
        self.notices: dict[str, None] = {}

    def hits(self, query: Query, where: VideoFilter) -> list[Hit]:
        """Return the moments that answer, best first."""
        if not query.steps:
            return self._videos(where)
        if len(query.steps) == 1:
            return self._step(query.steps[0], where)
        sides = self._sides(query.steps, where, self._step)
        names = [_name(step) for step in query.steps]
        within = [step.within_seconds or DEFAULT_WITHIN_SECONDS for step in query.steps]
        return in_order([Side(*one) for one in zip(names, sides, within, strict=True)])

    def _step(self, step: Step, where: VideoFilter) -> list[Hit]:
        if len(step.beside) == 1:
            return self._options(step.beside[0], where)
        sides = self._sides(step.beside, where, self._options)
        return at_once([Side(options_text(part), hits) for part, hits in zip(step.beside, sides, strict=True)])

    def _sides(
        self, parts: Sequence[Part], where: VideoFilter, look: Callable[[Part, VideoFilter], list[Hit]]
    ) -> list[list[Hit]]:
        """Return each part's moments; in a large library looked for again in the videos of the rarest part."""
        sides = [look(part, where) for part in parts]
        if not all(sides) or self.index.num_videos(where) <= MANY_VIDEOS:
            return sides
        held = [tuple(dict.fromkeys(hit.video_id for hit in hits)) for hits in sides]
        rarest = min(range(len(parts)), key=lambda at: len(held[at]))
        inside = replace(where, video_ids=held[rarest][:MAX_ANCHOR_VIDEOS])
        return [hits if at == rarest else look(parts[at], inside) for at, hits in enumerate(sides)]

    def _options(self, options: Options, where: VideoFilter) -> list[Hit]:
        found = [self._clause(clause, where) for clause in clauses_of(options)]
        return found[0] if len(found) == 1 else any_of(found)

    def _clause(self, clause: Clause, where: VideoFilter) -> list[Hit]:
        if not clause.says_what:
            hits = self._videos(where)
        elif clause.wanted:
            hits = self._by_words(clause, where)
        else:
            hits = None
        for like in clause.like:
            hits = self._alike(self.pictures[like], hits, where)
        for name in clause.colours:
            hits = self._coloured(name, hits, where)
        for name in clause.other_colours:
            hits = self._not_coloured(name, hits or [], where)
        return self._without_unwanted(clause.unwanted, hits or [], where)

    def _by_words(self, clause: Clause, where: VideoFilter) -> list[Hit]:
        nearest_of = self.ask_vectors(clause, where)  # answers while the texts are gathered
        gathered = gather_texts(self.index, clause, where, limit=self.num_rows)
        matches = matches_of(gathered)
        nearest = nearest_of()
        self.notices.update(dict.fromkeys(nearest.notices))
        self.is_whole &= len(gathered.rows) < self.num_rows
        found = evidence_of(gathered, matches, nearest)
        current = self.scope.is_current({one.video_id for one, _ in found}) if found else {}
        weights = weights_for(gathered.wanted, has_meaning=nearest.has_sentence, has_picture=nearest.has_picture)
        videos: dict[str, list[Evidence]] = {}
        for one, revision in found:
            if current.get(one.video_id) == revision:
                videos.setdefault(one.video_id, []).append(one)
        hits = [hit for held in videos.values() for hit in hits_of_video(held, gathered.wanted, weights)]
        hits = _best_first(hits)
        if nearest.sentence is not None and hits and wants_passage(clause, gathered.wanted, matches.values()):
            question = Question(gathered.wanted, nearest.sentence, where, current)
            hits = _best_first(answered(hits, question, self.index, passage_fit()))
        return _without_faint(hits)

    def _videos(self, where: VideoFilter) -> list[Hit]:
        """Return the start of every video that passes the filters, latest first: what a search without words asks."""
        rows = self.index.videos(where)
        current = self.scope.is_current({row.video_id for row in rows}) if rows else {}
        allowed = [row for row in rows if current.get(row.video_id) == row.revision]
        ends = [min(row.duration_seconds, WHOLE_VIDEO_SECONDS) for row in allowed]
        reasons = [(Reason("title", row.title, 0.5),) for row in allowed]
        return [Hit(row.video_id, 0.0, end, 0.5, why) for row, end, why in zip(allowed, ends, reasons, strict=True)]

    def _alike(self, picture: Pictured, hits: list[Hit] | None, where: VideoFilter) -> list[Hit]:
        """Return the moments that look like a picture; beside words both count, and both together most."""
        ranges = self._ranges(seconds_alike(self.index, picture, where), "looks_like")
        ranges = [hit for hit in ranges if not picture.is_itself(hit.video_id, hit.span)]
        if hits is None:
            return ranges
        inside = replace(where, video_ids=tuple({hit.video_id for hit in hits}))
        rows = seconds_alike(self.index, picture, inside, beside_words=True) if hits else []
        looks = [_with_look(hit, _look_of(hit, rows)) for hit in hits]
        alone = [replace(hit, score=hit.score * BESIDE_WORDS) for hit in ranges]
        return any_of([looks, alone])

    def _coloured(self, name: str, hits: list[Hit] | None, where: VideoFilter) -> list[Hit]:
        if hits is None:
            return self._ranges(seconds_of_colour(self.index, name, where), "color", name)
        seconds = self._seconds_in(name, hits, where)
        kept = []
        for hit in hits:
            score = max((score for row, score in seconds.get(hit.video_id, ()) if _shows(hit, row)), default=0.0)
            if score > 0.0:
                kept.append(replace(hit, reasons=(*hit.reasons, Reason("color", name, score))))
        return kept

    def _not_coloured(self, name: str, hits: list[Hit], where: VideoFilter) -> list[Hit]:
        seconds = self._seconds_in(name, hits, where)
        return [hit for hit in hits if not any(_shows(hit, row) for row, _ in seconds.get(hit.video_id, ()))]

    def _seconds_in(
        self, name: str, hits: Sequence[Hit], where: VideoFilter
    ) -> dict[str, list[tuple[PictureRow, float]]]:
        inside = replace(where, video_ids=tuple({hit.video_id for hit in hits}))
        found: dict[str, list[tuple[PictureRow, float]]] = {}
        for row, score in seconds_of_colour(self.index, name, inside) if hits else ():
            found.setdefault(row.video_id, []).append((row, score))
        return found

    def _ranges(self, matched: Sequence[tuple[PictureRow, float]], signal: ReasonSignal, text: str = "") -> list[Hit]:
        current = self.scope.is_current({row.video_id for row, _ in matched}) if matched else {}
        kept = [(row, score) for row, score in matched if current.get(row.video_id) == row.revision]
        return _best_first(
            Hit(video_id, span.start_seconds, span.end_seconds, score, (Reason(signal, text, score),))
            for video_id, span, score in ranges_of(kept)
        )

    def _without_unwanted(self, unwanted: Sequence[tuple[Term, ...]], hits: list[Hit], where: VideoFilter) -> list[Hit]:
        if not unwanted or not hits:
            return hits
        inside = replace(where, video_ids=tuple({hit.video_id for hit in hits}))
        for terms in unwanted:
            held = [self._spans_with(term, inside) for term in terms]
            hits = [hit for hit in hits if not all(_is_in(hit, spans.get(hit.video_id, ())) for spans in held)]
        return hits

    def _spans_with(self, term: Term, where: VideoFilter) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = {}
        wanted, rows = gather_unwanted(self.index, term, where)
        for row in rows:
            match = match_text(wanted, row.text, row.signal)
            if match.is_any and all(match.qualities) and all(match.phrases):
                found.setdefault(row.video_id, []).append(Span(row.start_seconds, row.end_seconds))
        return found


def _is_in(hit: Hit, spans: Sequence[Span]) -> bool:
    return any(hit.span.overlap_seconds(span) > 0 for span in spans)


def _shows(hit: Hit, row: PictureRow) -> bool:
    """Return whether a second's picture is seen in a moment; a moment of an instant shows the picture nearest to it."""
    return hit.start_seconds - 0.5 <= row.second < max(hit.end_seconds, hit.start_seconds + 0.5)


def _look_of(hit: Hit, rows: Sequence[tuple[PictureRow, float]]) -> float:
    return max((score for row, score in rows if row.video_id == hit.video_id and _shows(hit, row)), default=0.0)


def _with_look(hit: Hit, look: float) -> Hit:
    score = (1 - BESIDE_WORDS) * hit.score + BESIDE_WORDS * look
    if look < MIN_BESIDE_WORDS:
        return replace(hit, score=score)
    return replace(hit, score=score, reasons=(*hit.reasons, Reason("looks_like", "", look)))


def _name(step: Step) -> str:
    return " while ".join(options_text(options) for options in step.beside)


def _without_faint(hits: list[Hit]) -> list[Hit]:
    """Leave out what only faintly means the same where something was surely found; `hits` are best first."""
    if not hits or hits[0].score < _SURE:
        return hits
    return [hit for hit in hits if hit.score >= _FAINT_SHARE * hits[0].score]


def _best_first(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.video_id, hit.start_seconds))
