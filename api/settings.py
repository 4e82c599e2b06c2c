"""Every setting: name, default, unit and meaning; each is read from the environment variable of its name."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Settings:
    """What can be set from outside. The README's table of settings is tested against this class."""

    #: Where the registry is kept: sqlite:///path/to/file.db or postgresql://user:password@host/name.
    DATABASE_URL: str = "sqlite:///counterclaim.db"
    #: The address that `counterclaim serve` listens on.
    HOST: str = "127.0.0.1"
    #: The port that it listens on.
    PORT: int = 8000
    #: How many processes serve.
    PROCESSES: int = 2
    #: How many requests each process works on at once.
    THREADS: int = 4
    #: Whether reading needs no key; false closes the registry to all but key holders.
    PUBLIC_READS: bool = True
    #: The largest request body, in bytes.
    MAX_BODY_BYTES: int = 1_048_576


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment. Raises ValueError that names a wrong one."""
    given = {}
    for setting in fields(Settings):
        if setting.name in environ:
            given[setting.name] = _parsed(setting.name, type(setting.default), environ[setting.name])
    return Settings(**given)  # type: ignore[arg-type]


def _parsed(name: str, kind: type, text: str) -> str | int | bool:
    if kind is bool:
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError(f"{name} is {text!r}: give true or false.")
        return text.lower() in _TRUE
    if kind is int:
        most = 65_535 if name == "PORT" else 999_999_999
        if not re.fullmatch(r"[1-9][0-9]{0,8}", text) or int(text) > most:
            raise ValueError(f"{name} is {text!r}: give a whole number from 1 to {most}.")
        return int(text)
    return text
