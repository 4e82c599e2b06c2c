"""SQLite's file is moved away, can only be read for a while, or has no room beside it."""

import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.client import Answer, Client
from tests.faults.server import Server
from tests.live import COUNTERCLAIM

Served = Callable[..., Server]

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def disk(url: str, tmp_path: Path) -> Iterator[Path]:
    """A small disk with the registry on it, at the path that `url` names by a link."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    if _ran("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder):
        pytest.skip("nothing may be mounted here")
    shutil.copy(_path(url), folder / "registry.db")
    _path(url).unlink()
    _path(url).symlink_to(folder / "registry.db")
    yield folder
    _until_done("umount", folder)


def _ran(*command: str | Path) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


def _until_done(*command: str | Path) -> None:
    """Run it until it succeeds: a process that was killed may hold its files a little longer."""
    until = time.monotonic() + 60
    while _ran(*command):
        assert time.monotonic() < until, command
        time.sleep(0.05)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        while room := shutil.disk_usage(disk).free:
            file.write(bytes(min(room, 65_536)))
    return ballast


def _write(client: Client, slug: str) -> Answer:
    return client.post("/v1/topics", {"slug": slug, "label": "S"})


def test_a_file_that_was_moved_away_is_not_written_and_none_is_made_in_its_place(
    url: str, served: Served, key: Callable[..., str]
) -> None:
    server, secret = served(PROCESSES="2"), key("write")
    path = _path(url)
    moved = path.with_name("moved.db")
    assert _write(server.client(secret), "before").status == 201
    path.rename(moved)

    def ask(number: int) -> Counter[str]:
        client, answers = Client(server.port, secret), Counter[str]()
        answers[f"ready {client.get('/readyz').status}"] += 1
        answers[f"export {client.get('/v1/exports/topics').status}"] += 1
        write = _write(client, f"gone-{number}")
        answers[f"write {write.status} {write.headers['Retry-After']}"] += 1
        client.close()
        return answers

    def all_answers() -> set[str]:
        with ThreadPoolExecutor(4) as pool:
            return {answer for answers in pool.map(ask, range(20)) for answer in answers}

    assert all_answers() == {"ready 503", "export 503", "write 503 1"}
    assert not path.exists()
    shutil.copy(moved, path)
    assert all_answers() == {"ready 503", "export 503", "write 503 1"}, "another file in its place is not it"
    path.unlink()
    moved.rename(path)
    assert all_answers() == {"ready 200", "export 200", "write 201 None"}


def test_a_file_that_could_only_be_read_when_it_was_opened_is_written_when_it_can_be(
    url: str, disk: Path, served: Served, key: Callable[..., str]
) -> None:
    secret, server = key("write"), served(PROCESSES="2")
    assert _write(server.client(secret), "before").status == 201
    server.kill()  # a stop would take away what SQLite needs beside the file
    _until_done("mount", "-o", "remount,ro", disk)
    server.start()

    def read(_: int) -> int:
        client = Client(server.port)
        status = client.get("/v1/claims").status
        client.close()
        return status

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(read, range(100))) == {200}
        assert {_write(server.client(secret), f"meanwhile-{number}").status for number in range(10)} == {503}
        assert _ran("mount", "-o", "remount,rw", disk) == 0
        reading = pool.map(read, range(400))
        written = {_write(server.client(secret), f"after-{number}").status for number in range(20)}
        assert set(reading) == {200}
    assert written == {201}


def test_a_disk_that_fills_before_anybody_asks_is_read(
    url: str, disk: Path, served: Served, key: Callable[..., str]
) -> None:
    secret, server = key("write"), served(start=False, PROCESSES="2")
    server.launch()
    client, began = server.client(secret), time.monotonic()
    while not _answers(client, "/healthz"):
        assert time.monotonic() < began + 20
        time.sleep(0.02)
    # Each process opens the file before it is asked.
    while len(_holders(url)) < 2:
        assert time.monotonic() < began + 20
        time.sleep(0.02)
    ballast = _fill(disk)
    assert [client.get(path).status for path in ("/v1/claims", "/v1/topics", "/readyz") * 5] == [200] * 15
    assert {_write(client, "full").status} <= {503, 507}
    ballast.unlink()
    assert _write(client, "room").status == 201
    server.kill()
    for end in ("-wal", "-shm"):
        Path(f"{disk / 'registry.db'}{end}").unlink()
    began = time.monotonic()
    # What the killed held of the files just unlinked comes back when the last of them is gone.
    while shutil.disk_usage(disk).used > (disk / "registry.db").stat().st_blocks * 512:
        assert time.monotonic() < began + 20
        time.sleep(0.02)
    _fill(disk)
    server.launch().wait(20)
    last = server.said().splitlines()[-1]
    assert last.startswith(f"Error: the disk of {disk / 'registry.db'} is full"), last


def test_a_registry_whose_server_nobody_has_asked_yet_is_not_replaced(url: str, served: Served, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    shutil.copy(_path(url), backup)
    server = served(start=False, PROCESSES="1")
    server.launch()
    began = time.monotonic()
    while not _holders(url):
        assert time.monotonic() < began + 20
        time.sleep(0.02)
    restored = subprocess.run(
        [COUNTERCLAIM, "restore", "--force", backup],
        env=os.environ | {"DATABASE_URL": url},
        check=False,
        capture_output=True,
        text=True,
    )
    assert restored.returncode != 0
    assert "stop the server first" in restored.stderr


def _answers(client: Client, path: str) -> bool:
    try:
        return client.get(path).status == 200
    except Exception:
        return False


def _holders(url: str) -> set[int]:
    """Which processes have what stands beside the file open, the commands that come and go left out."""
    beside = f"{_path(url).resolve()}-shm"
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            files = {str(file.readlink()) for file in (process / "fd").iterdir()}
            if beside in files and b"serve" in command:
                found.add(int(process.name))
        except OSError:
            continue
    return found
