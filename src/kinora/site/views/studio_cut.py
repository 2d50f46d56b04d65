"""Trimming and cutting: what to keep, what that will be, and only then the doing."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kinora.errors import InputError, KinoraError
from kinora.library.models import Job
from kinora.library.queue import ACTIVE
from kinora.library.studio.cut import begin_cut, cut_key, plan_cut
from kinora.site.playing import source_of
from kinora.site.views.my_videos import own_video
from kinora.timebase import parse_timecode

_LINE = re.compile(r"\s*(\S+)\s*(?:-|–|—|to)\s*(\S+)\s*")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cut(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the video and the stretches; a first sending shows the plan, a second one begins."""
    video = own_video(request, public_id)
    text, is_exact = request.POST.get("keep", "")[:10_000], request.POST.get("how") == "exact"
    context: dict[str, Any] = {"video": video, "keep": text, "is_exact": is_exact}
    if request.method == "POST":
        try:
            plan = plan_cut(video, parse_stretches(text), is_exact=is_exact)
            if "begin" in request.POST:
                begin_cut(video, plan)
                messages.success(request, _("The cut is queued. The video plays as it is until the new file is whole."))
                return redirect("cut_video", public_id)
            context["plan"] = plan
            context["rows"] = list(zip(plan.asked, plan.kept, strict=True))
        except KinoraError as error:
            context["refusal"] = error
    context["room"] = {"source": vars(source_of(video))}
    context["job"] = Job.objects.filter(dedupe_key=cut_key(video), state__in=ACTIVE).first()
    return render(
        request, "studio/cut.html", context, status=context["refusal"].http_status if "refusal" in context else 200
    )


def parse_stretches(text: str) -> list[tuple[float, float]]:
    """Return the stretches of lines such as `0:05 - 1:20.5`.

    Raises:
        InputError: a line that is none, with its number.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line)
        try:
            if parts is None:
                raise InputError("no two times")
            found.append((float(parse_timecode(parts[1])), float(parse_timecode(parts[2]))))
        except InputError as error:
            raise InputError(f"Line {number} is no stretch.", hint="Write it as 0:05 - 1:20.5") from error
    return found
