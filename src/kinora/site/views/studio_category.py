"""The videos of one category that this visitor may find, latest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kinora.errors import NotFound
from kinora.library.access import visible_to
from kinora.library.studio.categories import CATEGORIES
from kinora.site.views.home import page_of


@require_safe
def category(request: HttpRequest, name: str) -> HttpResponse:
    if name not in CATEGORIES:
        raise NotFound("There is no such category.", hint="Look for the video by its words.")
    page = page_of(visible_to(request.user).filter(category=name), request.GET.get("offset", ""), request.path)
    if request.headers.get("HX-Request"):
        return render(request, "parts/video_page.html", page)
    return render(request, "studio/category.html", {**page, "category": CATEGORIES[name]})
