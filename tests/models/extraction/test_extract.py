"""The whole of extraction: what holds for every text, and how much of our own marked articles it finds."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser
from tests.models.extraction.marks import articles, find


def test_running_it_again_changes_nothing(parse: Parser) -> None:
    for article in articles():
        assert extract(article["text"], parse=parse) == extract(article["text"], parse=parse)


def test_every_span_lies_in_the_text_and_in_order(parse: Parser) -> None:
    for article in articles():
        for finding in extract(article["text"], parse=parse):
            spans = list(finding.contents)
            assert spans
            assert spans == sorted(spans)
            assert all(0 <= start < end <= len(article["text"]) for start, end in spans)
            assert 0 <= finding.confidence <= 1


def test_finds_most_of_what_was_marked_by_hand(parse: Parser) -> None:
    marked = found = 0
    for article in articles():
        findings = extract(article["text"], parse=parse)
        marked += len(article["attributions"])
        found += sum(find(one, findings) is not None for one in article["attributions"])
    assert marked == 49
    assert found >= 47


def test_finds_and_links_the_denials_that_were_marked_by_hand(parse: Parser) -> None:
    marked = found = linked = 0
    unmarked: list[str] = []
    for article in articles():
        findings = extract(article["text"], parse=parse)
        by_mark = {one["id"]: find(one, findings) for one in article["attributions"]}
        for one in article["attributions"]:
            if one["polarity"] == "deny":
                answer, charge = by_mark[one["id"]], by_mark[one["denies"]]
                marked += 1
                found += answer is not None and answer.polarity == "deny"
                linked += answer is not None and charge is not None and answer.denies == charge.id
        answers = [by_mark[one["id"]] for one in article["attributions"] if one["polarity"] == "deny"]
        more = [finding for finding in findings if finding.polarity == "deny" and finding not in answers]
        more = [finding for finding in more if finding.doubt != "not_said_to_answer"]
        unmarked += [article["text"][slice(*finding.contents[-1])] for finding in more]
    assert unmarked == ["“Nothing was hidden, and nothing was left out.”"]  # it goes on from a denial
    assert (marked, found) == (8, 8)
    assert linked >= 7


def test_tells_how_far_it_has_read(parse: Parser) -> None:
    text = "Lund said the mill was sold.\n\nFenn denied it.\n"
    seen: list[int] = []
    extract(text, parse=parse, seen=seen.append)
    assert [at for at in dict.fromkeys(seen) if at] == [28, 45, len(text)]


def test_an_empty_text_says_nothing(parse: Parser) -> None:
    assert extract("", parse=parse) == []


@pytest.mark.parametrize(
    "text",
    [
        "“",
        "said.",
        "“” said ''",
        "according to",
        '( : " Mr.a charge —',
        "A\x00B said no.",
        "“A.\n\n“B.\n\n",
        "denied " * 50,
    ],
)
def test_broken_text_breaks_nothing(parse: Parser, text: str) -> None:
    for finding in extract(text, parse=parse):
        spans = [*finding.contents, finding.cue, *([finding.mention] if finding.mention else [])]
        assert all(0 <= start < end <= len(text) for start, end in spans)
