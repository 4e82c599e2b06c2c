"""Things to test with, made as a user would make them."""

from typing import Any

#: Charge and denial in one sentence.
TEXT = (
    "The visit ended on Friday.\n\n"
    "US officials have long warned that the exports sustain the war — a charge Beijing denies. "
    "“We need proof,” an aide said. “There is none.”\n\n"
    "Talks go on."
)
SENTENCE = "US officials have long warned that the exports sustain the war — a charge Beijing denies."


def document(**other: Any) -> dict[str, Any]:
    """The body of a new document."""
    return {"text": TEXT, "language": "en", "url": "https://example.org/visit", "title": "A visit"} | other


def charge(**other: Any) -> dict[str, Any]:
    """The body of the charge: whole, so that everything it needs is made."""
    return {
        "speaker": {"name": "US officials", "kind": "group"},
        "document": document(),
        "sentence": {"text": SENTENCE},
        "mention": {"text": "US officials"},
        "cue": {"text": "warned"},
        "content": [{"text": "the exports sustain the war"}],
        "form": "indirect",
        "said_on": "2026-03-13",
        "claim": {"text": "The exports sustain the war.", "language": "en"},
    } | other


def denial(statement: int, **other: Any) -> dict[str, Any]:
    """The body of the denial of the charge that `statement` is."""
    return {
        "speaker": {"name": "Government of China", "kind": "government", "aliases": ["Beijing"]},
        "document": {"url": "https://example.org/visit"},
        "sentence": {"text": SENTENCE},
        "mention": {"text": "Beijing"},
        "cue": {"text": "denies"},
        "content": [{"text": "a charge"}],
        "form": "indirect",
        "said_on": "2026-03-13",
        "claim": {"text": "The exports do not sustain the war.", "language": "en"},
        "counters": [{"statement": statement, "kind": "denies"}],
    } | other
