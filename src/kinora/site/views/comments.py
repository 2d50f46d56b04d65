"""Comments under a video or a post: the list as a fragment, writing, and everything that is done to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kinora.errors import InputError, NotFound
from kinora.library.community import comments as verbs
from kinora.library.community.listing import held_for, liked_among, page_of, replies_of
from kinora.library.community.models import Comment, CommunityChoices, Post, Thread
from kinora.library.community.places import (
    Place,
    can_keep_order,
    can_read,
    comment_for,
    path_of,
    place_of,
)
from kinora.library.models import Channel, Comments, User, Video
from kinora.library.moderation.models import Mute
from kinora.library.moderation.standing import block, mute, unmute
from kinora.site.age import is_gated
from kinora.site.comment_cards import Card, cards_of, make_cards
from kinora.site.people import person

_HELD_PAGE = 50


def video_place(request: HttpRequest, public_id: str) -> Video:
    """Return the video whose comments are asked for; 404 in the same words for one that is not for this person."""
    video = Video.objects.select_related("channel").defer("recipe").filter(public_id=public_id[:16]).first()
    if video is None or not can_read(request.user, video) or is_gated(request, video):
        raise Http404
    return video


def post_place(request: HttpRequest, public_id: str) -> Post:
    post = Post.objects.select_related("channel").filter(public_id=public_id[:16]).first()
    if post is None or not can_read(request.user, post):
        raise Http404
    return post


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def watch_comments(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the comments of a video; a post writes one."""
    return _comments(request, video_place(request, public_id))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def post_comments(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the comments of a channel's post; a post writes one."""
    return _comments(request, post_place(request, public_id))


def _comments(request: HttpRequest, place: Place) -> HttpResponse:
    if request.method == "POST":
        written = verbs.write_comment(person(request), place, request.POST.get("text", ""))
        return _one(request, written, place)
    sort = request.GET.get("sort", "top")
    cursor = request.GET.get("after", "")
    page = page_of(place, request.user, sort=sort, cursor=cursor)
    is_htmx = bool(request.headers.get("HX-Request"))
    context: dict[str, Any] = {
        "place": place,
        "place_path": path_of(place),
        "comments_url": request.path,
        "cards": cards_of(page, place, request.user),
        "page": page,
        "sort": sort,
        "is_off": place.comments == Comments.OFF,
        "is_held": place.comments == Comments.HELD,
    }
    if cursor:
        return render(request, "community/cards.html" if is_htmx else "community/page.html", context)
    context |= _highlighted(request, place)
    return render(request, "community/comments.html" if is_htmx else "community/page.html", context)


def _highlighted(request: HttpRequest, place: Place) -> dict[str, Any]:
    """Return the one comment that an address names, with the one that it answers."""
    number = request.GET.get("comment", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return {}
    try:
        named = comment_for(request.user, int(number))
    except NotFound:
        return {"is_highlight_gone": True}
    if place_of(named.thread) != place:
        return {"is_highlight_gone": True}
    rows = [named.parent, named] if named.parent else [named]
    shown = [Comment.objects.select_related("author", "channel").get(pk=row.pk) for row in rows]
    liked, keeps_order = liked_among(shown, request.user), can_keep_order(request.user, place)
    cards = make_cards(shown, place, request.user, liked_ids=liked, keeps_order=keeps_order)
    return {"highlighted": cards[0], "highlighted_reply": cards[1] if len(cards) > 1 else None}


@never_cache
@require_safe
def replies(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Return the answers to a comment."""
    parent, place = _known(request, comment_id)
    text = request.GET.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    page = replies_of(parent, request.user, after=after)
    keeps_order = can_keep_order(request.user, place)
    cards = make_cards(page.comments, place, request.user, liked_ids=page.liked_ids, keeps_order=keeps_order)
    return render(request, "community/replies.html", {"cards": cards, "page": page, "comment": parent, "place": place})


@never_cache
@require_safe
def one_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Lead to the comment where it stands."""
    comment, place = _known(request, comment_id)
    return redirect(f"{path_of(place)}?comment={comment.pk}#comments")


@never_cache
@require_safe
def history(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Show what a comment said before it was changed."""
    comment, place = _known(request, comment_id)
    context = {"comment": comment, "edits": comment.edits.all()[: verbs.MAX_EDITS], "place_path": path_of(place)}
    return render(request, "community/history.html", context)


@never_cache
@login_required
@require_safe
def edit_form(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Return the form in which its writer changes a comment."""
    comment, place = _known(request, comment_id)
    if comment.author_id != person(request).pk:
        raise Http404
    template = "community/edit.html" if request.headers.get("HX-Request") else "community/edit_page.html"
    return render(request, template, {"comment": comment, "place_path": path_of(place)})


@login_required
@require_POST
def steer_comment(request: HttpRequest, comment_id: int, verb: str) -> HttpResponse:
    """Do something to a comment and show it as it is then."""
    comment, place = _known(request, comment_id)
    user = person(request)
    if verb == "reply":
        return _one(request, verbs.write_comment(user, place, request.POST.get("text", ""), parent=comment), place)
    if verb == "edit":
        return _one(request, verbs.edit_comment(user, comment, request.POST.get("text", "")), place)
    if verb not in _VERBS:
        raise NotFound("There is no such thing to do with a comment.")
    _VERBS[verb](user, comment)
    comment.refresh_from_db()
    if request.POST.get("next") == "held":
        return _after_review(request, all_anew=verb == "block")
    return _one(request, comment, place)


def _block_writer(user: User, comment: Comment) -> None:
    place = place_of(comment.thread)
    if not can_keep_order(user, place):
        raise NotFound("There is no such comment on your channels.")
    block(place.channel, comment.author, by=user)
    verbs.delete_comment(user, comment)
    verbs.delete_held_of(user, comment.author, place.channel)


_VERBS: dict[str, Callable[[User, Comment], object]] = {
    "like": lambda user, comment: verbs.like_comment(user, comment),
    "unlike": lambda user, comment: verbs.like_comment(user, comment, likes=False),
    "delete": verbs.delete_comment,
    "restore": verbs.restore_comment,
    "approve": verbs.approve_comment,
    "hold": verbs.hold_comment,
    "pin": lambda user, comment: verbs.pin_comment(user, comment),
    "unpin": lambda user, comment: verbs.pin_comment(user, comment, is_pinned=False),
    "heart": lambda user, comment: verbs.heart_comment(user, comment),
    "unheart": lambda user, comment: verbs.heart_comment(user, comment, has_heart=False),
    "mute": lambda user, comment: mute(user, person=comment.author),
    "block": _block_writer,
}


def _after_review(request: HttpRequest, *, all_anew: bool) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse("", headers={"HX-Refresh": "true"} if all_anew else {})
    return redirect("held_comments")


def _known(request: HttpRequest, comment_id: int) -> tuple[Comment, Place]:
    comment = comment_for(request.user, comment_id)
    place = place_of(comment.thread)
    if isinstance(place, Video) and is_gated(request, place):
        raise Http404
    return comment, place


def _one(request: HttpRequest, comment: Comment, place: Place) -> HttpResponse:
    """Return a comment as it is now: a fragment, or without scripts the page where it stands."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{path_of(place)}?comment={comment.pk}#comments")
    card = _card(request, comment, place)
    is_muted = Mute.objects.filter(owner=person(request), person=comment.author_id).exists()
    num_comments = Thread.objects.values_list("num_comments", flat=True).get(pk=comment.thread_id)
    context = {"card": card, "place": place, "is_muted": is_muted, "num_comments": num_comments}
    return render(request, "community/one.html", context)


def _card(request: HttpRequest, comment: Comment, place: Place) -> Card:
    liked = liked_among([comment], request.user)
    keeps_order = can_keep_order(request.user, place)
    return make_cards([comment], place, request.user, liked_ids=liked, keeps_order=keeps_order)[0]


@never_cache
@login_required
@require_safe
def held_comments(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person's review, and why each was held."""
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    rows = held_for(person(request), before=before, limit=_HELD_PAGE + 1)
    shown = rows[:_HELD_PAGE]
    context = {
        "rows": [(comment, place_of(comment.thread), path_of(place_of(comment.thread))) for comment in shown],
        "more_url": f"?before={shown[-1].pk}" if len(rows) > _HELD_PAGE else "",
        "held_verbs": (("approve", _("Let it through")), ("delete", _("Delete")), ("block", _("Delete and block"))),
    }
    return render(request, "community/held.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def community_choices(request: HttpRequest) -> HttpResponse:
    """Show and change whether answers come by e-mail, and whom one muted."""
    user = person(request)
    if request.method == "POST":
        _change_choices(user, request.POST.get("do", ""), request)
        return redirect("community_choices")
    context = {
        "choices": CommunityChoices.objects.filter(user=user).first(),
        "mutes": Mute.objects.filter(owner=user).select_related("person", "channel").order_by("-id")[:500],
    }
    return render(request, "community/choices.html", context)


def _change_choices(user: User, verb: str, request: HttpRequest) -> None:
    if verb == "emails":
        is_on = request.POST.get("emails_replies") == "on"
        CommunityChoices.objects.update_or_create(user=user, defaults={"emails_replies": is_on})
    elif verb == "mute":
        handle = request.POST.get("handle", "").strip().lstrip("@")
        channel = Channel.objects.filter(handle__iexact=handle).first()
        if channel is None:
            raise InputError(_("there is no channel @%(handle)s") % {"handle": handle[:40]})
        mute(user, channel=channel)
    elif verb == "unmute":
        number = request.POST.get("mute", "")
        row = Mute.objects.filter(owner=user, pk=int(number)).first() if number.isdigit() else None
        if row is not None:
            unmute(user, person=row.person, channel=row.channel)
    else:
        raise NotFound("There is no such choice.")
