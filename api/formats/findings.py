"""What extraction finds: as JSON with the words themselves, or as the lines that extraction is scored on."""

from typing import Any

import orjson

from models.extraction import NAME, VERSION, Finding

Span = tuple[int, int]


def as_json(text: str, found: list[Finding]) -> bytes:
    """Write the findings of `text` as JSON for people, each span with its words."""
    members = {
        "extractor": NAME,
        "extractor_version": VERSION,
        "findings": [_as_object(text, finding) for finding in found],
    }
    return orjson.dumps(members, option=orjson.OPT_INDENT_2)


def article(line: bytes) -> tuple[str | int, str]:
    """Read the name and the text of `{"doc_id", "text"}`; other members are passed over. Raises ValueError."""
    try:
        value = orjson.loads(line.decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8: byte {error.start} is the first that is not.") from None
    except orjson.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    match value:
        case {"doc_id": str() | int() as name, "text": str() as text}:
            return name, text
    raise ValueError('it is no object with a "doc_id" and a "text".')


def scored(name: str | int, found: list[Finding]) -> bytes:
    """Write the findings of the text called `name` as one line, offsets alone."""
    return orjson.dumps({"doc_id": name, "attributions": [_offsets(finding) for finding in found]})


def _as_object(text: str, finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "speaker": {"name": finding.speaker.name, "kind": finding.speaker.kind} if finding.speaker else None,
        "mention": _span(text, finding.mention),
        "cue": _span(text, finding.cue),
        "content": [_span(text, span) for span in finding.contents],
        "form": finding.form,
        "kind": finding.kind,
        "claim": finding.claim,
        "about": [{"name": who.speaker.name, "kind": who.speaker.kind} for who in finding.about],
        "polarity": finding.polarity,
        "denies": finding.denies,
        "may_deny": finding.may_deny,
        "doubt": finding.doubt,
        "via": [one.name for one in finding.via],
        "sentence": finding.sentence,
        "confidence": finding.confidence,
    }


def _span(text: str, span: Span | None) -> dict[str, Any] | None:
    return {"text": text[slice(*span)], "start": span[0], "end": span[1]} if span else None


def _offsets(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "source": finding.mention,
        "cue": finding.cue,
        "content": finding.contents,
        "polarity": finding.polarity,
        "form": finding.form,
        "denies": finding.denies,
    }
