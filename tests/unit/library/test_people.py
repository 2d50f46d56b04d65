"""The first administrator, channels and API keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kinora.errors import Conflict, InputError, NotAllowed
from kinora.library import accounts, keys
from kinora.library.models import ApiKey, Channel, User

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


def test_the_first_run_token_works_once() -> None:
    token = accounts.first_run_token()
    assert token is not None
    assert accounts.first_run_token() == token
    assert accounts.is_first_run_token(token)
    user = accounts.create_administrator("ada", PASSWORD, token=token)
    assert user.is_staff
    assert user.check_password(PASSWORD)
    assert accounts.first_run_token() is None
    assert not accounts.is_first_run_token(token)
    with pytest.raises(NotAllowed):
        accounts.create_administrator("eve", PASSWORD, token=token)


def test_a_wrong_token_makes_nobody() -> None:
    accounts.first_run_token()
    for wrong in ("", "x", "é"):
        assert not accounts.is_first_run_token(wrong)
        with pytest.raises(NotAllowed):
            accounts.create_administrator("eve", PASSWORD, token=wrong)
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(("name", "password"), [("ada", "short"), ("ada", "password123"), ("bad name!", PASSWORD)])
def test_weak_passwords_and_impossible_names_are_refused(name: str, password: str) -> None:
    with pytest.raises(InputError):
        accounts.create_administrator(name, password)


def test_a_taken_name_is_refused(alice: User) -> None:
    with pytest.raises(Conflict):
        accounts.create_administrator("ALICE", PASSWORD)


def test_every_person_has_one_channel_with_a_handle_of_its_own(alice: User) -> None:
    assert accounts.channel_of(alice).pk == accounts.channel_of(alice).pk
    other = User.objects.create_user("alice!", password=PASSWORD)
    handles = {accounts.channel_of(alice).handle, accounts.channel_of(other).handle}
    assert len(handles) == 2
    assert Channel.objects.count() == 2


def test_the_system_owner_is_one_and_cannot_sign_in() -> None:
    owner = accounts.system_owner()
    assert accounts.system_owner().pk == owner.pk
    assert not owner.has_usable_password()
    assert not owner.is_staff


def test_a_key_is_known_by_its_secret_alone(alice: User, bob: User) -> None:
    key, secret = keys.make_key(alice, " my script ")
    assert keys.user_of_key(secret) == alice
    assert secret not in (key.sha256, key.prefix)
    assert keys.user_of_key(secret[:-1]) is None
    assert keys.user_of_key(key.sha256) is None
    assert keys.user_of_key("kin_" + "x" * 1000) is None
    assert not keys.delete_key(bob, key.pk)
    assert keys.delete_key(alice, key.pk)
    assert keys.user_of_key(secret) is None


def test_a_closed_account_has_no_key(alice: User) -> None:
    _, secret = keys.make_key(alice, "k")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert keys.user_of_key(secret) is None


def test_use_is_noted_at_most_once_a_minute(alice: User) -> None:
    key, secret = keys.make_key(alice, "k")
    keys.user_of_key(secret)
    ApiKey.objects.update(last_used_at=(before := timezone.now() - timedelta(seconds=30)))
    keys.user_of_key(secret)
    key.refresh_from_db()
    assert key.last_used_at == before


def test_a_key_needs_a_name(alice: User) -> None:
    with pytest.raises(InputError):
        keys.make_key(alice, "  ")
