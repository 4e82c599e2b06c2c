"""Clients that are generated from openapi.yaml do the whole round without a cast, in Python and in TypeScript."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import live
from tests.checked import ROOT

PROGRAMS = Path(__file__).with_name("clients")
NODE_MODULES = ROOT / ".ci" / "node_modules"

#: What a program would write to say that it knows a type better than the contract does.
CASTS = {
    "whole_round.py": r"\bcast\(|\bAny\b|# type:|# noqa",
    "whole_round.ts": r"\bas\b|\bany\b|@ts-|(?<!\w)<\w+>|\w!",
}


#: Imports each module of the client: one that the program does not use may be broken too.
IMPORTS = """
import importlib, pkgutil, counterclaim_client
for module in pkgutil.walk_packages(counterclaim_client.__path__, "counterclaim_client."):
    importlib.import_module(module.name)
"""


def run(folder: Path, *command: object) -> str:
    """Run a command in `folder`, and return what it printed once it has ended well."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Python program and the client that was generated for it, whose types are right."""
    folder = tmp_path_factory.mktemp("python")
    # The generator knows no lines of JSON: a client sends them as the bytes they are.
    (folder / "config.yaml").write_text(
        "content_type_overrides: {application/x-ndjson: application/octet-stream}\npost_hooks: []\n", encoding="utf-8"
    )
    options = ("--config", "config.yaml", "--output-path", "counterclaim_client", "--meta", "none")
    generator = Path(sys.executable).with_name("openapi-python-client")
    told = run(folder, generator, "generate", "--path", ROOT / "openapi.yaml", *options)
    assert "WARNING parsing" not in told, told
    run(folder, sys.executable, "-c", IMPORTS)
    shutil.copy(PROGRAMS / "whole_round.py", folder)
    # The client itself need not be strict: it is not ours.
    run(folder, sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "whole_round.py")
    return folder


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the TypeScript program, compiled over the types that were generated for it."""
    if not (NODE_MODULES / ".ready").exists():
        pytest.skip("the compiler of TypeScript is not installed: `make contract` does that")
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    shutil.copy(PROGRAMS / "whole_round.ts", folder)
    tools = NODE_MODULES / ".bin"
    run(folder, tools / "openapi-typescript", ROOT / "openapi.yaml", "--output", "contract.ts")
    options = "--strict --skipLibCheck --target es2022 --module nodenext --lib es2022,dom,dom.iterable"
    run(folder, tools / "tsc", *options.split(), "whole_round.ts")
    return folder


def served(url: str, folder: Path, *command: object) -> None:
    """Run a program against a server over the registry at `url`, which is empty."""
    key = live.command(url, "key", "create", "--name", "generated client", "--scope", "admin").strip()
    with live.serving(url, PROCESSES="1") as address:
        run(folder, *command, address, key)


# One database each: what is answered is the same over both, which other tests hold.
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_python_goes_the_whole_round(python: Path, url: str) -> None:
    served(url, python, sys.executable, "whole_round.py")


@pytest.mark.slow
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_typescript_goes_the_whole_round(typescript: Path, url: str) -> None:
    served(url, typescript, "node", "whole_round.js")


@pytest.mark.parametrize("name", CASTS)
def test_no_program_casts(name: str) -> None:
    code = re.sub(r'(?m)^//.*$|"[^"\n]*"', "", (PROGRAMS / name).read_text(encoding="utf-8"))
    assert not re.findall(CASTS[name], code)
