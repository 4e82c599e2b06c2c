"""The lock among processes: whoever waits for it has it next."""

import threading
import time
from pathlib import Path

import pytest

from models.storage.file_lock import FileLock


def test_who_releases_the_lock_cannot_overtake_who_waits_for_it(tmp_path: Path) -> None:
    order: list[str] = []
    mine, other = FileLock(str(tmp_path / "x")), FileLock(str(tmp_path / "x"))

    def wait() -> None:
        other.acquire(20)
        order.append("other")
        other.release()

    thread = threading.Thread(target=wait)
    mine.acquire(5)
    thread.start()
    time.sleep(0.2)  # long enough for it to stand next in line
    mine.release()
    mine.acquire(20)
    order.append("mine")
    mine.release()
    thread.join(20)
    assert order == ["other", "mine"]
    mine.close()
    other.close()


def test_those_who_share_the_lock_keep_nobody_out_who_wants_it_alone(tmp_path: Path) -> None:
    one, other, alone = (FileLock(str(tmp_path / "x")) for _ in range(3))
    one.acquire(5, shared=True)
    other.acquire(5, shared=True)
    other.release()
    thread = threading.Thread(target=alone.acquire, args=(20,))
    thread.start()
    time.sleep(0.2)  # long enough for it to stand next in line
    with pytest.raises(TimeoutError):
        other.acquire(0.1, shared=True)
    one.release()
    thread.join(20)
    for lock in (one, other, alone):
        lock.close()


def test_who_waits_can_be_told_not_to(tmp_path: Path) -> None:
    held, lock = FileLock(str(tmp_path / "x")), FileLock(str(tmp_path / "x"))
    held.acquire(5)
    cancelling = threading.Timer(0.1, lambda: setattr(lock, "cancelled", True))
    cancelling.start()
    with pytest.raises(TimeoutError):
        lock.acquire(60)
    cancelling.join()
    held.close()
    lock.close()
