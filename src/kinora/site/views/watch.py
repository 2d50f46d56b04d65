"""The watch page and its fragments: transcript, on-screen words, look-alikes, stages; and where a person stopped."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import InputError
from kinora.library.access import can_edit, can_watch, is_locked
from kinora.library.find import look_alikes_of_moment
from kinora.library.models import (
    Chapter,
    JobState,
    SubtitleTrack,
    User,
    Video,
    VideoState,
    Visibility,
    WatchProgress,
)
from kinora.library.recommend.keep import want_viewers_counted
from kinora.library.sharing import embed_rule_of, embed_url_of, is_embeddable, watch_url_of
from kinora.library.sharing_models import EmbedPlace
from kinora.library.status import stages_of
from kinora.site.age import is_gated, remember_age
from kinora.site.linkify import linkify
from kinora.site.moment_cards import rows_of
from kinora.site.playing import (
    SPEEDS,
    end_seconds_of,
    is_finished_at,
    media_url,
    ordered_tracks,
    player_data,
    resume_seconds_of,
    source_of,
    start_seconds_of,
)
from kinora.site.studio_details import details_of
from kinora.site.video_object import as_data_block, video_object
from kinora.site.views.likes import like_context
from kinora.site.views.locked import VideoLocked, locked_page
from kinora.site.views.subscriptions import follow_context

NUM_LOOK_ALIKES = 24
_UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


def _watchable(request: HttpRequest, public_id: str, *, before_gate: bool = False) -> Video:
    """Return the video, or 404 in the same words whether it is private or does not exist."""
    video = get_object_or_404(
        Video.objects.select_related("channel__embed_rule", "embed_rule").defer("recipe"), public_id=public_id
    )
    if is_locked(request.user, video):
        raise VideoLocked(video)
    if not can_watch(request.user, video) or (is_gated(request, video) and not before_gate):
        raise Http404
    return video


@require_POST
def age_confirmed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remember that the visitor is of age, and show what they came for."""
    video = _watchable(request, public_id, before_gate=True)
    remember_age(request)
    return redirect("watch", video.public_id)


@require_safe
def watch_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the player with everything around it; before a video behind a password, the question for it."""
    try:
        video = _watchable(request, public_id, before_gate=True)
    except VideoLocked as locked:
        return locked_page(request, locked.video)
    if is_gated(request, video):
        return render(request, "watch/age_gate.html", {"video": video})
    chapters, tracks = list(video.chapters.all()), _tracks(request, video)
    asked = start_seconds_of(request.GET.get("t", ""), video)
    end = end_seconds_of(request.GET.get("end", ""), asked, video)
    resumed = _resume_seconds(request.user, video) if asked is None and end is None else None
    data = player_data(video, chapters, tracks)
    path = reverse("watch", args=[video.public_id])
    context = {
        "video": video,
        "chapters": chapters,
        "tracks": data["tracks"],
        "player": data
        | {
            "startSeconds": asked or 0.0,
            "isStartAsked": asked is not None or end is not None,
            "resumeSeconds": resumed,
            "endSeconds": end,
        },
        "poster": media_url(video, "poster.jpg") if video.has_poster else "",
        "description": linkify(video.description, watch_url=path, duration_seconds=video.duration_seconds),
        "can_edit": can_edit(request.user, video),
        "is_embeddable": is_embeddable(video),
        "is_public": video.visibility == Visibility.PUBLIC,
        "is_audio_only": bool(video.facts) and not video.facts.get("video"),
        "speeds": SPEEDS,
        **like_context(request, video),
        **follow_context(request, video.channel),
    }
    context |= details_of(request.user, video)
    told = _told_outside(video, chapters) if context["is_public"] and video.state == VideoState.READY else {}
    return render(request, "watch/page.html", context | _status_context(video) | told)


def _told_outside(video: Video, chapters: list[Chapter]) -> dict[str, Any]:
    """Return what a public video's page tells search engines and other sites."""
    is_anywhere = embed_rule_of(video).place == EmbedPlace.ANYWHERE
    return {
        "video_object": as_data_block(video_object(video, chapters)),
        "embed_url": embed_url_of(video) if is_anywhere else "",
        "oembed_url": f"{reverse('oembed')}?{urlencode({'url': watch_url_of(video)})}",
    }


def _tracks(request: HttpRequest, video: Video) -> list[SubtitleTrack]:
    return ordered_tracks(video, request.headers.get("Accept-Language", ""))


def _resume_seconds(user: User | AnonymousUser, video: Video) -> float | None:
    if not isinstance(user, User) or user.pauses_history:
        return None
    return resume_seconds_of(WatchProgress.objects.filter(user=user), video)


def _status_context(video: Video) -> dict[str, Any]:
    """Return the stages while there is work; a video at rest costs one question."""
    is_busy = video.state == VideoState.PROCESSING or video.jobs.filter(state__in=_UNFINISHED).exists()
    needs_stages = is_busy or video.state == VideoState.FAILED
    return {
        "source": source_of(video),
        "is_busy": is_busy,
        "stages": stages_of(video) if needs_stages else [],
    }


@require_safe
def watch_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return how far the video is; the page asks again and again while there is work."""
    video = _watchable(request, public_id)
    context = {"video": video, "can_edit": can_edit(request.user, video)}
    return render(request, "watch/status.html", context | _status_context(video))


@require_safe
def watch_transcript(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the cues of one text track as lines that seek."""
    video = _watchable(request, public_id)
    tracks, wanted = _tracks(request, video), request.GET.get("track", "")
    track = next((one for one in tracks if not wanted or str(one.pk) == wanted), None)
    if track is None and wanted:
        raise Http404
    cues = track.cues.values_list("start_seconds", "end_seconds", "text", "speaker") if track else ()
    return render(request, "watch/transcript.html", {"video": video, "track": track, "cues": cues})


@require_safe
def watch_screen_text(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the words seen in the picture as lines that seek."""
    video = _watchable(request, public_id)
    rows = video.screen_texts.values_list("start_seconds", "end_seconds", "text")
    return render(request, "watch/screen_text.html", {"video": video, "rows": rows})


@require_safe
def watch_look_alikes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the moments of all videos that look like this one's frame at `t`."""
    video = _watchable(request, public_id)
    seconds = start_seconds_of(request.GET.get("t", "0"), video)
    if seconds is None:
        raise InputError(f"{request.GET.get('t', '')[:40]!r} is no second of this video; accepted: 75, 1:15, 1m15s")
    found = look_alikes_of_moment(video, seconds, request.user, limit=NUM_LOOK_ALIKES)
    context = {"video": video, "seconds": seconds, "rows": rows_of(found), "notices": found.result.notices}
    return render(request, "watch/look_alikes.html", context)


@require_POST
def watch_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remember where a signed-in person is, unless they paused their history."""
    video = _watchable(request, public_id)
    user = request.user
    if not isinstance(user, User) or user.pauses_history:
        return HttpResponse(status=204)
    position = _position(request.POST.get("position", ""), video)
    want_viewers_counted()
    WatchProgress.objects.update_or_create(
        user=user,
        video=video,
        defaults={
            "position_seconds": position,
            "is_finished": is_finished_at(position, video.duration_seconds),
        },
    )
    return HttpResponse(status=204)


def _position(text: str, video: Video) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise InputError(f"position is {text[:40]!r}; expected seconds such as 75.5") from error
    if not 0 <= seconds < 10**7:  # also refuses "nan"
        raise InputError(f"position is {text[:40]!r}; expected seconds inside the video")
    return min(seconds, video.duration_seconds) if video.duration_seconds else seconds
