"""A channel's own pages: several of them, what is said on one, its pictures, and which one somebody works as."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, NotFound
from kinora.library.access import ANY_ROLE, can_publish_in, channels_of, is_own_channel
from kinora.library.models import Channel
from kinora.library.people import channels as verbs
from kinora.library.people.teams import invitations_for
from kinora.media.images import MAX_BYTES
from kinora.site.current_channel import choose_channel, current_channel
from kinora.site.people import person
from kinora.site.ranges import Served, serve_file


class ChannelForm(forms.Form):
    """What a channel says of itself."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    handle = forms.CharField(
        max_length=41, label=gettext_lazy("Handle"),
        help_text=gettext_lazy("Its address. With another one, old links lead nowhere."),
    )  # fmt: skip
    description = forms.CharField(
        required=False, max_length=verbs.MAX_DESCRIPTION, label=gettext_lazy("Description"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    links = forms.CharField(
        required=False, max_length=5000, label=gettext_lazy("Links"),
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "Our shop https://example.org/shop"}),
        help_text=gettext_lazy("One a line: a title, then the address."),
    )  # fmt: skip

    def clean_links(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        pairs = [line.rsplit(None, 1) if " " in line else ["", line] for line in lines]
        try:
            return verbs.clean_links([{"title": title, "url": url} for title, url in pairs])
        except InputError as error:
            raise forms.ValidationError(f"{error.message}: {error.hint}") from error


def own_channel(request: HttpRequest, handle: str) -> Channel:
    """Return a channel that this person owns; any other is not told apart from none.

    Raises:
        NotFound: no such channel, or not theirs.
    """
    found = Channel.objects.select_related("owner").filter(handle=handle).first()
    if found is None or not is_own_channel(request.user, found):
        raise NotFound("There is no such channel among yours.", hint="See your channels.")
    return found


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def channels(request: HttpRequest) -> HttpResponse:
    """List the channels that somebody holds or belongs to, and make another."""
    user, error = person(request), ""
    if request.method == "POST":
        try:
            made = verbs.make_channel(user, request.POST.get("name", ""), request.POST.get("handle", ""))
        except InputError as refused:
            error = f"{refused.message}: {refused.hint}" if refused.hint else refused.message
        else:
            choose_channel(request, made)
            return redirect("edit_channel", made.handle)
    context = {
        "channels": channels_of(user, ANY_ROLE), "current_channel": current_channel(request), "error": error,
        "invitations": invitations_for(user), "given": request.POST,
        "roles": dict(user.memberships.values_list("channel_id", "role")),
    }  # fmt: skip
    return render(request, "people/channels.html", context, status=400 if error else 200)


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Work as another channel; goes back to the page of this site that asked."""
    found = Channel.objects.filter(handle=request.POST.get("channel", "")).first()
    if found is None or not can_publish_in(request.user, found):
        raise NotFound("There is no such channel among yours.", hint="See your channels.")
    choose_channel(request, found)
    place = request.POST.get("place", "")
    return redirect(place if place in ("upload", "my_videos", "channels") else "channels")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_channel(request: HttpRequest, handle: str) -> HttpResponse:
    """Change what the channel's page says."""
    channel = own_channel(request, handle)
    lines = "\n".join(f"{link['title']} {link['url']}" for link in channel.links)
    initial = {"name": channel.name, "handle": handle, "description": channel.description, "links": lines}
    form = ChannelForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change_channel(channel, request.user, **form.cleaned_data)
        except InputError as error:
            form.add_error("handle" if "handle" in error.message else None, f"{error.message}: {error.hint}")
        else:
            messages.success(request, _("Saved."))
            return redirect("edit_channel", channel.handle)
    context = {"channel": channel, "form": form, "shown_handle": handle}
    return render(request, "people/channel_edit.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def change_picture(request: HttpRequest, handle: str, kind: str) -> HttpResponse:
    """Take an uploaded avatar or banner, or take it away."""
    channel, picture = own_channel(request, handle), _kind(kind)
    file = request.FILES.get("file")
    if "remove" in request.POST:
        verbs.remove_picture(channel, request.user, picture)
    elif isinstance(file, UploadedFile):
        verbs.set_picture(channel, request.user, picture, file.read(MAX_BYTES + 1))
    else:
        raise InputError("No picture was chosen.", hint="Choose a PNG, JPEG, WebP or GIF.")
    messages.success(request, _("Saved."))
    return redirect("edit_channel", handle)


@require_safe
def picture(request: HttpRequest, handle: str, kind: str) -> HttpResponseBase:
    """Serve a channel's avatar or banner; it is as public as the channel's name."""
    channel = Channel.objects.filter(handle=handle).first()
    path = verbs.picture_path(channel, _kind(kind)) if channel else None
    response = serve_file(request, Served(path, "image/jpeg")) if path else None
    if response is None:
        raise Http404
    response["Cache-Control"] = "public, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_POST
def delete_channel(request: HttpRequest, handle: str) -> HttpResponse:
    channel = own_channel(request, handle)
    try:
        verbs.delete_channel(channel, request.user)
    except InputError as error:
        messages.error(request, f"{error.message}: {error.hint}")
        return redirect("edit_channel", handle)
    messages.success(request, _("The channel is deleted."))
    return redirect(reverse("channels"))


def _kind(kind: str) -> verbs.Picture:
    if kind not in verbs.SIZES:
        raise Http404
    return kind
