"""Every setting: name, default, unit and meaning; each is read from the environment variable of its name."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from ipaddress import ip_address

from models.addresses import of_licence
from models.queries.parts import serve_from
from models.storage import database

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

#: Numbers for which 0 means that there is none.
_MAY_BE_ZERO = ("REQUESTS_PER_MINUTE", "KEY_REQUESTS_PER_MINUTE", "TRUSTED_PROXIES")
#: Texts that are one of a few words.
_WORDS = {"LOG_LEVEL": ("info", "warning", "error")}
#: An origin as browsers send it (RFC 6454, section 6.1): without the port that its scheme has anyway.
_ORIGIN = re.compile(
    r"(?:http(?!.*:80$)|https(?!.*:443$))://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?"
)
#: What HTTP takes unchanged behind `Bearer` (RFC 9110, section 5.5).
_TOKEN = re.compile("(?:[!-~](?:[ -~]*[!-~])?)?")


@dataclass(frozen=True)
class Settings:
    """What can be set from outside. The README's table of settings is tested against this class."""

    #: Where the registry is kept: sqlite:///path/to/file.db or postgresql://user:password@host/name.
    DATABASE_URL: str = "sqlite:///counterclaim.db"
    #: Hot standbys of a PostgreSQL database, to which reads go; a comma between two.
    DATABASE_REPLICA_URLS: str = ""
    #: By how many seconds a replica may lag before it is left out.
    REPLICA_LAG_SECONDS: int = 5
    #: How many connections each process opens to PostgreSQL, beside 12 for exports; how much it reads at once anywhere.
    DATABASE_CONNECTIONS: int = 20
    #: How many seconds a request, or each of its queries on PostgreSQL, may read, and a writer wait; then 503.
    DEADLINE_SECONDS: int = 5
    #: The IP address that `counterclaim serve` listens on.
    HOST: str = "127.0.0.1"
    #: The port that it listens on.
    PORT: int = 8000
    #: Where others reach it, as https://registry.example.org: each `uri` begins so; where empty, with http://HOST:PORT.
    BASE_URL: str = ""
    #: How many processes serve.
    PROCESSES: int = 2
    #: How many requests each process handles at once, slow clients included; threads are started as needed.
    THREADS: int = 192
    #: Whether reading needs no key; false closes the registry to all but key holders.
    PUBLIC_READS: bool = True
    #: Origins whose web pages may send keys (https://app.example.org); a comma between two. Any page may read.
    CORS_ORIGINS: str = ""
    #: The licence of the registry's own words, an SPDX id or a web address, to which each answer links.
    LICENCE: str = ""
    #: The largest request body, in bytes.
    MAX_BODY_BYTES: int = 1_048_576
    #: Over how many seconds a body that comes at less than 1 KiB a second is ended with 408.
    SLOW_BODY_SECONDS: int = 30
    #: How many requests a minute an address may make without a key, and for each 1,200 one read at a time; 0: no limit.
    REQUESTS_PER_MINUTE: int = 1200
    #: How many requests a minute a key may make, and for each 1,200 one read at a time; 0 is no limit.
    KEY_REQUESTS_PER_MINUTE: int = 12_000
    #: How many proxies of yours stand in front, each adding to X-Forwarded-For; 0 where clients connect directly.
    TRUSTED_PROXIES: int = 0
    #: The least that is logged: info has a line for each request, warning and error only what went wrong.
    LOG_LEVEL: str = "info"
    #: The bearer token with which Prometheus reads /metrics; empty turns it off.
    METRICS_TOKEN: str = ""

    @property
    def origins(self) -> list[str]:
        """List the origins of CORS_ORIGINS."""
        return _listed(self.CORS_ORIGINS)

    @property
    def origin(self) -> str:
        """Return the origin at which others reach it: BASE_URL, or else what it listens on."""
        return self.BASE_URL or self.listens_on

    @property
    def listens_on(self) -> str:
        """Return the address of HOST and PORT."""
        return f"http://{f'[{self.HOST}]' if ':' in self.HOST else self.HOST}:{self.PORT}"


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment. Raises ValueError that names a wrong one."""
    values = {}
    for setting in fields(Settings):
        if setting.name in environ:
            values[setting.name] = _parsed(setting.name, type(setting.default), environ[setting.name])
    return Settings(**values)  # type: ignore[arg-type]


def connect(config: Settings, *, waiting: bool = False) -> None:
    """Connect models to the database of `config`, and tell them its origin; `waiting` removes the deadlines.

    Raises ValueError for an address that is wrong.
    """
    database.connect(
        config.DATABASE_URL,
        replicas=_listed(config.DATABASE_REPLICA_URLS),
        limits=database.Limits(
            0 if waiting else config.DEADLINE_SECONDS, config.DATABASE_CONNECTIONS, config.REPLICA_LAG_SECONDS
        ),
    )
    serve_from(config.origin)


def _parsed(name: str, kind: type, text: str) -> str | int | bool:
    if text != text.encode(errors="ignore").decode():  # of other bytes Python makes halves of surrogate pairs
        raise ValueError(f"{name} is not in UTF-8.")
    if kind is bool:
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError(f"{name} is {text!r}: give true or false.")
        return text.lower() in _TRUE
    if kind is int:
        least, most = int(name not in _MAY_BE_ZERO), 65_535 if name == "PORT" else 999_999_999
        if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text) or not least <= int(text) <= most:
            raise ValueError(f"{name} is {text!r}: give a whole number from {least} to {most}.")
        return int(text)
    return _text(name, text)


def _text(name: str, text: str) -> str:
    if name == "HOST" and not _is_address(text):
        raise ValueError(f"HOST is {text!r}: give the IP address to listen on, as 127.0.0.1.")
    if name == "METRICS_TOKEN" and not _TOKEN.fullmatch(text):
        raise ValueError("METRICS_TOKEN has signs that no client can send: give ASCII, with no space at its ends.")
    if name == "BASE_URL":
        text = text.removesuffix("/")
    if name == "BASE_URL" and text and not _ORIGIN.fullmatch(text):
        raise ValueError(
            f"BASE_URL is {text!r}: give it as https://registry.example.org, in lower case, without a path."
        )
    if name == "CORS_ORIGINS" and (wrong := [origin for origin in _listed(text) if not _ORIGIN.fullmatch(origin)]):
        raise ValueError(
            f"CORS_ORIGINS names {wrong[0]!r}: give each origin as a browser sends it, in lower case, without a path "
            "and without the default port, as https://app.example.org."
        )
    if name == "LICENCE" and text and not of_licence(text):
        raise ValueError(f"LICENCE is {text!r}: give an SPDX id, as CC0-1.0, or the address of a page.")
    if name in _WORDS and text not in _WORDS[name]:
        raise ValueError(f"{name} is {text!r}: give one of {', '.join(_WORDS[name])}.")
    return text


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(text))
    return False


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
