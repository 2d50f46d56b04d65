"""Who may create an account, what becomes of a new one, and where people go after signing in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kinora import config
from kinora.library.models import User
from kinora.library.people.sign_up import Policy, may_sign_up, needs_confirmation, policy, settle_new_account

INVITATION_KEY = "sign_up_invitation"
MAX_REASON = 1000


def invitation_of(request: HttpRequest) -> str:
    """Return the token of the invitation that this visitor came with."""
    return str(request.session.get(INVITATION_KEY, ""))


class KinoraSignupForm(SignupForm):  # type: ignore[misc]  # allauth has no type hints
    """Asks why somebody would like an account, where the operator lets people in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if policy() == Policy.APPROVAL:
            self.fields["reason"] = forms.CharField(
                max_length=MAX_REASON, label=_("Why would you like an account?"), widget=forms.Textarea({"rows": 3})
            )


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no type hints
    """Adds a passkey, which opens the account alone, unless its person wants it beside the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name, to know it again")
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = ""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Follows the operator's policy: open, by approval, by invitation, closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_sign_up(invitation_of(request))

    def format_email_subject(self, subject: str) -> str:
        return f"{config.current().site_name}: {subject}"

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit and not getattr(request, "is_by_provider", False):
                settle_new_account(saved, form.cleaned_data.get("reason", ""), invitation_of(request))
        request.session.pop(INVITATION_KEY, None)
        return saved

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        response: HttpResponse | None = super().pre_login(request, user, **how)
        if response is None and needs_confirmation(user):
            address = EmailAddress.objects.filter(user=user).order_by("-primary", "id").first()
            send_verification_email_to_address(request, address, signup=bool(how.get("signup")))
            response = self.respond_email_verification_sent(request, user)
        return response


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Accounts that come by a provider follow the same policy."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return may_sign_up(invitation_of(request))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        request.is_by_provider = True  # type: ignore[attr-defined]  # settled here, once
        with transaction.atomic():
            saved: User = super().save_user(request, sociallogin, form)
            settle_new_account(saved, f"by {sociallogin.account.provider}", invitation_of(request))
        request.session.pop(INVITATION_KEY, None)
        return saved
