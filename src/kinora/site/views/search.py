"""The search page, its results as a fragment while a person types, and the search by a picture."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from kinora.errors import InputError, MediaTooLarge, QueryRefused
from kinora.library.access import visible_to
from kinora.library.find import Found, find, look_alikes_of_picture
from kinora.library.lightbox import boxes_of
from kinora.library.models import Channel
from kinora.search.asked import Asked
from kinora.search.language.scanner import FIELDS
from kinora.site.moment_cards import rows_of
from kinora.site.people import person
from kinora.site.search_examples import examples_for
from kinora.site.search_facets import facets_of
from kinora.site.search_filters import DATES, LENGTHS, MENUS, PLACES, menus_of, with_menus
from kinora.site.search_state import SORT_LABELS, SearchState

PAGE_MOMENTS = 30
MAX_OFFSET = 600
MAX_PICTURE_BYTES = 20 * 2**20
# A field whose value is still to be typed: no reason yet to take the results away.
_HALF_TYPED = re.compile(rf"(?:^|\s)-?(?i:{'|'.join(FIELDS)}):\"?$|(?:^|\s)(?:OR|THEN|WHILE|-?\()\s*$")


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the whole page; without scripts the menus arrive as fields and become words of the query."""
    state = SearchState.of(request)
    text = state.text
    chosen = {name: request.GET[name] for name in MENUS if request.GET.get(name)}
    if any(name in request.GET for name in MENUS):
        return redirect(replace(state, text=_composed(text, chosen)).address())
    context = _results_context(request, state) | _menu_context(request, text)
    return render(request, "search/page.html", context, status=400 if "error" in context else 200)


@require_safe
def search_results(request: HttpRequest) -> HttpResponse:
    """Return the results alone; a menu that was just used is written into the query, and the page is told."""
    state = SearchState.of(request)
    text = state.text
    used = request.headers.get("HX-Trigger-Name", "")
    if used in MENUS:
        text = _composed(text, {used: request.GET.get(used, "")})
        state = replace(state, text=text)
    elif used == "q" and _HALF_TYPED.search(text):
        return HttpResponse(status=204)  # htmx leaves the page as it is
    context = _results_context(request, state)
    template = "search/more.html" if context["offset"] else "search/results.html"
    response = render(request, template, context, status=200)
    if not context["offset"] and request.headers.get("HX-Request"):
        response["HX-Replace-Url"] = state.address()
        menus = menus_of(text, timezone.now().date())
        told = {name: getattr(menus, name) for name in MENUS} | {"q": text if used in MENUS else None}
        response["HX-Trigger-After-Settle"] = json.dumps({"kinora:searched": told})
    return response


@require_safe
def search_filters(request: HttpRequest) -> HttpResponse:
    """Return the filter bar: what there is to choose from, with counts."""
    return render(request, "search/facets.html", {"facets": facets_of(request.user, SearchState.of(request))})


@csrf_exempt  # checked in _search_picture, after the length: the check itself reads the whole body
@require_POST
def search_picture(request: HttpRequest) -> HttpResponse:
    """Return the moments that look like a picture that was chosen, dropped or pasted."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_PICTURE_BYTES + 2**16:
        return _picture_refused(request, _too_large())
    return _search_picture(request)


@csrf_protect
def _search_picture(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("q", "").strip()
    try:
        if text:
            asked = Asked(_picture_bytes(request))
            found = find(text, user=request.user, limit=PAGE_MOMENTS, asked=asked)
        else:
            found = look_alikes_of_picture(_picture_bytes(request), request.user, limit=PAGE_MOMENTS)
    except InputError as error:
        return _picture_refused(request, error, text)
    return _picture_page(request, _found_context(found) | {"text": text}, status=200)


def _picture_refused(request: HttpRequest, error: InputError, text: str = "") -> HttpResponse:
    is_text = isinstance(error, QueryRefused)
    context = {"error": error, "text": text, "marked": _marked(text, error), "is_text_refused": is_text}
    return _picture_page(request, context, status=error.http_status)


def _picture_page(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    context = {"text": "", "offset": 0, "is_picture": not context.get("is_text_refused")} | context
    if request.headers.get("HX-Request"):
        return render(request, "search/results.html", context, status=status)
    return render(request, "search/page.html", context | _menu_context(request, str(context["text"])), status=status)


def _too_large() -> MediaTooLarge:
    return MediaTooLarge(f"the picture is too large; at most {MAX_PICTURE_BYTES // 2**20} MB are accepted")


def _picture_bytes(request: HttpRequest) -> bytes:
    picture = request.FILES.get("picture")
    if picture is None or not picture.size:
        raise InputError("no picture was sent; accepted: a PNG, JPEG or WebP file", hint="choose, drop or paste one")
    if picture.size > MAX_PICTURE_BYTES:
        raise _too_large()
    return bytes(picture.read())


def _results_context(request: HttpRequest, state: SearchState) -> dict[str, Any]:
    text = state.text
    offset_text = request.GET.get("offset", "")
    offset = min(int(offset_text), MAX_OFFSET) if offset_text.isascii() and offset_text.isdigit() else 0
    context: dict[str, Any] = {"text": text, "offset": offset, "state": state}
    if not text.strip():
        return context | {"examples": examples_for(visible_to(request.user))}
    try:
        found = find(text, user=request.user, limit=PAGE_MOMENTS, offset=offset, asked=state.asked)
    except InputError as error:
        return context | {"error": error, "marked": _marked(text, error)}
    context |= _found_context(found, state)
    if len(found.result.hits) == PAGE_MOMENTS and offset + PAGE_MOMENTS <= MAX_OFFSET:
        context["more_url"] = state.address("search_results", offset=offset + PAGE_MOMENTS)
    return context


def _found_context(found: Found, state: SearchState | None = None) -> dict[str, Any]:
    signals = Counter(signal for hit in found.result.hits for signal in {reason.signal for reason in hit.reasons})
    read_as = found.result.query
    return {
        "rows": rows_of(found, state),
        "signals": signals.most_common(),
        "read_as": read_as if state and " ".join(state.text.split()) != read_as else "",
        "result": found.result,
        "num_moments": len(found.result.hits),
        "num_videos": len(found.result.videos),
    }


def _menu_context(request: HttpRequest, text: str) -> dict[str, Any]:
    has_visible = Exists(visible_to(request.user).filter(channel=OuterRef("pk")))  # looks at one video a channel
    channels = Channel.objects.filter(has_visible).order_by("name").values_list("handle", "name")[:200]
    return {
        "menus": menus_of(text, timezone.now().date()),
        "channels": [("", gettext("Any channel")), *channels],
        "dates": DATES,
        "lengths": LENGTHS,
        "places": PLACES,
        "sorts": SORT_LABELS,
        "boxes": boxes_of(person(request))[:50] if request.user.is_authenticated else None,
    }


def _composed(text: str, chosen: dict[str, str]) -> str:
    """Return the text with the menus in it; a text that can't be understood stays, so that its error is shown."""
    try:
        return with_menus(text, chosen, timezone.now().date())
    except QueryRefused:
        return text


def _marked(text: str, error: InputError) -> tuple[str, str, str] | None:
    """Return the text before, at and after the character that the error names."""
    position = error.position if isinstance(error, QueryRefused) else None
    if not position or not 1 <= position <= len(text):
        return None
    at = position - 1
    end = next((place for place in range(at, len(text)) if text[place].isspace()), len(text))
    return text[:at], text[at : max(end, at + 1)], text[max(end, at + 1) :]
