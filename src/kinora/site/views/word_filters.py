"""Word and link filters: the site's for moderators, a channel's for its people; taken along as JSON."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kinora.errors import InputError, NotFound
from kinora.library.access import is_own_channel
from kinora.library.models import Channel
from kinora.library.moderation.audit import note
from kinora.library.moderation.cases import require_moderator
from kinora.library.moderation.filters import add_filter, export_filters, filters_of, import_filters
from kinora.library.moderation.models import Block, FilterAction, FilterKind
from kinora.library.moderation.standing import unblock
from kinora.site.people import person

MAX_IMPORT_BYTES = 2 * 2**20


def _scope(request: HttpRequest, handle: str) -> Channel | None:
    """Return the channel whose filters are meant, None for the site's.

    Raises:
        NotFound, NotAllowed: they are not this person's to change.
    """
    if not handle:
        require_moderator(request.user)
        return None
    channel = Channel.objects.filter(handle=handle).first()
    if channel is None or not is_own_channel(request.user, channel):
        raise NotFound("There is no such channel among yours.")
    return channel


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def word_filters(request: HttpRequest, handle: str = "") -> HttpResponse:
    """Show the filters; a post adds, deletes or imports."""
    channel = _scope(request, handle)
    if request.method == "POST":
        _change(request, channel)
        return redirect(_address("channel_filters", "moderation_filters", handle))
    context = {
        "channel": channel,
        "filters": filters_of(channel)[:5000],
        "kinds": FilterKind.choices,
        "actions": FilterAction.choices,
        "export_url": _address("export_channel_filters", "export_filters", handle),
        "blocks": Block.objects.filter(channel=channel).select_related("person").order_by("-id")[:500],
    }
    return render(request, "moderation/filters.html", context)


def _address(of_channel: str, of_site: str, handle: str) -> str:
    return reverse(of_channel, args=[handle]) if handle else reverse(of_site)


def _change(request: HttpRequest, channel: Channel | None) -> None:
    user, verb, scope = person(request), request.POST.get("do", ""), channel.handle if channel else "site"
    if verb == "add":
        names = ("kind", "text", "action", "note")
        row = add_filter(channel, **{name: request.POST.get(name, "") for name in names})
        note(user, "filter.add", kind="filter", target=scope, details={"text": row.text})
    elif verb == "delete":
        number = request.POST.get("filter", "")
        found = filters_of(channel).filter(pk=int(number)).first() if number.isdigit() and len(number) < 19 else None
        if found is not None:
            note(user, "filter.delete", kind="filter", target=scope, details={"text": found.text})
            found.delete()
    elif verb == "import":
        number_of = import_filters(channel, _document(request))
        note(user, "filter.import", kind="filter", target=scope, details={"number": number_of})
        messages.success(request, _("%(number)s filters taken.") % {"number": number_of})
    elif verb == "unblock" and channel is not None:
        number = request.POST.get("block", "")
        blocked = Block.objects.filter(channel=channel, pk=int(number)).first() if number.isdigit() else None
        if blocked is not None:
            unblock(channel, blocked.person, by=user)
    else:
        raise NotFound("There is no such thing to do with filters.")


def _document(request: HttpRequest) -> object:
    file = request.FILES.get("file")
    if file is None:
        raise InputError("no file was chosen", hint="choose a JSON file that was exported here")
    if (file.size or 0) > MAX_IMPORT_BYTES:
        raise InputError(f"the file has {file.size:,} bytes; accepted: at most {MAX_IMPORT_BYTES:,}")
    try:
        document: object = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        raise InputError("the file is no JSON", hint="choose a file that was exported here") from error
    return document


@never_cache
@login_required
@require_safe
def export(request: HttpRequest, handle: str = "") -> JsonResponse:
    """Return the filters as a file."""
    response = JsonResponse(export_filters(_scope(request, handle)), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="kinora-filters.json"'
    return response
