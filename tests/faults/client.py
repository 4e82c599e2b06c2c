"""A lean HTTP client for load and faults: one kept-alive connection, and a cut told apart from an answer."""

import contextlib
import http.client
import select
import socket
from dataclasses import dataclass
from typing import Any

import orjson


class Cut(Exception):
    """The connection broke before the whole answer was there: whether the request was done is not known."""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return orjson.loads(self.data)

    @property
    def text(self) -> str:
        """The body as far as a failed assertion should print it."""
        return self.data[:2000].decode("utf-8", "replace")


class Client:
    """A client of the server on a loopback port; not to be shared between threads."""

    def __init__(self, port: int, key: str | None = None, timeout: float = 30) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request, a body as JSON, headers by keyword (`If_Match=…`). Raises Cut."""
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        if self._was_hung_up_on():
            self._connection.close()
        try:
            # A server that refuses a body before it has read it may hang up while it is sent: the answer is there.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._connection.request(method, path, data, sent)
            got = self._connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Cut(f"{type(error).__name__}: {error}") from error
        if data is not None and answer.status >= 400:
            # A server that refuses before it has read the body may hang up, and a client starts anew.
            self._connection.close()
        return answer

    def _was_hung_up_on(self) -> bool:
        """Whether the server has closed the kept connection meanwhile, as it may: nothing was sent, nothing is lost."""
        kept = self._connection.sock
        return kept is not None and bool(select.select([kept], [], [], 0)[0])

    def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Create."""
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any, etag: str) -> Answer:
        """Change what has this ETag."""
        return self.send("PATCH", path, body, If_Match=etag)

    def delete(self, path: str, etag: str) -> Answer:
        """Retract what has this ETag."""
        return self.send("DELETE", path, If_Match=etag)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def raw(port: int, request: bytes, *, timeout: float = 10, more: bytes = b"") -> bytes:
    """Send bytes as they are, perhaps `more` after them, and read until the server hangs up or `timeout`.

    Give `Connection: close` in the request, or wait for the whole timeout.
    """
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        # Where the server hangs up on us, or says nothing more, what it said before counts: also while we still send.
        with contextlib.suppress(OSError):
            connection.sendall(request)
            connection.sendall(more)
        with contextlib.suppress(OSError):
            while part := connection.recv(65536):
                answer += part
    return answer


def status_of(answer: bytes) -> int:
    """The status of a raw answer; 0 where there is none."""
    first = answer.split(b"\r\n", 1)[0].split()
    return int(first[1]) if len(first) > 1 and first[0].startswith(b"HTTP/") else 0
