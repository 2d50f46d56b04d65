"""The edit page of a video: details, chapters, subtitles, deletion.

Another file for the video comes by an upload that names it (`replaces`).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kinora import config
from kinora.errors import InputError
from kinora.library import subtitles as track_verbs
from kinora.library.chapters import chapters_as_text, parse_chapters, set_chapters
from kinora.library.details import set_details
from kinora.library.models import Comments, Video, Visibility
from kinora.library.moderation.trash import trash_video
from kinora.library.sharing_models import EmbedPlace, EmbedRule
from kinora.library.sidecars import MAX_BYTES
from kinora.library.studio.categories import category_choices
from kinora.library.studio.licences import licence_choices
from kinora.library.studio.machine_mark import LEDGER_MARKS
from kinora.library.studio.redo import REDONE
from kinora.library.upload_sidecars import language_in_name
from kinora.site.people import person
from kinora.site.views.copies import copies_context
from kinora.site.views.my_videos import own_video, stages_context
from kinora.site.visibility_form import VisibilityFields, visibility_initial


class DetailsForm(VisibilityFields):
    """What people may say about a video."""

    field_order = ("title", "description", "tags", "visibility", "password", "publish_at")

    title = forms.CharField(max_length=300)
    description = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Times such as 1:15 become links.",
    )
    tags = forms.CharField(required=False, max_length=1000, help_text="Words or short phrases, separated by commas.")
    language = forms.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$",
        required=False,
        label=_("Language"),
        help_text=_("Spoken language as a code: en, de, pt-BR."),
    )
    category = forms.ChoiceField(required=False, label=_("Category"), choices=category_choices)
    licence = forms.ChoiceField(required=False, label=_("Licence"), help_text=_("What others may do with it."))
    licence_text = forms.CharField(
        required=False,
        max_length=5000,
        label=_("Your own terms"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where the licence is “Own terms”."),
    )
    comments = forms.ChoiceField(required=False, label=_("Comments"), choices=Comments.choices)
    allows_download = forms.BooleanField(
        required=False, label=_("May be downloaded"), help_text=_("Those who may watch it get a download button.")
    )
    is_age_restricted = forms.BooleanField(
        required=False,
        label=_("For adults only"),
        help_text=_(
            "Visitors are asked for their age first; it is listed for those alone who gave it, and embedded nowhere."
        ),
    )
    declares_ai = forms.BooleanField(
        required=False, label=_("Made or altered by AI"), help_text=_("Said on its page and its card.")
    )
    chapters = forms.CharField(
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "0:00 Opening\n1:15 The harbour"}),
        help_text="One a line: the time, then the title.",
    )

    def __init__(self, *args: Any, video: Video, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.video = video
        self.fields["licence"].choices = licence_choices(video.licence)  # type: ignore[attr-defined]
        if video.machine_mark in LEDGER_MARKS:
            self.fields["declares_ai"].disabled = True
            self.fields["declares_ai"].help_text = _("The ledger says so; that can't be taken back.")

    def clean_comments(self) -> str | None:
        return self.cleaned_data["comments"] or None  # as it was, where the form did not ask

    def clean_tags(self) -> list[str]:
        tags = (" ".join(tag.split()) for tag in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(tag[:60] for tag in tags if tag))[:40]

    def clean_chapters(self) -> str:
        text: str = self.cleaned_data["chapters"]
        try:
            parse_chapters(text)
        except InputError as error:
            raise forms.ValidationError(f"{error.message} {error.hint}") from error
        return text


def _initial(video: Video) -> dict[str, object]:
    return {
        "title": video.title,
        "description": video.description,
        "tags": ", ".join(video.tags),
        **visibility_initial(video),
        "language": video.language,
        "chapters": chapters_as_text(video),
        "category": video.category,
        "licence": video.licence,
        "licence_text": video.licence_text,
        "comments": video.comments,
        "allows_download": video.allows_download,
        "is_age_restricted": video.is_age_restricted,
        "declares_ai": bool(video.machine_mark),
    }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    video = own_video(request, public_id)
    form = DetailsForm(request.POST or None, initial=_initial(video), video=video)
    if request.method == "POST" and form.is_valid():
        try:
            _save(video, dict(form.cleaned_data))
        except InputError as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            messages.success(request, "Saved.")
            return redirect("edit_video", public_id)
    return _edit_page(request, video, form)


def _save(video: Video, given: dict[str, Any]) -> None:
    chapters = given.pop("chapters")
    if chapters.strip() != chapters_as_text(video).strip():
        set_chapters(video, parse_chapters(chapters))
    set_details(video, **given)


def _edit_page(request: HttpRequest, video: Video, form: DetailsForm) -> HttpResponse:
    context = {
        "video": video,
        "form": form,
        "redone": REDONE.items(),
        "tracks": video.subtitle_tracks.annotate(num_cues=Count("cues")),
        "embed_places": EmbedPlace.choices,
        "embed_rule": EmbedRule.objects.filter(video=video).first(),
        "visibilities": Visibility.choices,
        "max_upload_bytes": config.current().max_upload_bytes,
        **copies_context(request.user, video),
        **stages_context(video),
    }
    return render(request, "edit_video.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def add_subtitles(request: HttpRequest, public_id: str) -> HttpResponse:
    video = own_video(request, public_id)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise InputError("No subtitle file was chosen.", hint="Choose an SRT, VTT, ASS or TTML file.")
    language = request.POST.get("language", "").strip() or language_in_name(file.name)
    track_verbs.add_subtitles(video, file.read(MAX_BYTES + 1), file.name, language)
    messages.success(request, f"Subtitles added from {file.name}.")
    return redirect("edit_video", public_id)


@login_required
@require_POST
def remove_subtitles(request: HttpRequest, public_id: str, track_id: int) -> HttpResponse:
    track_verbs.delete_subtitles(own_video(request, public_id), track_id)
    messages.success(request, "Subtitles removed.")
    return redirect("edit_video", public_id)


@login_required
@require_POST
def delete(request: HttpRequest, public_id: str) -> HttpResponse:
    video = own_video(request, public_id)
    title = video.title
    trash_video(video, by=person(request))
    messages.success(request, _("“%(title)s” was deleted. Your trash keeps it for a while.") % {"title": title})
    return redirect("my_videos")
