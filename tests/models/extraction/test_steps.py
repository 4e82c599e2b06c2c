"""What follows the parse goes by steps, none of which grows with the text, so that others may be read between them."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from models.extraction import extract
from models.extraction.parser import Parser
from tests.models.extraction.hostile import text_of
from tests.work import counting

#: What is called between two steps may be so much more in a text that is four times as long: chance alone.
EVEN = 1.3
#: What is called in all may be so many times as much. Linear is 4, quadratic 16.
GROWTH = 6


def steps(parse: Parser, text: str) -> list[int]:
    """Count what is called between each two steps once all of a text has been read."""
    text = text.rstrip()
    at: list[int] = []
    with counting() as calls:
        extract(text, parse=parse, seen=lambda read: at.append(calls()) if read == len(text) else None)
        at.append(calls())
    return [after - before for before, after in pairwise(at)]


def word(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(5)).capitalize()


def denials(number: int) -> str:
    return "".join(f"{word(n)} Roe denied the charge. " for n in range(number))


def one_who_goes_on(number: int) -> str:
    others = "".join(f"{word(n)} Fenn said the dam leaked. " for n in range(number))
    return others + "Ann Roe denied it. " + "“It has never leaked,” Ann Roe said. " * number


def long_quotations(number: int) -> str:
    charge, answer = (" ".join(word(n) for n in range(first, first + 5 * number)) for first in (0, 9 * number))
    return f"Olga Fenn said: “{charge}.” Ann Roe denied it: “{answer}.” "


@pytest.mark.slow
@pytest.mark.parametrize("write", [denials, one_who_goes_on])
def test_no_step_grows_with_the_text(parse: Parser, write: Callable[[int], str]) -> None:
    short, long = steps(parse, write(75)), steps(parse, write(300))
    assert len(long) > 300
    assert max(long) <= EVEN * max(short)


def test_long_quotations_are_compared_in_time_that_grows_as_they_do(parse: Parser) -> None:
    assert sum(steps(parse, long_quotations(300))) <= GROWTH * sum(steps(parse, long_quotations(75)))


@pytest.mark.parametrize("shape", ["commas and spaces", "semicolons", "names and colons"])
def test_no_batch_has_many_words_and_marks(parse: Parser, shape: str) -> None:
    class Counted:
        make_doc = staticmethod(parse.make_doc)

        def pipe(self, docs: Iterable[Any], *, batch_size: int) -> Iterator[Any]:
            batch = list(docs)
            lengths.append(sum(len(doc) for doc in batch))
            return parse.pipe(batch, batch_size=batch_size)

    lengths: list[int] = []
    extract(text_of(shape, 30_000), parse=Counted())
    assert max(lengths) < 4_000
