"""Measure extraction with the articles of ten genres: `python -m tests.models.extraction.genres genres_dev.jsonl`.

Findings and marks are aligned one to one, by the share of words that their contents have in common (Dice, at least a
half) and by their cues. `--errors` lists what is not right.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.extraction import Finding, Speaker, extract, load_parser
from models.extraction.parser import Parser
from tests.models.extraction import short_texts

HERE = Path(__file__).parent / "articles"
Mark = dict[str, Any]
#: Words that are no part of who somebody is.
_SMALL = frozenset(
    ["the", "a", "an", "of", "for", "in", "at", "to", "and", "mr", "mrs", "ms", "dr", "s", "his", "her", "its", "their"]
)


@dataclass(frozen=True)
class Read:
    """One article: its text, its marks and traps, what was found, and which mark each finding is of."""

    text: str
    marks: list[Mark]
    traps: list[dict[str, Any]]
    findings: list[Finding]
    of: dict[str, Mark]

    @property
    def found(self) -> dict[str, Finding]:
        """The finding of each mark that was found."""
        return {self.of[finding.id]["id"]: finding for finding in self.findings if finding.id in self.of}


def read(article: dict[str, Any], parse: Parser) -> Read:
    """Extract from an article, and align what is found with its marks."""
    text, marks = article["text"], article["attributions"]
    findings = extract(text, parse=parse)
    return Read(text, marks, article["traps"], findings, _aligned(text, marks, findings))


def articles(name: str) -> list[dict[str, Any]]:
    """Read the articles of a file of articles/, or the texts of one of short/."""
    if name.endswith(".txt"):
        return short_texts.texts(name)
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def measure(name: str, parse: Parser) -> tuple[Counter[str], list[str]]:
    """Count what is right of the articles of a file; list what is not."""
    counts: Counter[str] = Counter()
    errors: list[str] = []
    for article in (read(one, parse) for one in articles(name)):
        for what, right, told in (*_speakers(article), *_denials(article), *_links(article), *_traps(article)):
            counts[what] += 1
            counts[f"{what}: right"] += right
            errors += [] if right else [f"{what}: {told}"]
    return counts, errors


def _speakers(article: Read) -> Iterator[tuple[str, bool, str]]:
    everybody = {mark["speaker"] for mark in article.marks if mark["speaker"]}
    for mark in article.marks:
        finding = article.found.get(mark["id"])
        told = _told(article, mark, finding)
        yield "attributions", finding is not None, told
        right = finding is not None and is_of(mark["speaker"], finding.speaker)
        if finding is not None:
            yield f"speakers, {mark['how']}", right, told
        if finding is not None and mark["form"] == "direct":
            pinned = not right and any(is_of(one, finding.speaker) for one in everybody if finding.speaker)
            yield "direct quotations not pinned on another", not pinned, told
        if mark["nested"]:
            yield "nested, innermost speaker", right, told
        if mark["via"]:
            yield "via", finding is not None and is_of(mark["via"][0], next(iter(finding.via), None)), told
            all_of_them = finding is not None and [*map(is_of, mark["via"], finding.via)] == [True] * len(mark["via"])
            yield "via, all in their order", all_of_them, told


def _denials(article: Read) -> Iterator[tuple[str, bool, str]]:
    denying = [finding for finding in article.findings if finding.polarity == "deny"]
    cues = [mark["cue"] for mark in article.marks if mark["polarity"] == "deny" and mark["cue"]]
    for mark in article.marks:
        finding = article.found.get(mark["id"])
        if mark["polarity"] == "deny":
            near = any(one.cue and mark["cue"] and _touch(one.cue, mark["cue"]) for one in denying)
            yield "denials", near or (finding is not None and finding in denying), _told(article, mark, finding)
    for finding in denying:
        mark = article.of.get(finding.id)
        right = mark is not None and mark["polarity"] == "deny"
        right = right or any(finding.cue and _touch(finding.cue, cue) for cue in cues)
        yield "findings that deny", right, _told(article, mark, finding)


def _links(article: Read) -> Iterator[tuple[str, bool, str]]:
    rightly = set()
    for finding in article.findings:
        mark = article.of.get(finding.id)
        wanted = [mark["denies"], *(mark.get("denies_also") or [])] if mark else []
        if finding.denies is not None:
            target = article.of.get(finding.denies)
            right = target is not None and target["id"] in wanted
            rightly |= {mark["id"]} if right and mark else set()
            yield "links made", right, _told(article, mark, finding)
        elif finding.may_deny is not None:
            target = article.of.get(finding.may_deny)
            yield "links suggested", target is not None and target["id"] in wanted, _told(article, mark, finding)
    for mark in article.marks:
        if mark["denies"]:
            yield "links there are", mark["id"] in rightly, _told(article, mark, article.found.get(mark["id"]))


def _traps(article: Read) -> Iterator[tuple[str, bool, str]]:
    for finding in article.findings:
        mark = article.of.get(finding.id)
        yield "findings", mark is not None, _told(article, mark, finding)
        if finding.confidence >= 0.8:
            right = mark is not None and is_of(mark["speaker"], finding.speaker)
            yield "findings at 0.8 and more, with speaker", right, _told(article, mark, finding)
    for trap in article.traps:
        start, end = trap["span"]
        words = _words(article.text, [trap["span"]])
        caught = [
            one
            for one in article.findings
            if one.id not in article.of
            and (
                (one.cue and start <= one.cue[0] and one.cue[1] <= end)
                or _dice(words, _words(article.text, one.contents)) >= 0.5
            )
        ]
        yield "traps not stored", not caught, f"{trap['why']}: {article.text[start:end]!r}"


def _told(article: Read, mark: Mark | None, finding: Finding | None) -> str:
    lines = []
    if mark is not None:
        who = f"{mark['id']} {mark['speaker']} via {mark['via']} denies {mark['denies']}"
        lines.append(f"\n  mark {who}: {_printed(article.text, mark['cue'], mark['content'])}")
    if finding is not None:
        who = f"{finding.id} {finding.speaker and finding.speaker.name} via {[one.name for one in finding.via]}"
        lines.append(f"\n  found {who} {finding.polarity} {finding.denies or finding.may_deny}: ")
        lines.append(_printed(article.text, finding.cue, finding.contents))
    return "".join(lines)


def _printed(text: str, cue: Iterable[int] | None, contents: Iterable[Iterable[int]]) -> str:
    said = " / ".join(text[slice(*span)] for span in contents)
    return f"[{text[slice(*cue)] if cue else ''}] {said!r}"


def _aligned(text: str, marks: list[Mark], findings: list[Finding]) -> dict[str, Mark]:
    theirs = [_words(text, mark["content"]) for mark in marks]
    ours = [_words(text, finding.contents) for finding in findings]
    scored = []
    for at, mark in enumerate(marks):
        for other, finding in enumerate(findings):
            if (share := _dice(theirs[at], ours[other])) >= 0.5:
                cue = bool(mark["cue"] and finding.cue and _touch(mark["cue"], finding.cue))
                scored.append((share + 0.5 * cue, at, other))
    pairs: dict[int, int] = {}
    for _, at, other in sorted(scored, key=lambda one: -one[0]):
        if at not in pairs.values() and other not in pairs:
            pairs[other] = at
    return {findings[other].id: marks[at] for other, at in pairs.items()}


def _words(text: str, spans: Iterable[Any]) -> set[int]:
    return {start + word.start() for start, end in spans for word in re.finditer(r"\w+", text[start:end])}


def _dice(one: set[int], other: set[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _touch(one: Any, other: Any) -> bool:
    return bool(one[0] < other[1] and other[0] < one[1])


def is_of(who: str | None, speaker: Speaker | None) -> bool:
    """Tell whether a speaker is the marked one: all words that say who one is are words of the other."""
    if who is None or speaker is None:
        return who is None and speaker is None
    these, those = (
        {word.rstrip("s") for word in re.findall(r"\w+", one.lower()) if word not in _SMALL}
        for one in (who, speaker.name)
    )
    return bool(these & those) and (these <= those or those <= these)


if __name__ == "__main__":
    totals, wrong = measure(sys.argv[1], load_parser())
    if "--errors" in sys.argv:
        sys.stdout.write("\n".join(wrong) + "\n")
    for key in sorted(key for key in totals if not key.endswith(": right")):
        sys.stdout.write(f"{key:44}{totals[f'{key}: right']:5} of{totals[key]:5}\n")
