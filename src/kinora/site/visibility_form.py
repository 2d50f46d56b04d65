"""The part of a form that says who sees a video: the choice, and what some choices need beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kinora.errors import InputError
from kinora.library.models import Video, Visibility
from kinora.library.people.visibility import MAX_PASSWORD, visibility_change

CHOICES = (
    (Visibility.PUBLIC, _("Public: everybody finds it")),
    (Visibility.UNLISTED, _("Unlisted: whoever has its address")),
    (Visibility.PASSWORD, _("Password: whoever has its address and the password")),
    (Visibility.MEMBERS, _("Members: the people of the channel")),
    (Visibility.SCHEDULED, _("Scheduled: public from a time on")),
    (Visibility.PRIVATE, _("Private: the channel's owners and editors")),
)


class VisibilityFields(forms.Form):
    """Visibility, password and time; what the choice does not need is dropped, whatever was typed there."""

    visibility = forms.ChoiceField(label=_("Who sees it"), choices=CHOICES)
    password = forms.CharField(
        required=False, max_length=MAX_PASSWORD, strip=False, label=_("Password for viewers"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-shown-for": "password"}),
        help_text=_("Empty: the one that holds now stays."),
    )  # fmt: skip
    publish_at = forms.DateTimeField(
        required=False, label=_("Public from"), help_text=_("In UTC."),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "data-shown-for": "scheduled", "data-local-help": _("In your own time.")},
            format="%Y-%m-%dT%H:%M",
        ),
    )  # fmt: skip

    video: Video | None = None  # set by the form that has these fields

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = given.get("visibility", "")
        password = given.get("password") or None if chosen == Visibility.PASSWORD else None
        time: datetime | None = given.get("publish_at") if chosen == Visibility.SCHEDULED else None
        given |= {"password": password, "publish_at": time}
        if self.video is not None and chosen:
            try:
                visibility_change(self.video, chosen, password, time)
            except InputError as error:
                field = "publish_at" if chosen == Visibility.SCHEDULED else "password"
                self.add_error(field, f"{error.message}: {error.hint}" if error.hint else error.message)
        return given


def visibility_initial(video: Video) -> dict[str, object]:
    """Return what the fields show at first; never the password, of which only a hash is kept."""
    return {"visibility": video.visibility, "publish_at": video.publish_at}
