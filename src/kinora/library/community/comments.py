"""Write, change, like, delete and bring back comments; what the channel does with them: let through, pin, heart."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from kinora.errors import Conflict, InputError, NotAllowed
from kinora.library.accounts import channel_of
from kinora.library.community.models import Comment, CommentEdit, CommentLike, CommentState, Thread
from kinora.library.community.places import (
    Place,
    can_keep_order,
    make_thread,
    place_of,
    require_may_write,
)
from kinora.library.community.tell import tell_of_comment, tell_of_held
from kinora.library.models import Channel, Comments, User
from kinora.library.moderation.audit import note
from kinora.library.moderation.emptying import plan_emptying
from kinora.library.moderation.rates import count
from kinora.library.moderation.screening import Screened, screen
from kinora.library.moderation.standing import require_standing
from kinora.library.moderation.words import cleaned, fingerprint_of
from kinora.library.patience import patient

MAX_CHARACTERS = 5_000
MAX_EDITS = 100
MAX_DELETED_AT_ONCE = 500


def checked_text(text: str, *, what: str = "a comment", most: int = MAX_CHARACTERS) -> str:
    """Return what somebody typed as it is kept.

    Raises:
        InputError: nothing, or too much.
    """
    kept = cleaned(text)
    if not kept:
        raise InputError(f"{what} needs some words")
    if len(kept) > most:
        raise InputError(f"{what} has at most {most:,} characters; this one has {len(kept):,}")
    return kept


def write_comment(author: User, place: Place, text: str, *, parent: Comment | None = None) -> Comment:
    """Say something under a video or post; an answer to an answer stands under the same first comment.

    Raises:
        InputError: empty, too long, or refused by a filter. NotFound, NotAllowed: not there, or not from this person.
        TooManyRequests: too fast.
    """
    require_may_write(author, place)
    kept = checked_text(text)
    keeps_order = can_keep_order(author, place)
    if not keeps_order:
        count("comment", f"user:{author.pk}")
    under = parent if parent is None or parent.parent_id is None else parent.parent
    if under is not None and (place_of(under.thread) != place or under.state != CommentState.SHOWN):
        raise Conflict("what you answer is not there any more", hint="reload the page")
    looked = _look_over(author, place, kept, keeps_order=keeps_order)
    return _store(author, place, kept, under, looked)


def _look_over(author: User, place: Place, text: str, *, keeps_order: bool) -> Screened:
    if keeps_order:
        return Screened(False, 0.0, [], fingerprint_of(text))
    looked = screen(author, place.channel, text)
    if place.comments == Comments.HELD:
        reasons = ["every comment here waits for review", *looked.reasons]
        return Screened(True, looked.score, reasons, looked.fingerprint)
    return looked


@patient
def _store(author: User, place: Place, text: str, under: Comment | None, looked: Screened) -> Comment:
    with transaction.atomic():
        comment = Comment.objects.create(
            thread=make_thread(place), parent=under, author=author, channel=channel_of(author), text=text,
            state=CommentState.HELD if looked.is_held else CommentState.SHOWN, spam_score=looked.score,
            held_because=looked.reasons, fingerprint=looked.fingerprint,
        )  # fmt: skip
        if looked.is_held:
            tell_of_held(place)
        else:
            _count_shown(comment, 1)
            tell_of_comment(comment)
    return comment


def _count_shown(comment: Comment, step: int) -> None:
    """Keep the numbers right when a comment appears (1) or vanishes (-1); its shown answers come and go with it."""
    if comment.parent_id is None:
        Thread.objects.filter(pk=comment.thread_id).update(
            num_comments=F("num_comments") + step * (1 + comment.num_replies)
        )
        return
    Comment.objects.filter(pk=comment.parent_id).update(num_replies=F("num_replies") + step)
    if Comment.objects.filter(pk=comment.parent_id, state=CommentState.SHOWN).exists():
        Thread.objects.filter(pk=comment.thread_id).update(num_comments=F("num_comments") + step)


def set_state(comment: Comment, state: str, *, by: User | None = None) -> bool:
    """Show, hold or delete a comment and keep the numbers; return whether anything changed."""
    with transaction.atomic():
        row = Comment.objects.select_for_update().get(pk=comment.pk)
        if row.state == state:
            return False
        was_shown = row.state == CommentState.SHOWN
        row.state_before = row.state
        row.state = state
        is_deleted = state == CommentState.DELETED
        row.deleted_at, row.deleted_by = (timezone.now(), by) if is_deleted else (None, None)
        row.is_pinned = row.is_pinned and state == CommentState.SHOWN
        row.save(update_fields=["state", "state_before", "deleted_at", "deleted_by", "is_pinned"])
        if was_shown or state == CommentState.SHOWN:
            _count_shown(row, 1 if state == CommentState.SHOWN else -1)
        if is_deleted:
            plan_emptying()
        comment.refresh_from_db()
    return True


@patient
def edit_comment(editor: User, comment: Comment, text: str) -> Comment:
    """Change one's own words; what was said before is kept and can be read, and a heart goes.

    Raises:
        NotAllowed: somebody else's. InputError: empty, too long, or refused by a filter.
    """
    if comment.author_id != editor.pk:
        raise NotAllowed("only its writer can change a comment")
    place = place_of(comment.thread)
    require_may_write(editor, place)
    kept = checked_text(text)
    if kept == comment.text:
        return comment
    if comment.state == CommentState.DELETED:
        raise Conflict("this comment is deleted", hint="bring it back first")
    if comment.edits.count() >= MAX_EDITS:
        raise InputError(f"this comment was changed {MAX_EDITS} times, which is the most")
    keeps_order = can_keep_order(editor, place)
    if not keeps_order:
        count("comment", f"user:{editor.pk}")
    looked = _look_over(editor, place, kept, keeps_order=keeps_order)
    with transaction.atomic():
        CommentEdit.objects.create(comment=comment, text=comment.text)
        Comment.objects.filter(pk=comment.pk).update(
            text=kept, edited_at=timezone.now(), has_heart=False, spam_score=looked.score,
            held_because=looked.reasons, fingerprint=looked.fingerprint,
        )  # fmt: skip
        if looked.is_held:
            set_state(comment, CommentState.HELD)
            tell_of_held(place)
        comment.refresh_from_db()
    return comment


@patient
def delete_comment(by: User, comment: Comment) -> None:
    """Take a comment away, one's own or, for who keeps order there, any; it can be brought back for a while.

    Raises:
        NotAllowed: somebody else's.
    """
    is_own = comment.author_id == by.pk
    if not is_own and not can_keep_order(by, place_of(comment.thread)):
        raise NotAllowed("only its writer and the channel can delete a comment")
    with transaction.atomic():
        if set_state(comment, CommentState.DELETED, by=by) and not is_own:
            note(
                by, "comment.remove", kind="comment", target=comment.pk, person=comment.author, details=_quoted(comment)
            )


def delete_held_of(by: User, writer: User, channel: Channel) -> int:
    """Delete what still waits for review of one person on a channel, as when they are blocked; return how many."""
    there = Q(thread__video__channel=channel) | Q(thread__post__channel=channel)
    waiting = Comment.objects.filter(there, author=writer, state=CommentState.HELD).select_related("thread", "author")
    chosen = list(waiting[:MAX_DELETED_AT_ONCE])
    for comment in chosen:
        delete_comment(by, comment)
    return len(chosen)


@patient
def restore_comment(by: User, comment: Comment) -> None:
    """Bring a deleted comment back as it was: whoever deleted it, or who keeps order there.

    Raises:
        NotAllowed: somebody else deleted it.
    """
    if comment.state != CommentState.DELETED:
        return
    if comment.deleted_by_id != by.pk and not can_keep_order(by, place_of(comment.thread)):
        raise NotAllowed("this comment was deleted by somebody else")
    with transaction.atomic():
        set_state(comment, comment.state_before or CommentState.SHOWN)
        if comment.author_id != by.pk:
            note(by, "comment.restore", kind="comment", target=comment.pk, person=comment.author)


@patient
def approve_comment(by: User, comment: Comment) -> None:
    """Let a held comment through; those it concerns are told now."""
    _require_order(by, comment)
    with transaction.atomic():
        if comment.state == CommentState.HELD and set_state(comment, CommentState.SHOWN):
            note(by, "comment.approve", kind="comment", target=comment.pk, person=comment.author)
            tell_of_comment(comment)


@patient
def hold_comment(by: User, comment: Comment) -> None:
    """Hide a comment until somebody looked at it."""
    _require_order(by, comment)
    with transaction.atomic():
        if comment.state == CommentState.SHOWN and set_state(comment, CommentState.HELD):
            note(by, "comment.hold", kind="comment", target=comment.pk, person=comment.author, details=_quoted(comment))


@patient
def pin_comment(by: User, comment: Comment, *, is_pinned: bool = True) -> None:
    """Put a comment of the first level above all others, or take it off; one a thread."""
    _require_order(by, comment)
    if comment.parent_id is not None or comment.state != CommentState.SHOWN:
        raise InputError("only a shown comment of the first level can be pinned")
    with transaction.atomic():
        Comment.objects.filter(thread=comment.thread_id, is_pinned=True).update(is_pinned=False)
        Comment.objects.filter(pk=comment.pk).update(is_pinned=is_pinned)
        comment.is_pinned = is_pinned


@patient
def heart_comment(by: User, comment: Comment, *, has_heart: bool = True) -> None:
    """Give a comment the channel's heart, or take it back."""
    _require_order(by, comment)
    Comment.objects.filter(pk=comment.pk).update(has_heart=has_heart)
    comment.has_heart = has_heart


@patient
def like_comment(by: User, comment: Comment, *, likes: bool = True) -> int:
    """Like a comment, or take that back; return how many like it."""
    require_standing(by)
    with transaction.atomic():
        if likes:
            _, is_changed = CommentLike.objects.get_or_create(comment=comment, user=by)
        else:
            is_changed = CommentLike.objects.filter(comment=comment, user=by).delete()[0] > 0
        if is_changed:
            Comment.objects.filter(pk=comment.pk).update(num_likes=F("num_likes") + (1 if likes else -1))
        comment.refresh_from_db(fields=["num_likes"])
    return comment.num_likes


def _require_order(by: User, comment: Comment) -> None:
    if not can_keep_order(by, place_of(comment.thread)):
        raise NotAllowed("only the channel can do this with a comment")


def _quoted(comment: Comment) -> dict[str, str]:
    return {"text": comment.text[:500]}
