"""Texts take turns at the parser: a short one is read beside a long one, and each as if it were alone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from models.extraction import extract, segmentation
from models.extraction.parser import Parser
from models.ingest import parser_queue
from models.refusals import Busy, Conflict
from tests.models.extraction.hostile import text_of

SHORT = "US officials warned that the exports sustain the war, a charge that Beijing denies."
LONG = "\n\n".join(f"Olga Fenn said that ferry {number} would sail. Peter Holt denied it." for number in range(300))


class _Telling:
    """A parser that tells when it is first asked for trees, and counts how often it is."""

    def __init__(self, parse: Parser) -> None:
        self.parse, self.asked, self.batches = parse, threading.Event(), 0

    def make_doc(self, text: str) -> Any:
        return self.parse.make_doc(text)

    def pipe(self, texts: Any, *, batch_size: int) -> Any:
        self.asked.set()
        self.batches += 1
        return self.parse.pipe(texts, batch_size=batch_size)


def test_a_short_text_is_read_while_a_long_one_is(parse: Parser) -> None:
    telling = _Telling(parse)
    found: list[Any] = []
    long = threading.Thread(target=lambda: found.append(parser_queue.read(text=LONG, parse=telling, timeout=1)))
    long.start()
    assert telling.asked.wait(60)
    short = parser_queue.read(text=SHORT, parse=parse, timeout=10)
    assert long.is_alive()
    assert short == extract(SHORT, parse=parse)
    long.join()
    assert len(found[0]) == 600


@pytest.mark.slow
def test_a_text_waits_for_one_batch_of_each_other_caller(parse: Parser) -> None:
    telling = _Telling(parse)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(parser_queue.read, text=LONG[:8_000], parse=telling, timeout=60, caller="key 1")
        assert telling.asked.wait(60)
        before = telling.batches
        assert parser_queue.read(text=SHORT, parse=parse, timeout=10, caller="key 2")
        assert telling.batches - before <= 3


def test_a_text_is_cut_into_sentences_in_its_turn(parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    cutting, most = 0, 0

    def cut(text: str) -> Any:
        nonlocal cutting, most
        cutting += 1
        most = max(most, cutting)
        time.sleep(0.05)
        cutting -= 1
        return segmentation.cut(text)

    monkeypatch.setattr(parser_queue, "segmentation", SimpleNamespace(cut=cut))
    with ThreadPoolExecutor(8) as threads:
        found = [threads.submit(parser_queue.read, text=SHORT, parse=parse, timeout=60) for _ in range(8)]
        assert all(one.result() for one in found)
    assert most == 1


def test_others_are_read_while_the_findings_of_a_text_are_compared(
    parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, done = threading.Event(), threading.Event()

    def compared(text: str, *, seen: Any, **more: Any) -> list[Any]:
        if text == LONG:
            begun.set()
            until = time.monotonic() + 60
            while not done.is_set() and time.monotonic() < until:
                seen(len(text))
        return extract(text, **more)

    monkeypatch.setattr(parser_queue, "extract", compared)
    long = threading.Thread(target=lambda: parser_queue.read(text=LONG, parse=parse, timeout=1, caller="key 1"))
    long.start()
    assert begun.wait(60)
    short = parser_queue.read(text=SHORT, parse=parse, timeout=10, caller="key 2")
    alive = long.is_alive()
    done.set()
    long.join()
    assert (short, alive) == (extract(SHORT, parse=parse), True)


def test_a_text_whose_findings_take_too_long_to_be_compared_is_refused(
    parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compared(text: str, *, seen: Any, **_: Any) -> list[Any]:
        for _ in range(10_000_000):
            seen(len(text))
        return []

    monkeypatch.setattr(parser_queue, "extract", compared)
    with pytest.raises(Conflict, match="too long"):
        parser_queue.read(text=SHORT, parse=parse, timeout=1, longest=0.2)


def test_a_text_that_takes_too_long_is_refused_and_others_are_read(parse: Parser) -> None:
    with pytest.raises(Conflict, match="too long") as refused:
        parser_queue.read(text=LONG, parse=parse, timeout=1, longest=0.05)
    assert refused.value.field == "/text"
    assert parser_queue.read(text=SHORT, parse=parse, timeout=1) == extract(SHORT, parse=parse)


def test_many_at_once_are_read_as_if_each_were_alone(parse: Parser) -> None:
    texts = [LONG[: 2_000 * number] for number in range(1, 6)]
    alone = [extract(text, parse=parse) for text in texts]
    with ThreadPoolExecutor(5) as threads:
        assert list(threads.map(lambda text: parser_queue.read(text=text, parse=parse, timeout=60), texts)) == alone


def test_the_parser_may_forget_now_and_then(parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_queue, "REMEMBERED", 100)
    telling = _Telling(parse)
    long = threading.Thread(target=lambda: parser_queue.read(text=LONG, parse=telling, timeout=1))
    long.start()
    assert telling.asked.wait(60)
    assert parser_queue.read(text=SHORT, parse=parse, timeout=0.01) is None
    long.join()
    assert parser_queue.read(text=SHORT, parse=parse, timeout=0.01)


def test_one_caller_does_not_keep_others_out_until_the_parser_forgets(
    parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_queue, "REMEMBERED", 2 * len(LONG))
    telling = _Telling(parse)
    long = threading.Thread(target=lambda: parser_queue.read(text=LONG, parse=telling, timeout=1, caller="key 1"))
    long.start()
    assert telling.asked.wait(60)
    assert parser_queue.read(text=SHORT, parse=parse, timeout=0.01, caller="key 1") is None
    assert parser_queue.read(text=SHORT, parse=parse, timeout=10, caller="key 2")
    assert long.is_alive()
    long.join()


def test_who_fails_gives_the_turn_back(parse: Parser) -> None:
    class Failing(_Telling):
        def pipe(self, texts: Any, *, batch_size: int) -> Any:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        parser_queue.read(text=SHORT, parse=Failing(parse), timeout=1)
    assert parser_queue.read(text=SHORT, parse=parse, timeout=1)


@pytest.mark.parametrize("shape", ["spaces behind a cue", "straight marks and letters", "one quotation of nots"])
def test_a_hostile_text_holds_up_nobody_else(parse: Parser, shape: str) -> None:
    # Processor time of this process between two beats of another thread: what the machine does beside it is no matter.
    done = threading.Event()
    held = [0.0]

    def beat() -> None:
        last = time.process_time()
        while not done.wait(0.002):
            now = time.process_time()
            held.append(now - last)
            last = now

    beating = threading.Thread(target=beat)
    beating.start()
    parser_queue.read(text=text_of(shape, 100_000), parse=parse, timeout=1)
    done.set()
    beating.join()
    assert max(held) < sum(held) / 2, "one part of the work lets nobody else go on"


def test_as_many_texts_of_one_caller_wait_as_may_and_one_more_is_refused_at_once() -> None:
    with ExitStack() as places:
        for _ in range(parser_queue.EACH):
            places.enter_context(parser_queue.place("key 1"))
        with pytest.raises(Busy):
            places.enter_context(parser_queue.place("key 1"))
        places.enter_context(parser_queue.place("key 2"))
    with parser_queue.place("key 1"):
        pass
