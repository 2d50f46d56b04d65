"""Labels of choices and dates come in the page's language; errors that name a state stay English."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from kinora.library.models import Comments, JobState, Take, TakeState
from kinora.library.moderation.models import ReportReason
from kinora.library.takes import _state_in_words


@pytest.mark.parametrize(("language", "expected"), [
    ("en", ["No comments", "Waiting", "Hate"]),
    ("de", ["Keine Kommentare", "Wartet", "Hass"]),
    ("fr", ["Aucun commentaire", "En attente", "Haine"]),
])  # fmt: skip
def test_labels_of_choices(language, expected):
    with translation.override(language):
        assert [str(one.label) for one in (Comments.OFF, JobState.QUEUED, ReportReason.HATE)] == expected


@pytest.mark.parametrize(("language", "expected"), [
    ("en", "5 March 2026"), ("de", "5. März 2026"), ("fr", "5 mars 2026"),
])  # fmt: skip
def test_dates(language, expected):
    shown = Template('{{ day|date:"DATE_FORMAT" }}')
    with translation.override(language):
        assert shown.render(Context({"day": datetime(2026, 3, 5, tzinfo=UTC)})) == expected


def test_an_error_names_a_state_in_english():
    with translation.override("de"):
        assert _state_in_words(Take(state=TakeState.QUEUED)) == "waiting"
