"""What is shipped: installed without an index, released with what it is made of, told apart from the last release."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.checked import ROOT
from tests.live import wait
from tests.postgres import free_port

GIT, MAKE, PYTHON = (shutil.which(name) or "" for name in ("git", "make", "python3"))

#: Of a machine on which pip finds nothing but what it is pointed at.
OFFLINE = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_INDEX_URL": "http://127.0.0.1:1/",
    "PIP_RETRIES": "0",
    "PIP_NO_COMPILE": "1",  # half the time
}


def run(*command: object, folder: Path = ROOT, code: int = 0, **environment: str) -> str:
    """Run a command, which has to end with `code`; what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "MAKEFLAGS"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def checkout(folder: Path) -> Path:
    """Copy what is committed, or will be, to a new folder."""
    for name in run(GIT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_a_folder_of_wheels_is_enough_to_install_and_to_serve(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    run(MAKE, "wheels", f"WHEELS={wheels}")
    new = checkout(tmp_path / "new")
    # Without the folder there is nothing to install from.
    assert "No matching distribution" in run(MAKE, "install", folder=new, code=2, **OFFLINE)
    one = min(wheels.iterdir())
    whole = one.read_bytes()
    one.write_bytes(whole + b"otherwise")
    assert "DO NOT MATCH THE HASHES" in run(MAKE, "install", f"WHEELS={wheels}", folder=new, code=2, **OFFLINE)
    one.write_bytes(whole)
    run(MAKE, "install", f"WHEELS={wheels}", folder=new, **OFFLINE)
    address = f"http://127.0.0.1:{(port := free_port())}"
    environment = os.environ | OFFLINE | {"PORT": str(port), "DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    command = [MAKE, "serve", f"WHEELS={wheels}"]
    with subprocess.Popen(
        command, cwd=new, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait(address, server)
            assert httpx.get(f"{address}/v1/claims?limit=1").json()["items"]
        finally:
            server.terminate()


@pytest.mark.slow
def test_a_release_holds_what_it_is_made_of_and_is_the_same_each_time(tmp_path: Path) -> None:
    sums = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        run(ROOT / ".venv/bin/python" if (ROOT / ".venv").exists() else PYTHON, ".ci/release.py", folder)
        sums.append((folder / "SHA256SUMS").read_text())
        for line in sums[-1].splitlines():
            digest, name = line.split()
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert sums[0] == sums[1]

    committed = set(run(GIT, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as file:
        packed = {name for name in file.namelist() if name.startswith(("api/", "models/"))}
    assert packed == {name for name in committed if name.startswith(("api/", "models/"))}
    shutil.unpack_archive(source, tmp_path / "source", filter="data")
    (root,) = (tmp_path / "source").iterdir()
    assert {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} == committed

    licences = (folder / "licences.txt").read_text(encoding="utf-8")
    told = re.split(r"^={100}\n(.+)\n={100}\n", licences, flags=re.MULTILINE)[1:]
    texts = dict(zip((title.split()[0].lower().replace("_", "-") for title in told[::2]), told[1::2], strict=True))
    assert {"flask", "granian", "peewee", "psycopg", "nupunkt"} <= texts.keys()
    assert [name for name, text in texts.items() if len(text) < 200] == []


def test_what_changed_since_a_commit_or_the_last_release_is_told(tmp_path: Path) -> None:
    if not (ROOT / ".ci" / "node_modules" / ".ready").exists():
        pytest.skip("what compares contracts is not installed: `make contract` does that")

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        return run(GIT, *who, *arguments, folder=tmp_path)

    def put(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    def contract(*paths: str) -> str:
        get = {"operationId": "read", "responses": {"200": {"description": "It."}}}
        parts = {"parameters": {}, "responses": {}, "schemas": {}}
        return json.dumps({"openapi": "3.1.0", "paths": {path: {"get": get} for path in paths}, "components": parts})

    def changes(*since: str, code: int = 0) -> str:
        return run(PYTHON, ".ci/changes.py", *since, folder=tmp_path, code=code)

    for name in (".ci/changes.py", ".ci/compare.mjs"):
        put(name, (ROOT / name).read_text(encoding="utf-8"))
    (tmp_path / ".ci" / "node_modules").symlink_to(ROOT / ".ci" / "node_modules")
    put("openapi.yaml", contract("/one", "/two"))
    put("requirements.lock", "stays==1\ngoes==1\nrises==1.0\n")
    put("requirements-dev.lock", "stays==1\n")
    put("models/storage/migrations/0001_initial.py", "")
    put("CHANGELOG.md", "# Changelog\n\n## 1.0.0\n\n- What was.\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "Begin")
    assert "Nothing is released yet" in changes(code=1)
    assert "There is no commit nothing" in changes("nothing", code=1)
    nothing = changes("HEAD")
    assert nothing.count("no change") == 4
    assert "No client of that breaks" in nothing

    git("tag", "v1.0.0")
    put("openapi.yaml", contract("/one", "/three"))
    put("requirements.lock", "stays==1\nrises==1.1 ; python_version < '4'\nnew==2\n")
    put("models/storage/migrations/0001_initial.py", "# other\n")
    put("models/storage/migrations/0002_more.py", "")
    put("CHANGELOG.md", "# Changelog\n\n## 1.1.0\n\n- What is.\n\n## 1.0.0\n\n- What was.\n")
    told = changes()
    assert told.startswith("Changes since v1.0.0 (")
    for line in (
        *("Clients of that would break:", "remove /two", "add /three", "added new 2", "removed goes 1"),
        *("updated rises 1.0 to 1.1", "added: 0002_more.py", "changed, though it was released: 0001_initial.py"),
        *("## 1.1.0", "- What is."),
    ):
        assert line in told, told
    assert "What was" not in told
    assert "stays" not in told
