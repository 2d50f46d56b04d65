"""Read and change the settings of the site: one way for the page, the API and the command, and a line in the log."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from kinora import config
from kinora.config import Settings
from kinora.errors import Conflict, InputError, NotFound, SettingRefused
from kinora.library.models import Note, User
from kinora.library.moderation.audit import note
from kinora.library.operating.settings_table import CHOICES, GROUPS, ONE_OF, SECRET, Choice
from kinora.library.people.sign_up import SIGN_UP_NOTE, policy

_HIDDEN = "***"


def all_choices() -> list[dict[str, Any]]:
    """Return every setting that may be changed, as the documented JSON; secrets are masked."""
    return [choice_to_json(choice, group) for group, _label, choices in GROUPS for choice in choices]


def choice_named(name: str) -> Choice:
    """Return a setting that may be changed.

    Raises:
        NotFound: there is none of that name.
    """
    choice = CHOICES.get(name.lower().removeprefix("kinora_"))
    if choice is None:
        raise NotFound(
            f"{name[:60]!r} can't be changed while the site is there",
            hint="kinora settings get lists what can; others are environment variables, see docs/settings.md",
        )
    return choice


def choice_to_json(choice: Choice, group: str = "") -> dict[str, Any]:
    """Return one setting with where its value comes from."""
    value, default = _value(choice), getattr(Settings, choice.name)
    is_secret = choice.kind == SECRET
    return {
        "name": choice.name, "group": group or _group_of(choice), "label": str(choice.label), "kind": choice.kind,
        "value": (_HIDDEN if value else "") if is_secret else value, "default": default,
        "accepted": [option for option, _label in choice.options] if choice.kind == ONE_OF else None,
        "source": _source(choice), "fixed_by": _fixed_by(choice), "after": str(choice.after),
    }  # fmt: skip


def change_settings(changes: Mapping[str, object], *, by: User | None) -> list[str]:
    """Change what is given, all or nothing; None goes back to the default. Returns the names that changed.

    Raises:
        NotFound: a name is none that can be changed. InputError: a value is none.
        Conflict: an environment variable fixes it.
    """
    wanted: dict[Choice, Any] = {}
    for name, given in changes.items():
        choice = choice_named(name)
        value = None if given is None else choice.clean(given)
        if (value == _value(choice) and _source(choice) == "kept") or (value is None and _source(choice) == "default"):
            continue
        if fixed := _fixed_by(choice):
            raise Conflict(
                f"{choice.name} is fixed by the environment variable {fixed}", hint=f"unset {fixed} to change it here"
            )
        wanted[choice] = value
    if wanted:
        _refuse_together(wanted)
        _store(wanted, by)
    return [choice.name for choice in wanted]


def _refuse_together(wanted: Mapping[Choice, Any]) -> None:
    """Refuse what can't be beside the other settings."""
    values = {
        choice.name: getattr(Settings, choice.name) if value is None else value for choice, value in wanted.items()
    }
    try:
        dataclasses.replace(config.current(), **values).originals_policy()
    except SettingRefused as error:
        raise InputError(error.message, hint=error.hint) from error


def differing(given: Mapping[str, str]) -> dict[str, object]:
    """Return what a form changes: of what it sends back, whatever is not in force already, or is none.

    An empty password stays as it is: the form never shows it.
    """
    changed: dict[str, object] = {}
    for name, text in given.items():
        choice = choice_named(name)
        if choice.kind == SECRET and not text:
            continue
        try:
            if choice.clean(text) == _value(choice):
                continue
        except InputError:
            pass  # told by `change_settings`
        changed[name] = text
    return changed


def _store(wanted: Mapping[Choice, Any], by: User | None) -> None:
    with transaction.atomic():  # the log first: a change that can't be logged is not made
        for choice, value in wanted.items():
            told = {"from": _value(choice), "to": value}
            told = dict.fromkeys(told, _HIDDEN) if choice.kind == SECRET else told
            note(by, "setting.change", kind="setting", target=choice.name, details=told)
            if choice.name == "sign_up":
                _store_policy(value)
        kept = {choice.name: value for choice, value in wanted.items() if choice.name != "sign_up"}
        if kept:
            config.keep(config.current().home, **kept)


def _store_policy(value: str | None) -> None:
    """Keep who may sign up: in the database since before there was a file for it."""
    if value is None:
        Note.objects.filter(key=SIGN_UP_NOTE).delete()
    else:
        Note.objects.update_or_create(key=SIGN_UP_NOTE, defaults={"value": {"policy": value}})


def _value(choice: Choice) -> Any:
    return policy().value if choice.name == "sign_up" else getattr(config.current(), choice.name)


def _fixed_by(choice: Choice) -> str:
    """Return the variable that fixes it; who may sign up is asked of the page before the environment."""
    return "" if choice.name == "sign_up" else config.fixed_by(choice.name)


def _source(choice: Choice) -> str:
    if choice.name == "sign_up":
        if Note.objects.filter(key=SIGN_UP_NOTE).exists():
            return "kept"
        return "environment" if config.fixed_by("sign_up") else "default"
    if config.fixed_by(choice.name):
        return "environment"
    return "kept" if choice.name in config.read_kept(config.current().home) else "default"


def _group_of(choice: Choice) -> str:
    return next(group for group, _label, choices in GROUPS if choice in choices)
