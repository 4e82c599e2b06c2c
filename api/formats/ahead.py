"""Lines read ahead: by a process of its own, while this one stores what was read before."""

import os
import pickle
import signal
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from api.formats.lines import Group, understood


def ahead(lines: Iterable[bytes]) -> Iterator[Group]:
    """Have `lines` read in groups by a second process, which begins now and is a group ahead at most.

    It is forked: nothing may be connected to a database yet, and no thread be running.
    """
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(lines, ours, theirs), daemon=True)
    process.start()
    theirs.close()
    return _received(ours, process)


def _received(ours: Connection, process: Any) -> Iterator[Group]:
    try:
        while True:
            told = pickle.loads(ours.recv_bytes())  # noqa: S301 (it is our own process that wrote it)
            if isinstance(told, BaseException):
                raise told
            if told is None:
                return
            yield told
    except EOFError:
        process.join()
        raise OSError(0, f"the process that reads it has ended ({process.exitcode})", "the import") from None
    finally:
        process.kill()
        process.join()


def _send(lines: Iterable[bytes], theirs: Connection, out: Connection) -> None:
    # While this process held the other end too, it would wait for ever for one that was killed to read on.
    theirs.close()
    # Who stops the command stops both, and the other one tells.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        for group in understood(lines, ahead=True):
            out.send_bytes(pickle.dumps(group, pickle.HIGHEST_PROTOCOL))
        out.send_bytes(pickle.dumps(None))
    except BrokenPipeError:
        os._exit(1)
    except Exception as error:
        out.send_bytes(pickle.dumps(error))
