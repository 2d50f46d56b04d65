"""Bring the catalogues of translations in step with the sources, and compile them. Run it by `make messages`."""

from __future__ import annotations

import re
import sys
from ast import literal_eval
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "kinora"
SCRIPTS = PACKAGE / "locale" / "scripts.txt"
LANGUAGES = ("de", "fr")
_NAMES = {
    "gettext": None, "gettext_lazy": None, "_": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
}  # fmt: skip
_LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(rf"\b(n?gettext|_)\(u?({_LITERAL})(?:,\s*u?({_LITERAL}))?", re.S)

Message = tuple[str, str | tuple[str, str]]  # the file and what it says, singular and plural where it counts


def messages_of_template(path: Path) -> Iterator[str | tuple[str, str]]:
    """Yield what a template has translated."""
    for found in _TEMPLATE_CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
        one = literal_eval(found[2])
        yield (one, literal_eval(found[3])) if found[3] else one


def extracted() -> Iterator[Message]:
    """Yield every message of templates, Python and TypeScript, in an order that stays."""
    for path in sorted(PACKAGE.rglob("site/templates/**/*.html")):
        for said in messages_of_template(path):
            yield path.relative_to(ROOT).as_posix(), said
    for folder, suffix, reader, names in (
        (PACKAGE, "py", extract_python, _NAMES),
        (ROOT / "web" / "src", "ts", extract_javascript, {"t": None, "tn": (1, 2)}),
    ):
        for path in sorted(folder.rglob(f"*.{suffix}")):
            options = {"encoding": "utf-8"} if suffix == "py" else {"encoding": "utf-8", "template_string": "true"}
            for _line, name, said, _notes in reader(BytesIO(path.read_bytes()), list(names), [], options):
                texts = said if isinstance(said, tuple) else (said,)
                is_plural = names[name] is not None and len(texts) > 1
                if texts[0] and (not is_plural or texts[1]):
                    yield path.relative_to(ROOT).as_posix(), (texts[0], texts[1]) if is_plural else texts[0]


def template_catalog() -> Catalog:
    """Return the sources' messages without translations."""
    catalog = Catalog(project="Kinora", charset="utf-8", fuzzy=False)
    for where, said in extracted():
        catalog.add(said, locations=[(where, None)])
    return catalog


def catalogue_path(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compile_catalogue(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(language: str) -> int:
    """Merge what the sources say into one language's catalogue, compile it; return how many are left to translate."""
    catalog = read_catalogue(language)
    written = catalog.creation_date
    catalog.update(template_catalog(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = written  # the day it was begun: a round without a new word leaves no difference
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, ignore_obsolete=True)
    path.with_suffix(".mo").write_bytes(compile_catalogue(catalog))
    return sum(1 for message in catalog if message.id and not (message.string and all(message.string)))


def write_script_list() -> None:
    """Write which messages scripts say, for the pages that carry them."""
    said = sorted({str(text) for where, text in extracted() if where.endswith(".ts")})
    SCRIPTS.write_text("\n".join(said) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_script_list()
    left = {language: update(language) for language in LANGUAGES}
    print(", ".join(f"{language}: {number} to translate" for language, number in left.items()))
    sys.exit(any(left.values()))
