"""What a person can set, type or open is documented; an undocumented one fails here."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from kinora.config import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default() -> None:
    text = read("settings.md")
    for field in dataclasses.fields(Settings):
        name = f"KINORA_{field.name.upper()}"
        assert f"`{name}`" in text, f"docs/settings.md does not name {name}"
        assert field.metadata["help"] in text, f"docs/settings.md does not say what {name} is: {field.metadata['help']}"


def test_no_document_names_a_setting_that_does_not_exist() -> None:
    known = {f"KINORA_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for name in re.findall(r"`(KINORA_[A-Z_]+)`", path.read_text(encoding="utf-8")):
            assert name in known or name.removesuffix("_FILE") in known, (
                f"{path.name} names {name}, which is no setting"
            )


def test_every_verb_and_option_is_documented() -> None:
    from kinora.cli.main import program

    text = read("cli.md")
    for verb, command in program.commands.items():
        assert f"`kinora {verb}" in text, f"docs/cli.md does not name the verb {verb}"
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--"):
                    assert f"`{option}" in text, f"docs/cli.md does not name {option} of {verb}"


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} links to {target}, which is not there"


def test_version_stands_in_the_changelog() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert version
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
