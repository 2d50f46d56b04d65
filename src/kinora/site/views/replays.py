"""What parts of a video were played, told by the player; and the curve of what is watched most."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kinora.library.access import can_edit
from kinora.library.figures.counting import came_from, count_played, is_robot
from kinora.library.models import User, Video
from kinora.library.watching.replays import curve_of, parse_stretches, record
from kinora.site.api.lookup import video_to_watch
from kinora.site.rate_limits import who_of

_CACHE_SECONDS = 600


@require_safe
def replays(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the curve of the most watched parts; empty where too few people watched to tell."""
    video = video_to_watch(request.user, public_id)
    response = JsonResponse({"curve": curve_of(video)})
    response["Cache-Control"] = f"private, max-age={_CACHE_SECONDS}"
    return response


@csrf_exempt  # visitors have no token; what a foreign page could send here counts as one viewer at most
@require_POST
def watched(request: HttpRequest, public_id: str) -> HttpResponse:
    """Count what a player played, unless its person paused their history; views are counted of strangers alone."""
    video = video_to_watch(request.user, public_id)
    stretches = parse_stretches(request.POST.get("played", "")[:8000])
    is_foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    is_paused = isinstance(request.user, User) and request.user.pauses_history
    if not is_foreign and not is_paused:
        record(video, who_of(request), stretches)
    if not is_foreign and not is_robot(request.headers.get("User-Agent", "")) and not can_edit(request.user, video):
        _count(request, video, stretches)
    return HttpResponse(status=204)


def _count(request: HttpRequest, video: Video, stretches: list[tuple[float, float]]) -> None:
    at = request.POST.get("at", "")[:12]
    at_seconds = float(at) if at.replace(".", "", 1).isdecimal() and at.isascii() else 0.0
    came = came_from(request.POST.get("came_from", ""), {request.get_host().rsplit(":", 1)[0]}, at_seconds)
    agent = request.headers.get("User-Agent", "")[:300]
    viewer = who_of(request) if isinstance(request.user, User) else f"{who_of(request)} {agent}"
    count_played(video, viewer, stretches, came)
