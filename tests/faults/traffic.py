"""Traffic: writers that keep account of every answer, and readers that time it."""

import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

from tests.factories import TEXT
from tests.faults.client import Answer, Client, Cut
from tests.faults.server import Server

Body = tuple[str, dict[str, Any]]

#: What the document of `furnish` is known by.
ADDRESS = "https://example.org/visit"


def furnish(client: Client) -> None:
    """Put in the one document that the statements of `mixed` are found in."""
    answer = client.post("/v1/documents", {"text": TEXT, "language": "en", "url": ADDRESS, "title": "A visit"})
    assert answer.status == 201, answer.text


def statement(name: str) -> Body:
    """A new statement with a speaker and a claim of its own, which all bear `name`."""
    return "statements", {
        "speaker": {"name": f"Speaker {name}", "kind": "group"},
        "document": {"url": ADDRESS},
        "content": [{"text": "the exports sustain the war"}],
        "form": "indirect",
        "said_on": "2026-03-13",
        "claim": {"text": f"Claim {name}", "language": "en"},
    }


def mixed(name: str) -> Body:
    """A new statement, mostly; now and then another noun that bears `name`."""
    turn = int(name.rpartition("x")[2]) % 8
    if turn == 5:
        return "claims", {"text": f"Claim {name}", "language": "en"}
    if turn == 6:
        return "speakers", {"name": f"Speaker {name}", "kind": "person", "aliases": [f"Alias {name}"]}
    if turn == 7:
        return "topics", {"slug": name.lower(), "label": f"Topic {name}"}
    return statement(name)


class Writers:
    """Threads that create, each remembering what it was told."""

    def __init__(
        self,
        server: Server,
        key: str,
        count: int,
        *,
        body: Callable[[str], Body] = mixed,
        retries: bool = True,
        then: Callable[[Client, str, Answer], None] | None = None,
    ) -> None:
        """With `retries` each goes on with one Idempotency-Key until it has an answer; `then` looks at each answer."""
        self.acknowledged: dict[str, tuple[str, int]] = {}
        self.cut: list[str] = []
        self.refused: list[tuple[str, int, str]] = []
        #: Answers of 503 and 507, and 503s without Retry-After.
        self.busy = 0
        self.rude = 0
        self.cuts = 0
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self._server, self._key, self._body, self._retries, self._then = server, key, body, retries, then
        self._ending = threading.Event()
        self.run_id = uuid.uuid4().hex[:6]
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]

    def __enter__(self) -> Self:
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, each after it has the answer that it waits for."""
        self.stop()

    def stop(self) -> None:
        """Stop, each after it has the answer that it waits for."""
        self._ending.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a writer got no answer for a minute"

    def wait_for(self, count: int, patience: float = 60) -> None:
        """Wait until `count` more creates have been acknowledged."""
        wanted, end = len(self.acknowledged) + count, time.monotonic() + patience
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < end, f"only {len(self.acknowledged)} writes, {self.trouble()}"
            assert not self.failures, self.failures[:3]
            time.sleep(0.005)

    def trouble(self) -> str:
        """What did not go well, for people."""
        return f"{self.cuts} cut, {self.busy} busy, refused {self.refused[:3]}, failures {self.failures[:3]}"

    def _run(self, number: int) -> None:
        client = self._server.client(self._key, timeout=30)
        try:
            for turn in itertools.count():
                if self._ending.is_set():
                    return
                self._write(client, f"{self.run_id}w{number}x{turn}")
        except Exception as error:  # else it would be lost with the thread
            self.failures.append(repr(error))
        finally:
            client.close()

    def _write(self, client: Client, name: str) -> None:
        noun, body = self._body(name)
        end = time.monotonic() + 50
        while time.monotonic() < end:
            began = time.monotonic()
            try:
                answer = client.post(f"/v1/{noun}", body, Idempotency_Key=name)
            except Cut:
                self.cuts += 1
                if not self._retries:
                    self.cut.append(name)
                    self._ending.wait(0.02)
                    return
                time.sleep(0.03)
                continue
            if answer.status in (503, 507):
                self.busy += 1
                self.rude += "Retry-After" not in answer.headers
                if not self._retries or self._ending.is_set():
                    return
                time.sleep(0.03)
                continue
            if answer.status != 201:
                self.refused.append((name, answer.status, answer.text[:300]))
                return
            self.seconds.append(time.monotonic() - began)
            self.acknowledged[name] = (noun, answer.json["id"])
            if self._then:
                self._then(client, name, answer)
            return
        raise TimeoutError(f"no answer to {name} for 50 s")


class Readers:
    """Threads that read the same few addresses, timing each."""

    def __init__(self, server: Server, key: str | None, count: int, paths: list[str]) -> None:
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.cuts = 0
        self._server, self._key, self._paths = server, key, paths
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]

    def __enter__(self) -> Self:
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._ending.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, number: int) -> None:
        client = self._server.client(self._key)
        for turn in itertools.count(number):
            if self._ending.is_set():
                break
            began = time.monotonic()
            try:
                answer = client.get(self._paths[turn % len(self._paths)])
            except Cut:
                self.cuts += 1
                time.sleep(0.02)
                continue
            self.seconds.append(time.monotonic() - began)
            self.statuses[answer.status] += 1
        client.close()


def at_once(count: int, work: Callable[[int], Any], patience: float = 60) -> list[Any]:
    """What `work` gives for each number, or the exception it raises, all started at the same moment."""
    start = threading.Barrier(count)
    outcomes: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            start.wait()
            outcomes[number] = work(number)
        except Exception as error:  # else it would be lost with the thread
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    return outcomes


def worst(seconds: list[float], share: float = 0.99) -> float:
    """The duration that `share` of all stay below."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]
