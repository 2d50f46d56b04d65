"""A channel's team: its people and their roles, invitations, and the page on which somebody accepts one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kinora.errors import InputError, NotFound
from kinora.library.models import Channel
from kinora.library.people import teams
from kinora.library.people.models import Member, Role
from kinora.site.people import person
from kinora.site.views.channel_edit import own_channel


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, handle: str) -> HttpResponse:
    """Show the team to its owners, and take an invitation."""
    channel, link, error = own_channel(request, handle), "", ""
    if request.method == "POST":
        name = request.POST.get("username", "")
        try:
            _invitation, link = teams.invite(channel, request.user, request.POST.get("role", ""), name)
        except InputError as refused:
            error = f"{refused.message}: {refused.hint}" if refused.hint else refused.message
        else:
            messages.success(request, _("Invited. The link works once, for two weeks."))
    context = {
        "channel": channel, "members": teams.team_of(channel), "invitations": teams.invitations_of(channel),
        "roles": Role.choices, "link": link, "error": error, "given": request.POST if error else {},
    }  # fmt: skip
    return render(request, "people/team.html", context, status=400 if error else 200)


@login_required
@require_POST
def steer_member(request: HttpRequest, handle: str, member_id: int, verb: str) -> HttpResponse:
    """Change a member's role or take them out; whoever leaves needs no right for that."""
    user = person(request)
    if verb == "leave":
        channel = Channel.objects.filter(handle=handle).first()
        member = Member.objects.filter(pk=member_id, channel=channel, user=user).first()
        if channel is None or member is None:
            raise NotFound("You do not belong to this channel.", hint="See your channels.")
        teams.remove_member(channel, user, member.pk)
        return redirect("channels")
    channel = own_channel(request, handle)
    if verb == "role":
        teams.set_role(channel, user, member_id, request.POST.get("role", ""))
    elif verb == "remove":
        teams.remove_member(channel, user, member_id)
    elif verb == "withdraw":
        teams.withdraw(channel, user, member_id)
    else:
        raise NotFound("There is no such verb.", hint="Reload the page.")
    messages.success(request, _("Saved."))
    return redirect("team", handle)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether somebody wants to join, then join."""
    user = person(request)
    invitation = teams.invitation_with(token, user)
    if request.method == "POST":
        if "decline" in request.POST:
            teams.decline(user, token)
            return redirect("channels")
        channel = teams.accept(user, token)
        messages.success(request, _("You belong to %(name)s now.") % {"name": channel.name})
        return redirect("channels")
    return render(request, "people/join.html", {"invitation": invitation, "role": Role(invitation.role).label})
