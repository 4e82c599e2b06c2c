"""Whole articles that somebody who knew nothing of the rules wrote and marked before extraction first read them.

They are scored as the literature does: AR-partial aligns marks and findings one to one, the most alike contents first,
and counts a pair whose contents have a Dice of tokens of at least 0.5 and whose speakers and cues overlap.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.extraction import Finding, extract
from models.extraction.findings import Span
from models.extraction.parser import Parser

ARTICLES = Path(__file__).parent / "articles" / "articles.jsonl"
_TOKEN = re.compile(r"\w+(?:[’'.]\w+)*|[^\w\s]")

Read = list[tuple[dict[str, Any], list[Finding]]]


@pytest.fixture(scope="module")
def read(parse: Parser) -> Read:
    """Read each article: its marks, and what is found in it."""
    articles = [json.loads(line) for line in ARTICLES.read_text(encoding="utf-8").splitlines()]
    return [(article, extract(article["text"], parse=parse)) for article in articles]


def test_finds_most_of_articles_by_somebody_else(read: Read) -> None:
    marked = sum(len(article["attributions"]) for article, _ in read)
    found = sum(len(findings) for _, findings in read)
    right = sum(_right(article, findings) for article, findings in read)
    assert marked == 106
    # 81 of 87 findings are right, an F1 of 83.9.
    assert right >= 79
    assert 2 * right / (marked + found) >= 0.825


def test_finds_and_links_denials_of_articles_by_somebody_else(read: Read) -> None:
    found = linked = doubtful = 0
    for article, findings in read:
        by_id = {finding.id: finding for finding in findings}
        marks = {mark["id"]: mark for mark in article["attributions"]}
        denials = [mark for mark in marks.values() if mark["polarity"] == "deny"]
        text = article["text"]
        answers = [finding for finding in findings if finding.polarity == "deny"]
        more = [answer for answer in answers if not any(_same(text, mark, answer) for mark in denials)]
        assert {answer.doubt for answer in more} <= {"not_said_to_answer"}
        doubtful += len(more)
        for mark in denials:
            mine = [answer for answer in answers if _same(text, mark, answer)]
            found += bool(mine)
            linked += mark["denies"] is not None and any(
                answer.denies is not None and _same(text, marks[mark["denies"]], by_id[answer.denies])
                for answer in mine
            )
    # 17 of 19 denials are found, and 9 of the 18 that answer something in the article are linked.
    assert found >= 16
    assert linked >= 9
    assert doubtful <= 2


def _right(article: dict[str, Any], findings: list[Finding]) -> int:
    """Count the marks that are found, by AR-partial."""
    text, marks = article["text"], article["attributions"]
    alike = []
    for i, mark in enumerate(marks):
        for j, finding in enumerate(findings):
            cue = _overlap(text, [mark["cue"]], [finding.cue])
            source = _overlap(text, [mark["source"]], [finding.mention])
            dice = _dice(text, mark, finding)
            if dice > 0:
                alike.append((-dice, not cue, not source, i, j))
    right = 0
    gone: set[tuple[str, int]] = set()
    for dice, no_cue, no_source, i, j in sorted(alike):
        if not gone & {("mark", i), ("finding", j)}:
            gone |= {("mark", i), ("finding", j)}
            right += -dice >= 0.5 and not no_cue and not no_source
    return right


def _same(text: str, mark: dict[str, Any], finding: Finding) -> bool:
    """Tell whether a finding is a mark's: by its cue, or by most of its content."""
    cue = mark["cue"] is not None and finding.cue is not None and _overlap(text, [mark["cue"]], [finding.cue])
    return cue or _dice(text, mark, finding) >= 0.5


def _dice(text: str, mark: dict[str, Any], finding: Finding) -> float:
    these, those = _tokens(text, mark["content"]), _tokens(text, finding.contents)
    return 2 * len(these & those) / (len(these) + len(those))


def _overlap(text: str, these: list[Any], those: list[Span | None]) -> bool:
    one, other = _tokens(text, these), _tokens(text, those)
    return bool(one & other) or not (one or other)


def _tokens(text: str, spans: Any) -> set[int]:
    """Give where the tokens start that a span touches."""
    return {
        token.start()
        for span in spans
        if span is not None
        for token in _TOKEN.finditer(text)
        if token.start() < span[1] and span[0] < token.end()
    }
