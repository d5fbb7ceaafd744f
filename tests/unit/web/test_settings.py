"""Settings come from the environment once, and say what is wrong with them."""

import logging

import pytest

from web.settings import SettingNotValid, Settings, read_settings


def test_without_variables_there_are_the_defaults() -> None:
    assert read_settings({"PATH": "/bin"}) == Settings()
    assert Settings().origin == "http://127.0.0.1:8000"


def test_variables_are_read_by_their_names() -> None:
    settings = read_settings(
        {"LOTONE_PORT": "9000", "LOTONE_PUBLIC_URL": "https://shop.example/", "LOTONE_REAL_DATA": "/data"}
    )

    assert settings == Settings(port=9000, public_url="https://shop.example/")
    assert settings.origin == "https://shop.example"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LOTONE_PORT", "80a"),
        ("LOTONE_PORT", "65536"),
        ("LOTONE_WORKER_SLOTS", "0"),
        ("LOTONE_LOG_LEVEL", "loud"),
        ("LOTONE_SECRET_KEY", "short"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingNotValid) as refusal:
        read_settings({variable: value})

    assert refusal.value.facts["setting"] == variable


def test_an_unknown_setting_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert read_settings({"LOTONE_PROT": "1"}) == Settings()

    assert "LOTONE_PROT" in caplog.text
