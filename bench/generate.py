"""Generate a registry of N claims, the same one every time, and what the bench asks of it.

    python bench/generate.py N FOLDER

writes FOLDER/registry.db and FOLDER/workload.json; --lines FILE writes what import takes instead.

What is like a real registry: words, topics and speakers are as unequally frequent as in print (Zipf); an article
holds 20 to 30 sentences, about ten of which attribute a claim; a third of the claims are stated again later, by
others; one in ten is answered, by a claim of its own that a second speaker puts forward in the next sentence, with
that statement as evidence; one in twenty was reviewed. What is not: words stand in random order.
"""

import argparse
import itertools
import json
import random
import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rows import (
    Claim,
    Counterclaim,
    Document,
    Review,
    Row,
    Sentence,
    Speaker,
    Statement,
    Topic,
    write_database,
    write_lines,
)

SEED = 1789

#: The most frequent words of English text, the most frequent first.
COMMON = """the of to and a in is that for it was on as be with by at he from his are this have an not they which had
or we were one but more their has been who will its would about if there up all when out so can said what
no some new other time people into year could two them than over first also after years most state
between many must through make under us because where before government those such way even how made
three while any public should now against own world still last only money may good well country city
business work percent part market water power health law night school during company group police until
number party house tax trade week million plan report day bank system war home office court food oil
price rate month case president minister growth study energy budget road""".split()
STARTS = "b br c cl d dr f fl g gr h j k l m n p pl pr r s sh st t tr v w".split()
MIDDLES = "a e i o u ai ea ou".split()
ENDS = ["", "n", "r", "l", "s", "t", "ck", "nd", "st", "m"]
TOPICS = """politics economy health climate crime education immigration energy science technology sport
culture""".split()
FIRST = """Ada Amir Anna Boris Carla Chen David Elena Femi Grace Hana Ivan Jana Karim Lena Marco Nadia Omar Petra
Rosa""".split()
OFFICES = ["Institute", "Association", "Council", "Agency", "Ministry", "Union", "Committee", "Bureau"]
CUES = ["said", "claimed", "stated", "argued", "told reporters", "wrote", "insisted", "announced", "warned"]
DENIALS = {"denied": "denies", "rejected the charge, saying": "denies", "disputed it, arguing": "disputes"}
PUBLISHERS = [
    f"{place} {kind}"
    for place in ["Harbour", "Capital", "Northern", "Lake", "Valley", "Coast"]
    for kind in ("Herald", "Courier", "Post", "Wire")
]
VERDICTS = ["True", "Mostly true", "Half true", "Mostly false", "False", "Unproven"]
FIRST_DAY, DAYS = date(2015, 1, 1), 4018


class Chance:
    """One seeded source of everything that is random."""

    def __init__(self, claims: int) -> None:
        self.random = random.Random(SEED)
        self.words = COMMON + self._made_up(20_000)
        self.frequent = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.speakers = max(20, claims // 50)
        self.quoted = list(itertools.accumulate((rank + 1) ** -0.9 for rank in range(self.speakers)))
        self.filed = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(TOPICS))))
        self._stream = self._endless()

    def _made_up(self, count: int) -> list[str]:
        words: dict[str, None] = {}
        choose = self.random.choice
        while len(words) < count:
            syllables = self.random.choice((2, 2, 3))
            word = "".join(choose(STARTS) + choose(MIDDLES) + choose(ENDS) for _ in range(syllables))
            if word not in COMMON:
                words[word] = None
        return list(words)

    def _endless(self) -> Iterator[str]:
        while True:
            yield from self.random.choices(self.words, cum_weights=self.frequent, k=100_000)

    def some(self, least: int, most: int) -> str:
        """Write some words."""
        return " ".join(itertools.islice(self._stream, self.random.randint(least, most)))

    def ranked(self, weights: list[float]) -> int:
        """Choose a place in a list of cumulated weights."""
        return bisect_left(weights, self.random.random() * weights[-1])


def rows(claims: int) -> Iterator[Row]:
    """Generate the registry, each row after what it points at."""
    chance = Chance(claims)
    for place, slug in enumerate(TOPICS, 1):
        yield Topic(place, slug)
    names = []
    for speaker in _speakers(chance):
        names.append(speaker.name)
        yield speaker
    yield from _Press(chance, names, claims).printed()


def _speakers(chance: Chance) -> Iterator[Speaker]:
    rnd, taken = chance.random, set()
    for id in range(1, chance.speakers + 1):
        while True:
            last = rnd.choice(chance.words[200:8000]).capitalize()
            if rnd.random() < 0.2:
                name, kind = (
                    f"{last} {rnd.choice(chance.words[200:8000]).capitalize()} {rnd.choice(OFFICES)}",
                    "organization",
                )
                aliases = ["".join(word[0] for word in name.split())]
            else:
                name, kind, aliases = f"{rnd.choice(FIRST)} {last}", "person", [last]
            if name not in taken:
                break
        taken.add(name)
        yield Speaker(id, name, kind, aliases)


class _Press:
    """Prints articles until there are enough claims."""

    def __init__(self, chance: Chance, names: list[str], claims: int) -> None:
        self.chance, self.names, self.wanted = chance, names, claims
        self.claims = self.statements = self.sentences = self.edges = self.reviews = 0
        #: Claims that will be stated again: (id, content).
        self.again: list[tuple[int, str]] = []

    def printed(self) -> Iterator[Row]:
        document = 0
        while self.claims < self.wanted:
            document += 1
            yield from self._article(document)

    def _article(self, document: int) -> Iterator[Row]:
        rnd = self.chance.random
        day = FIRST_DAY + timedelta(days=rnd.randrange(DAYS))
        topic = self.chance.ranked(self.chance.filed) + 1
        parts: list[str] = []
        later: list[Row] = []
        count, charge, at = rnd.randint(20, 30), None, 0
        for position in range(count):
            self.sentences += 1
            place = (document, self.sentences, at)
            if charge is not None or rnd.random() < 0.55:
                text, charge, made = self._attributed(place, charge, topic, day)
                later += made
            else:
                text = self.chance.some(10, 26).capitalize() + "."
            later.append(Sentence(self.sentences, document, position, at, text))
            parts.append(text)
            at += len(text) + 1
        title, publisher = self.chance.some(5, 10).capitalize(), rnd.choice(PUBLISHERS)
        url = f"https://{publisher.lower().replace(' ', '-')}.example/{day.year}/{document}"
        yield Document(document, url, title, publisher, f"{day}T{rnd.randrange(24):02d}:00:00Z", " ".join(parts))
        yield from sorted(later, key=lambda row: _ORDER[type(row)])

    def _attributed(
        self, place: tuple[int, int, int], charge: int | None, topic: int, day: date
    ) -> tuple[str, int | None, list[Row]]:
        """Print one attribution: its text, the claim that the next sentence answers if any, and its rows."""
        rnd, made = self.chance.random, list[Row]()
        speaker = self.chance.ranked(self.chance.quoted)
        said = (day - timedelta(days=rnd.randrange(4))).isoformat()
        answers, cue, kind = None, rnd.choice(CUES), ""
        if charge is None and self.again and (rnd.random() < 0.25 or self.claims >= self.wanted):
            claim, content = self.again.pop(rnd.randrange(len(self.again)))
        else:
            self.claims += 1
            claim, content = self.claims, self.chance.some(8, 22)
            filed = topic if rnd.random() < 0.8 else self.chance.ranked(self.chance.filed) + 1
            made.append(Claim(claim, content.capitalize() + ".", filed))
            if charge is not None:
                cue, kind = rnd.choice(list(DENIALS.items()))
            elif rnd.random() < 0.12:
                answers = claim
            if rnd.random() < 0.3:
                self.again.append((claim, content))
            made += self._reviewed(claim)
        self.statements += 1
        name = self.names[speaker]
        document, sentence, at = place
        made.append(Statement(self.statements, claim, speaker + 1, document, sentence, at, name, cue, content, said))
        if charge is not None:
            self.edges += 1
            made.append(Counterclaim(self.edges, charge, claim, kind, self.statements))
        return f"{name} {cue} that {content}.", answers, made

    def _reviewed(self, claim: int) -> Iterator[Row]:
        rnd = self.chance.random
        if rnd.random() < 0.05:
            self.reviews += 1
            yield Review(self.reviews, claim, "Checks", rnd.choice(VERDICTS), f"https://checks.example/{claim}")


#: In which order an article's rows are stored.
_ORDER = {Sentence: 0, Claim: 1, Statement: 2, Counterclaim: 3, Review: 4}


def workload(path: Path, claims: int) -> dict[str, Any]:
    """Choose what is asked of the registry at `path`: ids, words, filters and statements to record."""
    rnd = random.Random(SEED + 1)
    ask = sqlite3.connect(path).execute
    quoted = ask(
        "SELECT speaker_id, count(*) FROM claim_summaries GROUP BY 1 HAVING count(*) >= 50 ORDER BY 1"
    ).fetchall()
    quoted = (
        quoted or ask("SELECT speaker_id, count(*) FROM claim_summaries GROUP BY 1 ORDER BY 2 DESC LIMIT 5").fetchall()
    )
    days = [
        (f"{year}-{rnd.randrange(1, 13):02d}-01", f"{year + 2}-{rnd.randrange(1, 13):02d}-01")
        for year in rnd.choices(range(2015, 2024), k=200)
    ]
    filed = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(TOPICS))))
    return {
        "claims": claims,
        "ids": [rnd.randint(1, claims) for _ in range(2000)],
        "speakers": rnd.choices([id for id, _ in quoted], weights=[count for _, count in quoted], k=400),
        "words": _pairs(ask, rnd, claims),
        "filters": [
            [topic, *between]
            for topic, between in zip(rnd.choices(TOPICS, cum_weights=filed, k=200), days, strict=True)
        ],
        "deep": [[topic, f"2015-{month:02d}-01", "2026-01-01"] for topic in TOPICS[:2] for month in range(1, 7)],
        "new": list(itertools.islice(_new(ask, rnd, claims), 20_000)),
    }


def _pairs(ask: Any, rnd: random.Random, claims: int) -> list[list[str]]:
    """Choose pairs of words that together stand in 0.05 to 1 % of the claims."""
    pairs = list(itertools.combinations([word for word in COMMON if len(word) > 3], 2))
    rnd.shuffle(pairs)
    found = []
    for first, second in pairs:
        (count,) = ask(
            "SELECT count(*) FROM claim_search WHERE claim_search MATCH ?", (f"{first} {second}",)
        ).fetchone()
        if max(3, claims * 0.0005) <= count <= claims * 0.01:
            found.append([first, second])
        if len(found) == 100:
            break
    return found


def _new(ask: Any, rnd: random.Random, claims: int) -> Iterator[dict[str, Any]]:
    """Choose sentences that attribute nothing yet, each for a statement to record; then all of them less a word."""
    free = ask(
        "SELECT se.id, se.document_id, se.start, se.text FROM sentences se WHERE NOT EXISTS"
        " (SELECT 1 FROM statements s WHERE s.sentence_id = se.id) ORDER BY se.id * 2654435761 % 4294967296 LIMIT 20000"
    ).fetchall()
    for left_out in range(8):
        for sentence, document, start, text in free:
            content = " ".join(text[:-1].split()[left_out:])
            yield {
                "speaker": rnd.randint(1, max(20, claims // 50)),
                "document": document,
                "sentence": sentence,
                "start": start + len(text) - 1 - len(content),
                "end": start + len(text) - 1,
                "content": content,
                "topic": rnd.choice(TOPICS),
                "said_on": (FIRST_DAY + timedelta(days=rnd.randrange(DAYS))).isoformat(),
            }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("claims", type=int)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--lines", type=Path)
    given = arguments.parse_args()
    if given.lines:
        print(write_lines(rows(given.claims), given.lines), "lines")
    else:
        given.folder.mkdir(parents=True, exist_ok=True)
        path = given.folder / "registry.db"
        write_database(rows(given.claims), path)
        (given.folder / "workload.json").write_text(json.dumps(workload(path, given.claims)))
