"""Settings: the environment, kept choices, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinora import config
from kinora.config import Settings
from kinora.errors import SettingRefused


def test_unknown_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="KINORA_COLOUR is no setting"):
        Settings.from_env({"KINORA_COLOUR": "red", "KINORA_HOME": str(tmp_path)})


@pytest.mark.parametrize(("name", "text"), [("KINORA_PORT", "eighty"), ("KINORA_OCR", "maybe")])
def test_impossible_value_is_refused(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=name):
        Settings.from_env({name: text, "KINORA_HOME": str(tmp_path)})


def test_environment_values_take_their_type(tmp_path: Path) -> None:
    settings = Settings.from_env({"KINORA_HOME": str(tmp_path), "KINORA_PORT": "9000", "KINORA_OCR": "off"})
    assert (settings.port, settings.ocr, settings.home) == (9000, False, tmp_path.resolve())


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    settings = Settings.from_env({"KINORA_HOME": str(tmp_path), "KINORA_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.secret_key == "s3cret"
    assert settings.to_json()["secret_key"] == "***"


def test_ladder_heights_are_numbers_lowest_first(tmp_path: Path) -> None:
    assert Settings(home=tmp_path, ladder_heights="720, 240").heights() == (240, 720)
    with pytest.raises(SettingRefused, match="KINORA_LADDER_HEIGHTS"):
        Settings(home=tmp_path, ladder_heights="high").heights()


def test_kept_choices_count_until_the_environment_says_otherwise(tmp_path: Path) -> None:
    config.keep(tmp_path, speech_model="/models/small")
    home = {"KINORA_HOME": str(tmp_path)}
    assert Settings.from_env(home).speech_model == "/models/small"
    assert Settings.from_env({**home, "KINORA_SPEECH_MODEL": "off"}).speech_model == "off"


@pytest.mark.parametrize("text", ["{", "[]", '{"port": "1"}', '{"speech_model": 3}'])
def test_broken_kept_file_is_refused_with_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    with pytest.raises(SettingRefused, match=r"settings\.json"):
        Settings.from_env({"KINORA_HOME": str(tmp_path)})
