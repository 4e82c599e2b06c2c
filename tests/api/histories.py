"""Random histories of a registry, and registries that they are played to: whole, or without what was never public."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from flask.testing import FlaskClient

from models import tables
from models.vocabulary import ABOUT_ROLES, ANSWERED, COUNTER_KINDS, FORMS
from tests.api.steps import changed, posted, retracted

#: Words of claims and documents: few, so that a search finds some of either.
WORDS = ("water", "exports", "war", "rail", "tax", "vote")
#: Speakers and documents; the last of each are named by candidates and rejected statements alone.
SPEAKERS = {f"Speaker {letter}": ("person", "group", "government")[n % 3] for n, letter in enumerate("ABCDEFGH")}
UNSEEN_SPEAKERS = {"Speaker G", "Speaker H"}
PLACES = [f"https://{name}.example/{name}" for name in ("one", "two", "three", "four", "closed", "candid")]
UNSEEN_PLACES = set(PLACES[-2:])
TOPICS = ("water", "trade", "rail")
#: Sentences of a document, and words in each that a statement may quote.
SENTENCES, QUOTES = 5, 3


def document(url: str) -> dict[str, Any]:
    """The body of the document at `url`."""
    n = PLACES.index(url)
    lines = [
        f"Sentence {at} of {url[8:11]} tells of {WORDS[(at + n) % 6]} quote0 or quote1 or quote2." for at in range(5)
    ]
    published = {"published_at": f"2026-01-0{n + 1}T08:00:00Z"} if n % 2 else {}
    shown = {
        "kind": ("article", None, "release")[n % 3],
        "title": f"Title {n}",
        "publisher": f"Press {n % 2}",
        "text_public": n == 1,
    }
    return {"url": url, "text": "\n\n".join(lines), "language": "en", **published, **shown} | {
        "retrieved_at": "2026-02-01T00:00:00Z"
    }


@dataclass
class Step:
    """One thing that a reviewer does; what is `unseen` concerns only what was never public."""

    do: str
    about: dict[str, Any]
    unseen: bool = False


@dataclass
class Said:
    """What the history knows of a statement."""

    claim: str
    unseen: bool
    status: str
    speaker: str
    place: tuple[str, int]
    stands: bool = True


@dataclass
class History:
    """Draws steps, and knows as much of what stands as it takes to draw such as succeed."""

    random: Random
    steps: list[Step] = field(default_factory=list)
    #: Text of a claim -> whether it was never public.
    claims: dict[str, bool] = field(default_factory=dict)
    gone: set[Any] = field(default_factory=set)
    #: Claims that were put in by themselves and that nobody has said where all can see it.
    unsaid: set[str] = field(default_factory=set)
    said: dict[tuple[str, str], Said] = field(default_factory=dict)
    #: Of each counterclaim, whether it was never public.
    counterclaims: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    #: Those that rest on no statement.
    bare: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    #: Address of a review -> the claim that it is of.
    reviews: dict[str, str] = field(default_factory=dict)

    def draw(self, length: int) -> list[Step]:
        """Draw a history of about `length` steps."""
        pick, r = self._step, self.random
        for slug in TOPICS:
            pick("topic", slug=slug)
        parents = r.sample(sorted(SPEAKERS.keys() - UNSEEN_SPEAKERS), 3)
        for name in parents:
            pick("speaker", name=name, part_of=parents[0] if name != parents[0] and r.random() < 0.7 else None)
        for _ in range(5):
            self._claim()
        kinds = (self._statement, self._claim, self._counterclaim, self._review, self._take_back, self._let_go)
        for _ in range(length):
            r.choices(kinds, (12, 2, 4, 2, 3, 2))[0]()
        self._let_go_of_unseen()
        pick("retract", noun="topics", key=r.choice(TOPICS), reason="Not a topic")
        return self.steps

    def _step(self, do: str, *, unseen: bool = False, **about: Any) -> None:
        self.steps.append(Step(do, about, unseen))

    def _of(self, unseen: bool) -> list[str]:
        """The claims that something may be about: never public or not."""
        return [text for text, never in self.claims.items() if text not in self.gone and (unseen or not never)]

    def _new_claim(self, unseen: bool) -> dict[str, Any]:
        r = self.random
        text = f"It is about {r.choice(WORDS)} {r.choice(WORDS)} number{len(self.claims)}."
        names = sorted(SPEAKERS if unseen else SPEAKERS.keys() - UNSEEN_SPEAKERS)
        self.claims[text] = unseen
        return {
            "text": text,
            "language": r.choice(("en", "de")),
            "topics": r.sample(TOPICS, r.randint(0, 2)),
            "about": [
                {"name": name, "kind": SPEAKERS[name], "role": r.choice(ABOUT_ROLES)}
                for name in r.sample(names, r.randint(0, 2))
            ],
        }

    def _claim(self) -> None:
        body = self._new_claim(unseen=False)
        self.unsaid.add(body["text"])
        self._step("claim", body=body)

    def _statement(self) -> None:
        r = self.random
        unseen = r.random() < 0.5
        status = r.choice(("candidate", "rejected", "undone")) if unseen else "accepted"
        seen_only = not unseen or status == "undone"
        speaker = r.choice(sorted(SPEAKERS.keys() - UNSEEN_SPEAKERS if seen_only else SPEAKERS))
        free = [
            (url, at, n)
            for url in PLACES
            for at in range(SENTENCES)
            for n in range(QUOTES)
            if (url, f"{at} {n}") not in self.said and not (seen_only and url in UNSEEN_PLACES)
        ]
        if not free:
            return
        url, at, n = r.choice(free)
        known = self._of(unseen)
        if status == "undone":  # all that it names is public anyway
            known = self._of(unseen=False)
        if unseen:  # half of them of what would otherwise have no statement
            known += [text for text in known if text in self.unsaid] * 4
        else:
            known = [text for text in known if text not in self.unsaid or r.random() < 0.2]
        claim: Any = r.choice(known) if known and r.random() < 0.6 else self._new_claim(unseen)
        text = claim if isinstance(claim, str) else claim["text"]
        if status == "undone" and not isinstance(claim, str):
            claim["about"] = []
        others = [other for other in self._of(unseen=True) if other != text]
        others.sort(key=lambda other: other not in self.unsaid)
        counters = others[: r.choice((0, 1, 2))] if status != "undone" and r.random() < 0.5 else []
        drawn = {}
        for other in counters:
            kind = r.choice(COUNTER_KINDS)
            if (other, text, kind) not in self.counterclaims:
                drawn[other] = kind, self._target(other)
                self.counterclaims[other, text, kind] = unseen or self.claims[other] or self.claims[text]
        via = r.choice(sorted(SPEAKERS.keys() - UNSEEN_SPEAKERS if seen_only else SPEAKERS))
        above = r.choice(sorted(SPEAKERS.keys() - UNSEEN_SPEAKERS if seen_only else SPEAKERS))
        spoken_for = r.choice(({}, {"on_behalf_of": {"name": above, "kind": SPEAKERS[above]}}))
        body = (spoken_for if status != "undone" else {}) | {
            "speaker": {"name": speaker, "kind": SPEAKERS[speaker]},
            "document": document(url),
            "sentence": {"text": document(url)["text"].split("\n\n")[at]},
            "content": [{"text": f"quote{n}"}],
            "cue": {"text": r.choice(("tells", "tells of"))},
            "form": r.choice(FORMS),
            "said_on": r.choice((None, "2026-01-01", "2026-01-05", "2026-02-01", "2026-03-01")),
            "via": {"speaker": {"name": via, "kind": SPEAKERS[via]}}
            if status != "undone" and r.random() < 0.3
            else None,
            "origin": r.choice(
                (
                    {"kind": "person"},
                    {"kind": "extractor", "extractor": "rules", "extractor_version": "1", "confidence": 0.5},
                )
            ),
        }
        late = not unseen and r.random() < 0.3
        first = "candidate" if late else "accepted" if status == "undone" else status
        if not unseen:
            self.unsaid.discard(text)
        key = (url, f"{at} {n}")
        printed = [
            of
            for of, said in self.said.items()
            if (said.stands, said.speaker) == (True, speaker) and not (seen_only and said.unseen)
        ]
        body["original"] = r.choice(printed) if printed and r.random() < 0.4 else None
        self._step("statement", unseen=unseen, key=key, body=body, claim=claim, counters=drawn, status=first)
        if late:
            self._step("status", key=key, status="accepted")
        if status == "undone":
            self._step("status", unseen=True, key=key, status="rejected")
        self.said[key] = Said(text, unseen, "rejected" if status == "undone" else status, speaker, (url, at))

    def _target(self, claim: str) -> tuple[str, str] | None:
        """Draw a statement of a claim at which it was answered, or none."""
        stated = [key for key, said in self.said.items() if said.claim == claim and said.stands]
        return self.random.choice(stated) if stated and self.random.random() < 0.5 else None

    def _counterclaim(self) -> None:
        """Draw a counterclaim with or without evidence and target.

        It is unseen where a side is, or the evidence, or whose attribution it answers.
        """
        r, known = self.random, self._of(unseen=True)
        if len(known) < 2:
            return
        claim, answer = r.sample(known, 2)
        kind = r.choice(COUNTER_KINDS)
        evidence = [key for key, said in self.said.items() if said.claim == answer and said.stands]
        on = r.choice(evidence) if evidence and r.random() < 0.6 else None
        if (claim, answer, kind) in self.counterclaims:
            return
        target = self._target(claim)
        of = r.choice(ANSWERED) if target else "claim"
        unseen = self.claims[claim] or self.claims[answer] or bool(on and self.said[on].unseen)
        unseen |= of == "attribution" and self.said[target].unseen
        self.counterclaims[claim, answer, kind] = unseen
        if on is None:
            self.bare[claim, answer, kind] = unseen
        about = {
            "claim": claim,
            "answer": answer,
            "kind": kind,
            "statement": on,
            "target": target,
            "of": of,
            "note": f"Note {len(self.counterclaims)}",
        }
        self._step("counterclaim", unseen=unseen, **about)

    def _review(self) -> None:
        known = self._of(unseen=True)
        if not known:
            return
        claim, url = self.random.choice(known), f"https://checks.example/{len(self.reviews)}"
        self.reviews[url] = claim
        body = {
            "url": url,
            "publisher": {"name": "Checks", "site": "checks.example"},
            "rating": {
                "label": self.random.choice(("True", "False")),
                "value": self.random.choice((1, 3, 5)),
                "best": 5,
                "worst": 1,
            },
            "language": "en",
        }
        self._step("review", unseen=self.claims[claim], claim=claim, statement=self._target(claim), body=body)

    def _take_back(self) -> None:
        """Take back a statement; counterclaims that rest on it go with it, or rest on another."""
        standing = [key for key, said in self.said.items() if said.stands]
        if standing:
            key = self.random.choice(standing)
            self.said[key].stands = False
            reason = "Out of sight" if self.said[key].unseen else "Misread"
            self._step("retract", unseen=self.said[key].unseen, noun="statements", key=key, reason=reason)

    def _let_go(self) -> None:
        """Take back a claim, a counterclaim, a review or a sentence that nothing rests on."""
        stated = {said.claim for said in self.said.values() if said.stands}
        quoted = {said.place for said in self.said.values() if said.stands}
        drawn = {said.place for said in self.said.values()}
        places = [place for place in sorted(drawn - quoted) if ("sentences", place) not in self.gone]
        free = [("claims", text, self.claims[text]) for text in self._of(unseen=True) if text not in stated]
        free += [("reviews", url, self.claims[of]) for url, of in self.reviews.items() if not self.gone & {url, of}]
        free += [
            ("counterclaims", counterclaim, self.bare[counterclaim])
            for counterclaim in self.bare
            if not self.gone & {counterclaim, *counterclaim}
        ]
        free += [("sentences", place, place[0] in UNSEEN_PLACES) for place in places]
        if free:
            noun, key, unseen = self.random.choice(free)
            self.gone.add(key if noun != "sentences" else ("sentences", key))
            if noun == "sentences":  # nothing more is quoted from it
                for n in range(QUOTES):
                    self.said.setdefault((key[0], f"{key[1]} {n}"), Said("", True, "", "", key, stands=False))
            self._step("retract", unseen=unseen, noun=noun, key=key, reason="Private" if unseen else "Wrong")

    def _let_go_of_unseen(self) -> None:
        """Take back a document, and a speaker, that only candidates named, with their statements."""
        url, name = self.random.choice(sorted(UNSEEN_PLACES)), self.random.choice(sorted(UNSEEN_SPEAKERS))
        via = {step.about["key"] for step in self.steps if ("speakers", name) in named(step)}
        for key, said in self.said.items():
            if said.stands and (key[0] == url or key in via):
                said.stands = False
                self._step("retract", unseen=True, noun="statements", key=key, reason="Out of sight")
        for noun, key in (("documents", url), ("speakers", name)):
            if any((noun, key) in named(step) for step in self.steps):
                self._step("retract", unseen=True, noun=noun, key=key, reason="Never seen")


@dataclass
class Registry:
    """What a history is played to."""

    reviewer: FlaskClient
    #: Noun -> key -> id, and the reverse.
    ids: dict[str, dict[Any, int]] = field(default_factory=dict)
    keys: dict[str, dict[int, Any]] = field(default_factory=dict)

    def play(self, steps: list[Step], *, unseen: bool) -> None:
        """Do all `steps`, or only those that are not `unseen`."""
        # What was accepted for a while has shown whom and what it names for good.
        shown = [step for step in steps if not step.unseen or step.about.get("status") == "accepted"]
        public = {name for step in shown for name in named(step)}
        for step in steps:
            if step.unseen and not unseen:
                self._meet([what for what in named(step) if what in public])
            else:
                getattr(self, f"_{step.do}")(step.about, unseen)
        self._read_keys()

    def _meet(self, names: list[tuple[str, str]]) -> None:
        """Put in what a step that is left out names first, and others name as well: lists are sorted by their ids."""
        for noun, name in names:
            if noun == "speakers" and not tables.Speaker.select().where(tables.Speaker.name == name).exists():
                posted(self.reviewer, "speakers", {"name": name, "kind": SPEAKERS[name]})
            if noun == "documents" and not tables.Document.select().where(tables.Document.url == name).exists():
                posted(self.reviewer, "documents", document(name))

    def _topic(self, about: dict[str, Any], _: bool) -> None:
        posted(self.reviewer, "topics", {"slug": about["slug"], "label": about["slug"].title()})

    def _speaker(self, about: dict[str, Any], _: bool) -> None:
        name, whole = about["name"], about["part_of"]
        above = tables.Speaker.get(name=whole).id if whole else None
        posted(self.reviewer, "speakers", {"name": name, "kind": SPEAKERS[name], "part_of": above})

    def _claim(self, about: dict[str, Any], _: bool) -> None:
        posted(self.reviewer, "claims", about["body"])

    def _statement(self, about: dict[str, Any], _: bool) -> None:
        claim, counters = about["claim"], []
        self._read_keys()
        for text, (kind, target) in about["counters"].items():
            if found := tables.Claim.get_or_none(text=text):
                at = self.ids["statements"].get(target)
                counters.append({"target": at, "kind": kind} if at else {"claim": found.id, "kind": kind})
        body = about["body"] | {"status": about["status"], "counters": counters}
        body["claim"] = {"id": tables.Claim.get(text=claim).id} if isinstance(claim, str) else claim
        body["original"] = body["original"] and self.ids["statements"][body["original"]]
        posted(self.reviewer, "statements", body)

    def _status(self, about: dict[str, Any], _: bool) -> None:
        self._read_keys()
        id = self.ids["statements"][about["key"]]
        changed(self.reviewer, f"/v1/statements/{id}", {"status": about["status"]})

    def _counterclaim(self, about: dict[str, Any], _: bool) -> None:
        self._read_keys()
        sides = {side: tables.Claim.get(text=about[side]).id for side in ("claim", "answer")}
        on = self.ids["statements"][about["statement"]] if about["statement"] else None
        aimed = {"target": self.ids["statements"].get(about["target"]), "of": about["of"]}
        rest = {"kind": about["kind"], "statement": on, "note": about["note"]}
        posted(self.reviewer, "counterclaims", {**sides, **aimed, **rest})

    def _review(self, about: dict[str, Any], _: bool) -> None:
        claim = {"id": tables.Claim.get(text=about["claim"]).id}
        self._read_keys()
        checked = self.ids["statements"].get(about["statement"])
        posted(self.reviewer, "reviews", about["body"] | {"claim": claim, "statement": checked})

    def _retract(self, about: dict[str, Any], _: bool) -> None:
        self._read_keys()
        noun, key = about["noun"], about["key"]
        retracted(self.reviewer, f"/v1/{noun}/{self.ids[noun][key]}", about["reason"])

    def _read_keys(self) -> None:
        urls = dict(tables.Document.select(tables.Document.id, tables.Document.url).tuples())
        texts = dict(tables.Claim.select(tables.Claim.id, tables.Claim.text).tuples())
        places = tables.Sentence.select()
        at = {one.id: (urls[one.document_id], int(one.text.split()[1])) for one in places}
        self.keys = {
            "documents": urls,
            "claims": texts,
            "sentences": at,
            "topics": {one.id: one.slug for one in tables.Topic.select()},
            "speakers": {one.id: one.name for one in tables.Speaker.select()},
            "reviews": {one.id: one.url for one in tables.Review.select()},
            "statements": {
                one.id: (urls[one.document_id], f"{at[one.sentence_id][1]} {one.content.partition('quote')[2][0]}")
                for one in tables.Statement.select()
            },
            "counterclaims": {
                one.id: (texts[one.claim_id], texts[one.answer_id], one.kind) for one in tables.Counterclaim.select()
            },
        }
        self.ids = {noun: {key: id for id, key in keys.items()} for noun, keys in self.keys.items()}


def named(step: Step) -> list[tuple[str, str]]:
    """The speakers and documents that a step names, in their order."""
    about = step.about
    if step.do == "speaker":
        return [("speakers", about["name"])]
    if step.do == "claim":
        return [("speakers", who["name"]) for who in about["body"]["about"]]
    if step.do != "statement":
        return []
    body, claim = about["body"], about["claim"]
    via = [("speakers", body["via"]["speaker"]["name"])] if body["via"] else []
    via += [("speakers", body["on_behalf_of"]["name"])] if "on_behalf_of" in body else []
    subjects = [] if isinstance(claim, str) else [("speakers", who["name"]) for who in claim["about"]]
    return [("documents", body["document"]["url"]), ("speakers", body["speaker"]["name"]), *via, *subjects]
