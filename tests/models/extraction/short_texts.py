"""Short texts of eight genres, marked before extraction first read them, in the shape of the articles of ten genres.

Texts of `short/*.txt` are parted by lines of three dashes, the first line is the name. `[s1|speaker]`, `[c1|cue]`,
`[q1|content]` and `[t|trap]` mark stretches; marks may nest. Below the text a line for each attribution says what it
is: `= 2 pronoun Ann Holt > Radio Brill > Courier ! 1` is how she is mentioned, who she is, who passed it on, the
nearest first, and, behind `!`, that it denies, and what.
"""

import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "short"
_MARK = re.compile(r"\[([scqt])(\w*)\||\]")
_TOLD = re.compile(r"= (?P<id>\w+) (?P<how>\w+) (?P<who>[^>!\n]+?)(?P<via>(?: > [^>!\n]+?)*)(?P<deny> !(?: \w+)*)?$")


def texts(name: str) -> list[dict[str, Any]]:
    """Read the texts of a file."""
    return [_read(one) for one in (HERE / name).read_text(encoding="utf-8").strip("\n").split("\n---\n")]


def _read(marked: str) -> dict[str, Any]:
    name, _, marked = marked.partition("\n")
    body = "\n".join(line for line in marked.split("\n") if not line.startswith("= "))
    text, at = "", 0
    opened: list[tuple[str, str, int]] = []
    places: dict[tuple[str, str], list[list[int]]] = {}
    for mark in _MARK.finditer(body):
        text += body[at : mark.start()]
        at = mark.end()
        if mark[1]:
            opened.append((mark[1], mark[2], len(text)))
        else:
            role, number, start = opened.pop()
            places.setdefault((role, number), []).append([start, len(text)])
    text += body[at:]
    lines = [line for line in marked.split("\n") if line.startswith("= ")]
    said = [_attribution(line, places) for line in lines]
    for one in said:
        first = one["content"][0][0]
        one["form"] = "direct" if text[first - 1 : first] == "“" else "indirect"
        one["nested"] = any(s <= first < e for other in said if other is not one for s, e in other["content"])
    traps = [{"span": span, "why": "trap"} for (role, _), spans in places.items() if role == "t" for span in spans]
    return {"doc_id": name, "text": text.strip() + "\n", "attributions": said, "traps": traps}


def _attribution(line: str, places: dict[tuple[str, str], list[list[int]]]) -> dict[str, Any]:
    told = _TOLD.fullmatch(line)
    assert told is not None, line
    number, denied = told["id"], (told["deny"] or "").split()[1:]
    cue = places.get(("c", number))
    return {
        "id": number,
        "cue": cue[0] if cue else None,
        "content": places["q", number],
        "speaker": told["who"],
        "how": told["how"],
        "via": [one for one in told["via"].split(" > ") if one],
        "polarity": "deny" if told["deny"] is not None else "assert",
        "denies": denied[0] if denied else None,
        "denies_also": denied[1:],
    }
