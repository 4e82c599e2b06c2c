"""What the kernel is told of answers that nobody reads, with real sockets."""

import socket
import threading
import time
from contextlib import suppress

import pytest

from api.middleware.slow_clients import in_parts
from api.middleware.unread import close_unread

pytestmark = pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the kernel is not Linux")


def test_a_connection_whose_client_takes_nothing_is_closed_and_a_slow_one_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        close_unread(listener.getsockname()[1], 2).join(10)
        ended: dict[str, BaseException | None] = {}

        def send(name: str, connection: socket.socket) -> None:
            with connection:
                connection.settimeout(20)
                try:
                    connection.sendall(b"x" * 1_000_000)
                    ended[name] = None
                except OSError as error:
                    ended[name] = error

        def connected(name: str) -> tuple[socket.socket, threading.Thread]:
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(listener.getsockname())
            thread = threading.Thread(target=send, args=(name, listener.accept()[0]))
            thread.start()
            return client, thread

        (unread, first), (slow, second) = connected("unread"), connected("slow")
        with unread, slow:
            began, taken = time.monotonic(), 0
            while time.monotonic() < began + 6:
                taken += len(slow.recv(4096))
                time.sleep(0.1)
            assert isinstance(ended.pop("unread", None), TimeoutError), ended
            assert ended == {}
            while taken < 1_000_000:
                taken += len(slow.recv(65536))
            first.join()
            second.join()
        assert ended == {"slow": None}


def test_the_kernel_takes_little_of_what_it_cannot_send_yet() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        close_unread(listener.getsockname()[1], 2).join(10)
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        with client, listener.accept()[0] as connection:
            connection.settimeout(0.5)
            taken = 0
            with suppress(TimeoutError):
                while taken < 2_000_000:
                    taken += connection.send(b"x" * 65536)
        assert taken < 512 * 1024


def test_an_answer_whose_reader_falls_far_behind_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("api.middleware.slow_clients.monotonic", lambda: now[0])
    whole = bytes(range(256)) * 4096
    assert b"".join(in_parts(whole)) == whole
    # In time, at 8 KiB a second and two minutes beside.
    parts, taken = in_parts(whole), b""
    for part in parts:
        taken += part
        now[0] = 119 + len(taken) / 8192
    assert taken == whole
    now[0] = 0.0
    parts = in_parts(whole)
    taken = next(parts)
    now[0] = 121 + len(taken) / 8192
    assert next(parts, None) is None
