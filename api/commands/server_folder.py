"""The temporary folder of files that the processes of one server share: it ends with them, be they killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: What the folders of servers are called, and nothing else that may lie beside them.
_PREFIX = "counterclaim-server-"


@contextmanager
def server_folder() -> Iterator[Path]:
    """Make a folder, locked while it is used; those that servers of this user left when they were killed are removed.

    The kernel ends a `flock` with the last process that has it, a server's own or one of those that it forked.
    """
    _remove_abandoned()
    folder, lock = _locked_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder() -> tuple[Path, int]:
    """Make a folder and lock it; another one where a server that started then took it for abandoned."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            lock = _opened(folder)
            with suppress(OSError):  # where a file system locks no folder, nobody can remove it either
                fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = _opened(folder)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
            finally:
                os.close(lock)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
