"""Who may make an account: open, by approval, by invitation, closed. The setting says it until the operator does."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinora import config
from kinora.errors import Conflict, InputError, NotAllowed, NotFound, SettingRefused
from kinora.library.models import Note, User, new_token
from kinora.library.notify_models import Notification
from kinora.library.people.models import PendingAccount, SignUpInvitation

INVITATION_LIFE = timedelta(days=14)
MAX_INVITATIONS = 1000  # open at once
MAX_PENDING = 1000  # accounts that wait; more are not taken, so that nobody fills the table
SIGN_UP_NOTE = "sign_up"


class Policy(models.TextChoices):
    OPEN = "open", _("Open: everybody makes an account")
    APPROVAL = "approval", _("By approval: everybody asks, you let them in")
    INVITATION = "invitation", _("By invitation: whoever you send a link")
    CLOSED = "closed", _("Closed: you make accounts yourself")


def policy() -> Policy:
    """Return who may make an account now.

    Raises:
        SettingRefused: `KINORA_SIGN_UP` names no policy.
    """
    note = Note.objects.filter(key=SIGN_UP_NOTE).first()
    chosen = str(note.value.get("policy", "")) if note else config.current().sign_up
    if chosen not in Policy.values:
        raise SettingRefused(f"KINORA_SIGN_UP is {chosen!r}; accepted: {', '.join(Policy.values)}")
    return Policy(chosen)


def set_policy(chosen: str, *, by: User | None = None) -> Policy:
    """Choose who may make an account; it counts at once, outranks the setting, and is logged.

    Raises:
        InputError: another word.
    """
    if chosen not in Policy.values:
        raise InputError(f"{chosen[:20]!r} is no policy of sign-up; accepted: {', '.join(Policy.values)}")
    from kinora.library.operating.settings_change import change_settings  # here: it asks this for the policy in force

    change_settings({"sign_up": chosen}, by=by)
    return Policy(chosen)


def may_sign_up(invitation_token: str = "") -> bool:
    """Return whether somebody may make an account, with what they hold."""
    chosen = policy()
    if chosen == Policy.CLOSED:
        return False
    if chosen == Policy.INVITATION:
        return open_invitation(invitation_token) is not None
    return chosen == Policy.OPEN or PendingAccount.objects.count() < MAX_PENDING


def needs_confirmation(user: User) -> bool:
    """Return whether a person must confirm their e-mail address before they come in."""
    if not config.current().email_host or user.is_staff or policy() == Policy.CLOSED:
        return False
    addresses = list(EmailAddress.objects.filter(user=user).values_list("verified", flat=True))
    return bool(addresses) and not any(addresses)


# Invitations.


def make_invitation(by: User | None, note: str = "") -> tuple[SignUpInvitation, str]:
    """Make an invitation to one account; return it and its link, which is shown this once.

    Raises:
        Conflict: sign-up is closed, so that its link would not work.
        InputError: too many are open.
    """
    if policy() == Policy.CLOSED:
        raise Conflict(
            "sign-up is closed: a link would make no account", hint="let people in by invitation first, then make it"
        )
    if invitations().count() >= MAX_INVITATIONS:
        raise InputError(f"{MAX_INVITATIONS} invitations are open, which is the most", hint="take some back")
    token = new_token()
    row = SignUpInvitation.objects.create(
        token_sha256=_digest(token), note=note.strip()[:120], made_by=by, expires_at=timezone.now() + INVITATION_LIFE
    )
    return row, f"{config.current().site_url}/invited/{token}"


def invitations() -> QuerySet[SignUpInvitation]:
    """Return the invitations that still hold, newest first."""
    return SignUpInvitation.objects.filter(used_at=None, expires_at__gt=timezone.now())


def open_invitation(token: str) -> SignUpInvitation | None:
    return invitations().filter(token_sha256=_digest(token)).first() if token else None


def spend_invitation(token: str, user: User) -> None:
    """Spend an invitation for an account, in the transaction that makes it; of two at once, one finds it spent.

    Raises:
        NotAllowed: it is spent, too old, or was taken back.
    """
    spent = invitations().filter(token_sha256=_digest(token)).update(used_by=user, used_at=timezone.now())
    if not spent:
        raise NotAllowed("This invitation does not hold any more.", hint="Ask for a new one.")


def take_back_invitation(invitation_id: int) -> None:
    invitations().filter(pk=invitation_id).delete()


# Approval.


def ask_for_approval(user: User, reason: str) -> PendingAccount:
    """Keep a new account out until the operator lets it in, and tell the administrators."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    pending = PendingAccount.objects.create(user=user, reason=reason.strip()[:1000])
    for administrator in User.objects.filter(is_staff=True, is_active=True):
        Notification.objects.create(
            owner=administrator, kind="account.waits", title=f"{user.username} asks for an account",
            text=pending.reason[:300], path="/people",
        )  # fmt: skip
    return pending


def pending_accounts() -> QuerySet[PendingAccount]:
    """Return the accounts that wait, the longest first."""
    return PendingAccount.objects.select_related("user")


def approve(username: str) -> User:
    """Let an account in, and tell its person by e-mail where the site sends any.

    Raises:
        NotFound: no account of that name waits.
    """
    with transaction.atomic():
        pending = _pending(username)
        User.objects.filter(pk=pending.user_id).update(is_active=True)
        user = pending.user
        pending.delete()
    user.is_active = True
    if user.email and config.current().email_host:
        where = f"{config.current().site_url}/accounts/login/"
        send_mail(
            "Your account",
            f"Your account {user.username} is open now: {where}\n",
            None,
            [user.email],
            fail_silently=True,
        )
    return user


def reject(username: str) -> None:
    """Delete an account that waits."""
    with transaction.atomic():
        _pending(username).user.delete()


def _pending(username: str) -> PendingAccount:
    row = PendingAccount.objects.select_related("user").filter(user__username__iexact=username).first()
    if row is None:
        raise NotFound(f"no account called {username[:40]!r} waits", hint="see who does at /people")
    return row


def settle_new_account(user: User, reason: str, invitation_token: str) -> None:
    """Do with a new account what the policy asks; call it in the transaction that makes it.

    Raises:
        NotAllowed: sign-up closed meanwhile, or the invitation does not hold.
    """
    chosen: Any = policy()
    if chosen == Policy.CLOSED:
        raise NotAllowed("Sign-up is closed.", hint="Ask the administrator for an account.")
    if chosen == Policy.INVITATION:
        spend_invitation(invitation_token, user)
    elif chosen == Policy.APPROVAL and not (invitation_token and open_invitation(invitation_token)):
        ask_for_approval(user, reason)
    elif invitation_token and open_invitation(invitation_token):
        spend_invitation(invitation_token, user)


def _digest(token: str) -> str:
    return hashlib.sha256(token[:200].encode("utf-8", errors="replace")).hexdigest()
