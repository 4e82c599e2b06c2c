"""Places of requests and of large answers: what is left to others, and to who asks whether the server is alive."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from api.middleware import slow_clients, wsgi
from api.middleware.wsgi import ALIVE, Middleware
from api.settings import Settings


class _Closing(list[bytes]):
    """An answer that is given up once."""

    closed = 0

    def close(self) -> None:
        """Count it."""
        self.closed += 1


class _Failing(list[bytes]):
    """An answer that fails when it is given up."""

    def close(self) -> None:
        """Fail."""
        raise RuntimeError


def test_who_asks_whether_it_is_alive_waits_for_no_other_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "SHORTLY", 0.05)
    waiting, ending = threading.Semaphore(0), threading.Event()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/fails":
            raise RuntimeError
        if environ["PATH_INFO"] == "/waits":
            waiting.release()
            ending.wait(20)
        start_response("200 OK", [("Content-Length", "0")])
        return _Failing() if environ["PATH_INFO"] == "/fails late" else []

    client = Client(Middleware(app, Settings(THREADS=3)))
    threads = [threading.Thread(target=lambda: Client(client.application).get("/waits")) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert all(waiting.acquire(timeout=10) for _ in threads)
        refused = client.get("/v1/claims")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert client.get(ALIVE).status_code == 200
    finally:
        ending.set()
        for thread in threads:
            thread.join()
    # Each gives back what it held, also one that fails.
    for path in ["/fails", "/fails late"] * 4:
        try:
            client.get(path)
        except RuntimeError:
            continue
        raise AssertionError
    assert [client.get("/v1/claims").status_code for _ in range(4)] == [200] * 4


@pytest.mark.parametrize(("method", "told"), [("GET", (503, True)), ("POST", (201, False)), ("HEAD", (201, True))])
def test_a_caller_leaves_so_many_large_answers_unread_and_no_more(
    monkeypatch: pytest.MonkeyPatch, method: str, told: tuple[int, bool]
) -> None:
    monkeypatch.setattr(wsgi, "SHORTLY", 0.05)
    large, answers = b"x" * (slow_clients.LARGE + 1), list[_Closing]()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("201 CREATED", [("Content-Length", str(len(large))), ("Location", "/v1/documents/1")])
        answers.append(_Closing([b"" if environ["REQUEST_METHOD"] == "HEAD" else large]))
        return answers[-1]

    middleware = Middleware(app, Settings())

    def sent(method: str) -> tuple[Any, int, Any]:
        parts, status, headers = run_wsgi_app(middleware, EnvironBuilder(method=method).get_environ())
        return parts, int(status[:3]), headers

    unread = [sent("POST" if at % 2 else "GET")[0] for at in range(24)]
    parts, status, headers = sent(method)
    body = b"".join(parts)
    assert (status, len(body) == int(headers.get("Content-Length", 0)) or method == "HEAD") == told
    assert method != "POST" or (body, headers["Location"]) == (b"", "/v1/documents/1")
    for one in unread:
        assert b"".join(one) == large
        one.close()
    assert b"".join(sent("POST")[0]) == large
    assert {one.closed for one in answers} == {1}
