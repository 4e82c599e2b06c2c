"""Every setting is read from the environment, and a wrong one is named."""

import dataclasses

import pytest

from api.app import create_app
from api.settings import Settings, read


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read({}) == Settings()
    assert Settings().PUBLIC_READS
    assert (Settings().HOST, Settings().PORT) == ("127.0.0.1", 8000)
    assert Settings().MAX_BODY_BYTES == 1024 * 1024


def test_reads_each_setting_from_the_variable_of_its_name() -> None:
    given = {
        "DATABASE_URL": "postgresql://somebody@db.example.org/claims",
        "DATABASE_REPLICA_URLS": "postgresql://one/claims,postgresql://two/claims",
        "REPLICA_LAG_SECONDS": "2",
        "DATABASE_CONNECTIONS": "10",
        "DEADLINE_SECONDS": "3",
        "HOST": "::",
        "PORT": "9000",
        "BASE_URL": "https://registry.example.org",
        "PROCESSES": "4",
        "THREADS": "16",
        "PUBLIC_READS": "false",
        "CORS_ORIGINS": "https://app.example.org, http://localhost:3000",
        "LICENCE": "CC0-1.0",
        "MAX_BODY_BYTES": "1000",
        "SLOW_BODY_SECONDS": "60",
        "REQUESTS_PER_MINUTE": "0",
        "KEY_REQUESTS_PER_MINUTE": "600",
        "TRUSTED_PROXIES": "2",
        "LOG_LEVEL": "warning",
        "METRICS_TOKEN": "of the operator",
    }
    assert set(given) == {setting.name for setting in dataclasses.fields(Settings)}
    told = dataclasses.astuple(read(given))
    assert told == (
        *(given["DATABASE_URL"], given["DATABASE_REPLICA_URLS"], 2, 10, 3),
        *("::", 9000, "https://registry.example.org", 4, 16, False, given["CORS_ORIGINS"], "CC0-1.0", 1000, 60),
        *(0, 600, 2, "warning", "of the operator"),
    )
    assert read(given | {"SOMETHING_ELSE": "x", "port": "1"}).PORT == 9000


def test_the_origin_is_what_the_registry_is_reached_at_or_else_what_it_listens_on() -> None:
    assert Settings().origin == Settings().listens_on == "http://127.0.0.1:8000"
    assert read({"HOST": "::1", "PORT": "9000"}).origin == "http://[::1]:9000"
    based = read({"BASE_URL": "https://a.example.org:8443"})
    assert (based.origin, based.listens_on) == ("https://a.example.org:8443", "http://127.0.0.1:8000")
    assert read({"BASE_URL": "https://a.example.org/"}).origin == "https://a.example.org"
    for wrong in ("a.example.org", "https://a.example.org//", "https://a.example.org/v1", "https://A.example.org", "'"):
        with pytest.raises(ValueError, match="BASE_URL"):
            read({"BASE_URL": wrong})
    with pytest.raises(ValueError, match="LICENCE"):
        read({"LICENCE": "yours to use"})


def test_origins_are_written_as_a_browser_sends_them() -> None:
    assert read({"CORS_ORIGINS": " https://a.example.org ,http://[::1]:3000,"}).origins == [
        "https://a.example.org",
        "http://[::1]:3000",
    ]
    for wrong in (
        *(
            "*",
            "null",
            "a.example.org",
            "https://a.example.org//",
            "https://A.example.org",
            "https://a.example.org:443",
        ),
        *("http://a.example.org:80", "https://a.example.org/app", "ftp://a.example.org", "https://", "https://*.org"),
    ):
        with pytest.raises(ValueError, match="CORS_ORIGINS"):
            read({"CORS_ORIGINS": f"https://b.example.org,{wrong}"})


@pytest.mark.parametrize("text", ["1", "true", "True", "YES", "on"])
def test_says_yes_in_many_ways(text: str) -> None:
    assert read({"PUBLIC_READS": text}).PUBLIC_READS


@pytest.mark.parametrize("text", ["0", "false", "False", "NO", "off"])
def test_says_no_in_many_ways(text: str) -> None:
    assert not read({"PUBLIC_READS": text}).PUBLIC_READS


@pytest.mark.parametrize("text", ["", "maybe", "2", " true", "nope", "null"])
def test_refuses_to_guess_at_a_switch(text: str) -> None:
    with pytest.raises(ValueError, match="PUBLIC_READS"):
        read({"PUBLIC_READS": text})


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1e3", "8000 ", "٣", "³", "0x10", "1_000", "many", "9" * 5000])
def test_refuses_a_number_that_is_none(text: str) -> None:
    for name in ("PORT", "PROCESSES", "THREADS", "MAX_BODY_BYTES"):
        with pytest.raises(ValueError, match=name):
            read({name: text})


def test_a_limit_of_0_is_none_and_a_level_is_a_word_of_three() -> None:
    assert read({"REQUESTS_PER_MINUTE": "0", "TRUSTED_PROXIES": "0"}).REQUESTS_PER_MINUTE == 0
    for wrong in ("INFO", "", "debug", "1"):
        with pytest.raises(ValueError, match="LOG_LEVEL"):
            read({"LOG_LEVEL": wrong})


def test_refuses_a_port_that_no_machine_has() -> None:
    assert read({"PORT": "65535"}).PORT == 65535
    with pytest.raises(ValueError, match="PORT"):
        read({"PORT": "65536"})


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1 ", "127.1"])
def test_refuses_a_host_that_is_no_address(host: str) -> None:
    assert read({"HOST": "::1"}).HOST == "::1"
    with pytest.raises(ValueError, match="HOST"):
        read({"HOST": host})


@pytest.mark.parametrize("token", ["s\udcffcret", "sécret", " secret", "secret\n", "se\tcret"])
def test_refuses_a_token_that_nobody_can_send_and_does_not_tell_it(token: str) -> None:
    with pytest.raises(ValueError, match="METRICS_TOKEN") as error:
        read({"METRICS_TOKEN": token})
    assert "cret" not in str(error.value)


@pytest.mark.parametrize("name", ["DATABASE_URL", "BASE_URL", "LOG_LEVEL"])
def test_refuses_what_is_not_in_utf_8(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} is not in UTF-8.$"):
        read({name: "sqlite:///\udcff.db"})


@pytest.mark.parametrize("url", ["", "mysql://localhost/a", "sqlite:relative.db", "sqlite://a.db", "claims.db"])
def test_refuses_a_database_of_another_kind(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        create_app(Settings(DATABASE_URL=url))


@pytest.mark.parametrize("end", ["?mode=ro", "#1"])
def test_refuses_an_address_of_a_file_with_more_than_its_path(end: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL has a"):
        create_app(Settings(DATABASE_URL=f"sqlite:///a.db{end}"))


def test_an_error_does_not_tell_a_password() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as error:
        create_app(Settings(DATABASE_URL="mysql://user:hunter2@localhost/a"))
    assert "hunter2" not in str(error.value)
