"""The catalogues are complete, in step with the sources, and say the same values."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
TAG = re.compile(r"</?(\w+)")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kinora_messages", ROOT / "web" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def said(messages: ModuleType) -> set[object]:
    return {message.id for message in messages.template_catalog() if message.id}


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_catalogue_is_complete_and_in_step_with_the_sources(messages, said, language):
    catalog = messages.read_catalogue(language)
    whole = {m.id for m in catalog if m.id and m.string and (isinstance(m.string, str) or all(m.string))}
    assert not said - whole, f"not translated ({language}); run `make messages` and fill in {said - whole}"
    assert not {m.id for m in catalog if m.id} - said, "no source says these any more; run `make messages`"
    assert not [m.id for m in catalog if m.id and m.fuzzy]


@pytest.mark.parametrize("language", ["de", "fr"])
def test_translations_carry_the_values_and_the_markup_of_their_source(messages, language):
    wrong = []
    for message in messages.read_catalogue(language):
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        told = [message.string] if isinstance(message.string, str) else list(message.string)
        for source, translation in zip(sources, told, strict=True):
            for pattern in (PLACEHOLDER, TAG):
                if sorted(pattern.findall(source)) != sorted(pattern.findall(translation)):
                    wrong.append((source, translation))
            if '"' in translation and '"' not in source:
                wrong.append((source, translation))  # it would end an attribute
    assert not wrong


@pytest.mark.parametrize("language", ["de", "fr"])
def test_what_is_compiled_is_what_the_catalogue_says(messages, language):
    path = messages.catalogue_path(language)
    assert path.with_suffix(".mo").read_bytes() == messages.compile_catalogue(messages.read_catalogue(language))


def test_scripts_words_are_listed(messages):
    said = {str(text) for where, text in messages.extracted() if where.endswith(".ts")}
    assert set(messages.SCRIPTS.read_text(encoding="utf-8").split("\n")) - {""} == said
