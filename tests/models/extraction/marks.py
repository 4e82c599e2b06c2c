"""Articles of our own with every attribution marked by hand, before extraction ever read them.

A mark is `[s1|speaker]`, `[c1|cue]` or `[q1|content]`; marks may nest, and the number joins the three. The line
`= denies 2:1` at the end says that 2 denies 1. Run as a program it prints them in the scorer's shape.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from models.extraction import Finding

HERE = Path(__file__).parent / "marked"

_MARK = re.compile(r"\[([scq])(\d+)\||\]")


def articles() -> list[dict[str, Any]]:
    """Read the marked articles, in the scorer's shape."""
    return [article(path) for path in sorted(HERE.glob("*.txt"))]


def article(path: Path) -> dict[str, Any]:
    """Read one marked article: its text without the marks, and what they mark."""
    return read(path.stem, path.read_text(encoding="utf-8"))


def read(name: str, marked: str) -> dict[str, Any]:
    """Read one marked text."""
    marked, _, links = marked.partition("\n= denies ")
    denies = dict(pair.split(":") for pair in links.split())
    text, at = "", 0
    opened: list[tuple[str, int, int]] = []
    found: dict[int, dict[str, Any]] = {}
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        at = mark.end()
        if mark[1]:
            opened.append((mark[1], int(mark[2]), len(text)))
            continue
        role, number, start = opened.pop()
        one = found.setdefault(number, {"id": str(number), "source": None, "cue": None, "content": []})
        if role == "q":
            one["content"].append([start, len(text)])
        else:
            one["source" if role == "s" else "cue"] = [start, len(text)]
    text += marked[at:]
    for number, one in sorted(found.items()):
        one["denies"] = denies.get(str(number))
        one["polarity"] = "deny" if one["denies"] else "assert"
        # "adding", "saying" and "called" share the speaker of the one before.
        if one["source"] is None and number - 1 in found:
            one["source"] = found[number - 1]["source"]
    return {"doc_id": name, "text": text.strip() + "\n", "attributions": [found[n] for n in sorted(found)]}


def find(marked: dict[str, Any], findings: list[Finding]) -> Finding | None:
    """Find the finding whose cue, content and speaker overlap with the marked ones."""
    for finding in findings:
        cue = [finding.cue] if finding.cue else []
        mention = [finding.mention] if finding.mention else []
        if (
            overlap([marked["cue"]], cue)
            and overlap(marked["content"], list(finding.contents))
            and (marked["source"] is None or overlap([marked["source"]], mention))
        ):
            return finding
    return None


def overlap(these: list[list[int]], those: list[tuple[int, int]]) -> bool:
    """Tell whether any of these spans shares a place with any of those."""
    return any(start < last and first < end for start, end in these for first, last in those)


if __name__ == "__main__":
    for one in articles():
        sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
