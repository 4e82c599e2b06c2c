"""Claim texts: how a claim that was read from printed words follows them when a reviewer mends where they begin or end.

It needs no parser: what parted the claim from the words before ("she" and the name it stands for, a "not") parts
it from the words as they are now.
"""

import re

#: What stands around a content and not in its claim.
_OPENING = re.compile(r"^[\s“\"'‘]*(?:that\s+)?[“\"'‘]?", re.IGNORECASE)
_CLOSING = "\"'”’ ,;:."
_WORD = re.compile(r"\S+")

#: Code points of the longest claim that the API takes.
LONGEST = 20_000


def rewrite(claim: str, *, before: list[str], after: list[str]) -> str | None:
    """Write the claim of the spans `after`, where `claim` is that of `before`.

    None where no safe way is seen, or the claim would be longer than LONGEST.
    """
    text = _rewritten(claim, before, after)
    return text if text and len(text) <= LONGEST else None


def _rewritten(claim: str, before: list[str], after: list[str]) -> str | None:
    old, new = _bare(before), _bare(after)
    if not old or not new or old == new:
        return None
    bare = claim.rstrip(_CLOSING)
    if bare.casefold() == old.casefold():
        return _sentence(new, claim)
    # "Fenn praised the plan.", "An aide said: “...”": the words stand inside it.
    start = _lower(bare).find(_lower(old))
    if start > 0:
        return claim[:start] + new + claim[start + len(old) :]
    return _with_head(claim, bare, old, new)


def _lower(text: str) -> str:
    """Write small letters, one for one: İ alone (U+0130) has two of them (Unicode's SpecialCasing.txt)."""
    return text.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i").lower()


def _with_head(claim: str, bare: str, old: str, new: str) -> str | None:
    """Keep what the claim has in the place of how the words begin: "Fenn would go" for "she would go"."""
    ours, theirs = _words(bare), _words(old)
    shared = 0
    while shared < min(len(ours), len(theirs)) and ours[-1 - shared].casefold() == theirs[-1 - shared].casefold():
        shared += 1
    head = theirs[: len(theirs) - shared]
    following = _words(new)
    if not shared or [w.casefold() for w in following[: len(head)]] != [w.casefold() for w in head]:
        return None
    rest = following[len(head) :]
    return _sentence(" ".join([*ours[: len(ours) - shared], *rest]), claim) if rest else None


def _bare(spans: list[str]) -> str:
    """Join the spans without what stands around them."""
    return _OPENING.sub("", " ".join(" ".join(spans).split())).rstrip(_CLOSING)


def _sentence(words: str, like: str) -> str:
    """Write words as a sentence that ends as the claim before did."""
    end = words[-1:] if words[-1:] in "?!" else like[len(like.rstrip(_CLOSING)) :] or "."
    return words[:1].upper() + words[1:].rstrip("?!") + end


def _words(text: str) -> list[str]:
    return _WORD.findall(text)
