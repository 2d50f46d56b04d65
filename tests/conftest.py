"""What every test shares: a home of its own, before Django reads its settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings as django_settings
from django.db import connection
from tests.tables import copy_tables

from kinora import config
from kinora.library.moderation.counters import counters
from kinora.library.setup import make_home

_home = Path(tempfile.mkdtemp(prefix="kinora-tests-"))
for name in [name for name in os.environ if name.startswith("KINORA_") and name != "KINORA_DATABASE_URL"]:
    del os.environ[name]
os.environ["KINORA_HOME"] = str(_home)
# Named here and not in pyproject.toml: read from there, Django would look at its settings before the lines above.
os.environ["DJANGO_SETTINGS_MODULE"] = "kinora.library.django_settings"
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's own thread

django.setup()
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow hash proves nothing here
make_home(config.current())

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the real clips where they are absent."""
    if (SHARED / "media").is_dir():
        return
    skip = pytest.mark.skip(reason="the real clips are not on this machine")
    for item in items:
        if "media" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Begin the tests' database with tables that are there."""
    if connection.vendor == "sqlite":
        copy_tables(Path(connection.settings_dict["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Tell pytest-django to use the database that was put there."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """Return the folder of real clips; tests that use it are marked `media`."""
    return SHARED / "media"


@pytest.fixture(scope="session")
def hostile_files() -> Path:
    """Return the folder of broken and malicious files; tests that use it are marked `media`."""
    return SHARED / "hostile"


@pytest.fixture(autouse=True)
def _nobody_was_counted() -> None:
    """Forget what earlier tests were counted for: they share the home and give the same numbers to other people."""
    if (config.current().home / "counters.sqlite3").exists():
        counters().clear()


@pytest.fixture
def home() -> Path:
    """Return the home that this test run uses."""
    return _home
