"""`index`: everything known of a video → moments, vectors and pictures in the index."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from kinora.errors import WeightsMissing
from kinora.index.entry import IndexedVideo, Pictures, Vectors
from kinora.library import queue
from kinora.library.copy_shelves import has_prints
from kinora.library.index_writer import writing_index
from kinora.library.lifecycle import mark_ready
from kinora.library.models import Shot, Video
from kinora.library.pictures import descriptors_of, keep_embeddings, kept_embeddings
from kinora.library.queue import Next
from kinora.library.samples import KeptSample, load_samples
from kinora.library.stages.encode import missing_rungs
from kinora.library.stages.stage import Outcome, Work, facts_of
from kinora.library.words import words_of
from kinora.moments.encoder_client import EncoderClient
from kinora.moments.gather import moments_of
from kinora.moments.moment import Moment

_TIDY_AFTER_SECONDS = 60.0  # once for many videos that come together
log = logging.getLogger("kinora.worker")


def run(work: Work) -> Outcome:
    """Index the video as its rows are now; the revision read first says what the index will hold."""
    video = Video.objects.select_related("channel").get(pk=work.video.pk)
    moments = moments_of(words_of(video))
    client = EncoderClient(work.settings.encoder_socket, work.settings)
    try:
        vectors = _sentence_vectors(work, client, moments)
        work.report(0.3, "Comparing pictures")
        pictures = _pictures(work, client, video)
    finally:
        client.close()
    work.report(0.8, "Writing the index")
    with writing_index(work.settings) as index:
        if not queue.heartbeat(work.job):  # asked under the lock: a worker that was passed by writes nothing old
            work.cancel.cancel()
        work.cancel.raise_if_cancelled()
        index.replace_video(_entry(video), moments, vectors, pictures)
    result = {"num_moments": len(moments), "num_pictures": len(pictures.seconds), "revision": video.revision}
    return Outcome(write=lambda: _write(work, video.revision), result=result)


def _write(work: Work, revision: int) -> Sequence[Next]:
    video = Video.objects.get(pk=work.video.pk)
    Video.objects.filter(pk=video.pk).update(indexed_revision=revision)
    mark_ready(video)
    queue.enqueue("maintain", dedupe_key="maintain", delay_seconds=_TIDY_AFTER_SECONDS)
    following = [Next("index")] if video.revision != revision else [Next("relate")]
    if not has_prints(video):
        following.append(Next("copies"))
    if missing_rungs(video, facts_of(video), work.settings):
        following.append(Next("encode"))
    return following


def _entry(video: Video) -> IndexedVideo:
    return IndexedVideo(
        video_id=video.public_id,
        revision=video.revision,
        title=video.title,
        channel=video.channel.handle,
        owner_id=video.owner_id,
        visibility=video.visibility,
        published_at=video.published_at.timestamp(),
        duration_seconds=video.duration_seconds,
        language=video.language,
    )


def _sentence_vectors(work: Work, client: EncoderClient, moments: Sequence[Moment]) -> Vectors | None:
    """Return one vector a moment, float16 (N, D); None when the sentence encoder is off or not on this machine."""
    if work.settings.text_encoder == "off" or not moments:
        return None
    try:
        client.sentence_encoder_name()
    except WeightsMissing as error:
        log.warning("video %s is indexed without meaning: %s", work.video.public_id, error.message)
        return None
    return client.embed_sentences([moment.text for moment in moments]).astype(np.float16)


def _pictures(work: Work, client: EncoderClient, video: Video) -> Pictures:
    samples = load_samples(video.folder)
    if not samples:
        return Pictures.none()
    embeddings, encoder_name = _embeddings(work, client, samples, video)
    return Pictures(
        seconds=np.array([sample.seconds for sample in samples]),
        shot_index=np.array([sample.shot_index for sample in samples], dtype=np.int32),
        descriptors=descriptors_of(
            video.folder, samples, on_progress=lambda done: work.report(0.3 + 0.4 * done, "Comparing pictures")
        ),
        embeddings=embeddings,
        encoder_name=encoder_name,
        shot_spans=tuple(Shot.objects.filter(video=video).values_list("start_seconds", "end_seconds")),
    )


def _embeddings(
    work: Work, client: EncoderClient, samples: Sequence[KeptSample], video: Video
) -> tuple[Vectors | None, str]:
    """Return the frame encoder's vectors and its name; none where it is off or its weights are absent."""
    if work.settings.frame_encoder == "off":
        return None, ""
    try:
        name = client.frame_encoder_info().name
    except WeightsMissing as error:
        log.warning("video %s is indexed without pictures by words: %s", video.public_id, error.message)
        return None, ""
    vectors = kept_embeddings(video.folder, name, num_samples=len(samples))
    if vectors is None:
        vectors = client.embed_pictures([video.folder / sample.path for sample in samples])
        keep_embeddings(video.folder, name, vectors)
    return vectors.astype(np.float16), name
