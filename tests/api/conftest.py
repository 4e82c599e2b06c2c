"""What tests of the command line stand on: the `counterclaim` command over a fresh registry, in this process."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from click.testing import CliRunner, Result

from api import cli
from models.storage import database
from tests.checked import ROOT

SAMPLE = str(ROOT / "examples" / "sample.ndjson")

Command = Callable[..., Result]


class Stdin(BytesIO):
    """Standard input: it has a name that is no file's."""

    name = "<stdin>"


@pytest.fixture
def command(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run `counterclaim` over a fresh registry, or the database at `where`; the exit code has to be `code`."""

    def run(*arguments: str, code: int = 0, input: bytes = b"", where: str = url) -> Result:
        monkeypatch.setenv("DATABASE_URL", where)
        database.close()
        result = CliRunner().invoke(cli.main, arguments, input=Stdin(input))
        database.close()
        assert result.exit_code == code, result.output
        return result

    yield run
    database.close()
    database.disconnect()


def lines(*made: object) -> bytes:
    """Write NDJSON."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in made)
