"""A page speaks the account's language, else the cookie's, else the browser's; programs are told in English."""

from __future__ import annotations

import pytest
from django.test import Client

from kinora.library.accounts import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", password="a long enough one")


def page(client: Client, path: str = "/search", **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_browsers_language_counts_where_nothing_was_chosen():
    assert '<html lang="en">' in page(Client())
    german = page(Client(), **{"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    assert '<html lang="de">' in german and "Zum Inhalt springen" in german
    french = page(Client(), **{"accept-language": "fr"})
    assert '<html lang="fr">' in french and "Aller au contenu" in french
    assert '<html lang="en">' in page(Client(), **{"accept-language": "ja"})


def test_pages_are_kept_by_language():
    response = Client().get("/search", headers={"accept-language": "de"})
    assert "accept-language" in response["Vary"].lower() and "cookie" in response["Vary"].lower()
    assert response["Content-Language"] == "de"


def test_only_pages_that_are_not_english_carry_words_for_scripts():
    assert 'id="script-words"' not in page(Client())
    assert "Kopiert" in page(Client(), **{"accept-language": "de"})


def test_a_guests_choice_stays_in_a_cookie_and_beats_the_browser():
    client = Client()
    answer = client.post("/language", {"language": "fr", "next": "/search?q=sea"})
    assert answer["Location"] == "/search?q=sea"
    assert answer.cookies["kinora_language"]["httponly"]
    assert "Aller au contenu" in page(client, **{"accept-language": "de"})


def test_a_members_choice_stays_with_the_account(alice):
    client = Client()
    client.force_login(alice)
    client.post("/language", {"language": "de"})
    alice.refresh_from_db()
    assert alice.language == "de"
    elsewhere = Client()
    elsewhere.force_login(alice)
    assert "Zum Inhalt springen" in page(elsewhere, **{"accept-language": "fr"})


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are():
    answer = Client().post("/language", {"language": "xx"}, headers={"accept": "application/json"})
    assert answer.status_code in (400, 422) and "en, de, fr" in answer.content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_choosing_a_language_leads_nowhere_else(back):
    assert Client().post("/language", {"language": "de", "next": back})["Location"] == "/"


def test_choosing_a_language_needs_the_forms_token():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/language", {"language": "de"}).status_code == 403
    assert "kinora_language" not in client.cookies


def test_a_page_asks_no_cookie_of_a_guest():
    assert not Client().get("/c/nobody", headers={"accept-language": "de"}).cookies


def test_programs_are_told_in_english():
    answer = Client().get("/api/v1/videos/none", headers={"accept-language": "de"})
    assert answer.status_code in (401, 404) and "Content-Language" not in answer
