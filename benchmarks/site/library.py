"""Fill a home with a made-up library of many videos: rows by bulk_create, index rows by the index's own verb."""

from __future__ import annotations

import random
import time
from datetime import timedelta

import numpy as np
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from kinora import config
from kinora.index.entry import Content, IndexedVideo, Pictures
from kinora.index.index import Index
from kinora.library.accounts import channel_of
from kinora.library.community.models import Comment, Thread
from kinora.library.models import Chapter, Cue, Shot, SubtitleTrack, User, Video, VideoState, WatchProgress
from kinora.moments.encoder_client import EncoderClient
from kinora.moments.moment import Moment

NUM_PEOPLE = 20
NUM_CUES = 12
NUM_SHOTS = 8
DURATION_SECONDS = 120.0
VIDEOS_A_WRITE = 1_000
SUBJECTS = (
    "keeper", "whale", "ferry", "harbour", "lighthouse", "glacier", "engine", "market", "violin", "orchard",
    "telescope", "bridge",
)  # fmt: skip
VERBS = ("waves", "sinks", "turns", "opens", "sings", "waits", "burns", "moves", "rests", "breaks", "shines", "listens")
PLACES = (
    "at dawn", "in the rain", "under the snow", "behind the wall", "on the roof", "near the river", "after the war",
    "in the city",
)  # fmt: skip


def sentences(number: int) -> list[str]:
    """Return different short sentences, the same each time."""
    chosen = random.Random(1)
    return [f"The {chosen.choice(SUBJECTS)} {chosen.choice(VERBS)} {chosen.choice(PLACES)} {n}." for n in range(number)]


def fill(num_videos: int, num_comments: int = 100_000) -> float:
    """Make a library whose latest public video has `num_comments` comments; return the seconds it took."""
    started = time.perf_counter()
    people = [User.objects.create(username=f"person{n}") for n in range(NUM_PEOPLE)]
    channels = {person.pk: channel_of(person) for person in people}
    now = timezone.now()
    videos = [
        Video(
            owner=people[n % NUM_PEOPLE], channel=channels[people[n % NUM_PEOPLE].pk],
            title=f"{SUBJECTS[n % 12]} film {n}",
            description="Filmed on the coast. The best part is at 1:05.", sha256=f"{n:064x}", size_bytes=1,
            original_name="film.mp4", original_suffix=".mp4", duration_seconds=DURATION_SECONDS, has_poster=True,
            playback="original", state=VideoState.READY, visibility="public" if n % 10 else "private",
            published_at=now - timedelta(minutes=n), indexed_revision=1, tags=["coast", SUBJECTS[n % 12]],
            facts={"format_name": "mov,mp4", "video": {"frame_rate": "25/1"}},
        )
        for n in range(num_videos)
    ]  # fmt: skip
    Video.objects.bulk_create(videos, batch_size=500)
    texts = sentences(num_videos * NUM_CUES)
    _add_parts(videos, texts)
    _add_index_rows(videos, texts)
    watched = [WatchProgress(user=people[0], video=video, position_seconds=30) for video in videos[:40]]
    WatchProgress.objects.bulk_create(watched)
    fill_comments(next(video for video in videos if video.visibility == "public"), people, num_comments)
    return time.perf_counter() - started


def fill_comments(video: Video, people: list[User], number: int) -> None:
    """Say `number` things under one video, a quarter of them answers; likes are spread as they are: few have many."""
    chosen, channels = random.Random(5), {person.pk: channel_of(person) for person in people}
    thread = Thread.objects.create(video=video, num_comments=number)
    texts = sentences(500)
    num_first = number - number // 4

    def comment(n: int, parent: Comment | None = None) -> Comment:
        person = people[n % NUM_PEOPLE]
        text = f"{texts[n % 500]} At {n % 2}:{n % 60:02d}, @person{n % 7} https://example.org/{n}"
        likes = int(chosen.paretovariate(1.2)) - 1
        return Comment(
            thread=thread, author=person, channel=channels[person.pk], text=text, num_likes=min(likes, 10**6),
            parent=parent, created_at=video.published_at + timedelta(seconds=n),
        )  # fmt: skip

    first = Comment.objects.bulk_create((comment(n) for n in range(num_first)), batch_size=2000)
    answers = (comment(n, first[chosen.randrange(num_first) // 10]) for n in range(number // 4))
    Comment.objects.bulk_create(answers, batch_size=2000)
    answered = Comment.objects.filter(parent=OuterRef("pk")).order_by().values("parent").annotate(n=Count("pk"))
    Comment.objects.filter(thread=thread, parent=None).update(num_replies=Coalesce(Subquery(answered.values("n")), 0))


def _add_parts(videos: list[Video], texts: list[str]) -> None:
    tracks = [SubtitleTrack(video=video, language="en", source="sidecar", source_key="film.srt") for video in videos]
    SubtitleTrack.objects.bulk_create(tracks, batch_size=500)
    step = DURATION_SECONDS / NUM_CUES
    cues = (
        Cue(track=track, start_seconds=n * step, end_seconds=n * step + 4, text=texts[place * NUM_CUES + n])
        for place, track in enumerate(tracks)
        for n in range(NUM_CUES)
    )
    Cue.objects.bulk_create(cues, batch_size=2000)
    length = DURATION_SECONDS / NUM_SHOTS
    shots = (
        Shot(
            video=video, index=n, start_frame=0, end_frame=1, start_seconds=n * length, end_seconds=(n + 1) * length,
            transition="cut", transition_start_seconds=n * length, transition_end_seconds=n * length,
            cover_seconds=n * length,
        )
        for video in videos
        for n in range(NUM_SHOTS)
    )  # fmt: skip
    Shot.objects.bulk_create(shots, batch_size=2000)
    chapters = (
        Chapter(video=video, start_seconds=n * 40, end_seconds=n * 40 + 40, title=f"Part {n}")
        for video in videos
        for n in range(3)
    )
    Chapter.objects.bulk_create(chapters, batch_size=2000)


def _add_index_rows(videos: list[Video], texts: list[str]) -> None:
    settings = config.current()
    pool = EncoderClient(settings.encoder_socket, settings).embed_sentences(texts[:500])
    dice = np.random.default_rng(3)
    index, step = Index.open(settings.index_dir), DURATION_SECONDS / NUM_CUES
    contents = []
    for place, video in enumerate(videos):
        said = texts[place * NUM_CUES : (place + 1) * NUM_CUES]
        moments = [Moment(n * step, n * step + 4, "said", text) for n, text in enumerate(said)]
        moments.append(Moment(0, DURATION_SECONDS, "title", video.title))
        rows = [(place * NUM_CUES + n) % len(pool) for n in range(len(moments))]
        # Five hundred sentences stand for all; a little noise keeps every vector different.
        vectors = pool[rows] + 0.01 * dice.standard_normal((len(rows), pool.shape[1]))
        contents.append(Content(_entry(video), moments, vectors.astype(np.float16), Pictures.none()))
    for start in range(0, len(contents), VIDEOS_A_WRITE):
        index.replace_videos(contents[start : start + VIDEOS_A_WRITE])
    index.maintain()


def _entry(video: Video) -> IndexedVideo:
    return IndexedVideo(
        video.public_id, 1, video.title, video.channel.handle, video.owner_id, video.visibility,
        video.published_at.timestamp(), video.duration_seconds,
    )  # fmt: skip
