"""No text makes extraction fail, and none makes it work longer than its length warrants."""

import gc
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from models.extraction import extract
from models.extraction.parser import Parser
from tests.models.extraction.hostile import SHAPES, mixture, text_of, texts

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Seconds of processor time that random texts are read for.
BUDGET = 8
#: Shapes that took quadratic time, and some that need no parser: these are quick to measure.
QUICK = ["spaces behind a cue", "straight marks and letters", "one quotation of nots", "a long word of hyphens",
         "marks in pairs", "one quotation of spaces", "line ends and spaces", "at signs",
         "a quotation opened again and again"]  # fmt: skip
#: Four times the text may take so many times as long. Linear is 4, quadratic 16.
GROWTH = 6
#: The longest text that is measured.
LONGEST = 640_000
#: Seconds below which a time is mostly chance.
CHANCE = 0.05


@pytest.mark.slow
def test_no_random_text_makes_extraction_fail(parse: Parser) -> None:
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1_000_000)))
    until = time.process_time() + BUDGET
    for number, text in enumerate(texts(seed)):
        try:
            findings = extract(text, parse=parse)
        except Exception as error:
            raise AssertionError(f"SEED={seed}, text {number}: {text!r}") from error
        for finding in findings:
            spans = [*finding.contents, *(span for span in (finding.mention, finding.cue) if span)]
            assert all(0 <= start < end <= len(text) for start, end in spans), f"SEED={seed}, text {number}: {text!r}"
        if number > 10 and time.process_time() > until:
            break


@pytest.mark.parametrize("name", ["Roe", "ROE", "The mayor", "Ann Roe, mayor of Brill"])
def test_a_turn_without_an_end_is_read(parse: Parser, name: str) -> None:
    text = f"{name}: The dam is" + " sound and the dam is" * 200
    (finding,) = extract(text, parse=parse)
    assert finding.mention
    assert text[slice(*finding.mention)] == name


@pytest.mark.parametrize("sign", ["\u200b", "\xad\u200b", "\u200e", "\U000e0041", "\x7f"])
def test_signs_that_nobody_sees_are_no_speakers_and_no_part_of_a_name(parse: Parser, sign: str) -> None:
    text = (
        f"“We need proof,” {sign} said. According to {sign}, it failed. {sign} said it did. Ann Roe{sign} said it did."
    )
    names = [finding.speaker.name for finding in extract(text, parse=parse) if finding.speaker]
    assert "Ann Roe" in names
    assert not [name for name in names if sign in name]


def test_nothing_of_a_long_sentence_is_passed_over(parse: Parser) -> None:
    text = "the dam is sound and " * 200 + "Ann Roe said that it is not."
    assert [text[slice(*finding.contents[0])] for finding in extract(text, parse=parse)] == ["that it is not"]


@pytest.mark.slow
@pytest.mark.no_cover  # the tracer takes time too
@pytest.mark.parametrize("shape", QUICK)
def test_time_grows_with_the_length_of_a_text(parse: Parser, shape: str) -> None:
    _measure(parse, partial(text_of, shape))


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(3))
def test_time_grows_with_the_length_of_a_mixture(parse: Parser, seed: int) -> None:
    _measure(parse, partial(mixture, seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 40))
def test_time_grows_with_the_length_of_any_mixture(parse: Parser, seed: int) -> None:
    _measure(parse, partial(mixture, seed))


@pytest.mark.slow
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in QUICK])
def test_time_grows_with_the_length_of_any_text(parse: Parser, shape: str) -> None:
    _measure(parse, partial(text_of, shape))


class _Timed:
    """A parser that knows how many seconds of processor time it took."""

    def __init__(self, parse: Parser) -> None:
        self.parse, self.seconds = parse, 0.0

    def make_doc(self, text: str) -> "Doc":
        began = time.process_time()
        doc = self.parse.make_doc(text)
        self.seconds += time.process_time() - began
        return doc

    def pipe(self, texts: "Iterable[Doc]", *, batch_size: int) -> "Iterator[Doc]":
        # All at once: they are our own rules that write the texts.
        parsed = self.parse.pipe(list(texts), batch_size=batch_size)
        began = time.process_time()
        for doc in parsed:
            self.seconds += time.process_time() - began
            yield doc
            began = time.process_time()
        self.seconds += time.process_time() - began


def _measure(parse: Parser, write: Callable[[int], str]) -> None:
    """Fail where no three measures show less than GROWTH between a length and four times that.

    Of the whole, and of the rules alone: the parser takes so much of the time that theirs could grow unseen. Lengths
    are 10,000, 20,000 and 40,000 characters, and more where all of that takes no time to speak of.
    """
    told = []
    for _ in range(3):
        spent = {length: _seconds(parse, write(length)) for length in (10_000, 20_000, 40_000)}
        length = 40_000
        while spent[length][0] < GROWTH * CHANCE and length < LONGEST:
            length *= 4
            spent[length] = _seconds(parse, write(length))
        told.append({length: [round(one, 3) for one in seconds] for length, seconds in spent.items()})
        before, now = spent[length // 4], spent[length]
        if all(late <= GROWTH * max(early, CHANCE) for early, late in zip(before, now, strict=True)):
            return
    raise AssertionError(f"{write}: seconds by characters, in all and of the rules: {told}")


def _seconds(parse: Parser, text: str) -> tuple[float, float]:
    """Measure how long a text takes to extract from, in all and without the parser."""
    # A collection takes time in proportion to what else the process holds, and comes with the first large texts.
    gc.collect()
    gc.disable()
    try:
        timed = _Timed(parse)
        began = time.process_time()
        extract(text, parse=timed)
        whole = time.process_time() - began
        return whole, whole - timed.seconds
    finally:
        gc.enable()
