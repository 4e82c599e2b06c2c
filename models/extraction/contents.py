"""Inside, pure: the exact stretch of text that a cue introduces.

The boundaries follow the conventions of PolNeAR's guidelines (Newell,
Margolin and Ruths 2018): an opening "that" belongs to the content, quotation
marks and what they enclose do, a comma or full stop outside them does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction.cue import Cue, lemma
from models.extraction.grammar import children, edges, subject
from models.extraction.interrupted import AND, DAYS, FINITE, SUBORDINATES, around_cue, clause_start, own_ranges
from models.extraction.lexicon import ADDRESS, ECHOES, NAME_AS, PLAIN, SAY
from models.extraction.units import Unit
from models.extraction.verdicts import with_verdict

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Span = tuple[int, int]
#: First and last token of a stretch, inclusive.
Range = tuple[int, int]

#: What never stands at the edge of a content.
_EDGE_TEXT = frozenset(",.;:—–-―()[]") | {"--", "―", "..."}
_WHICH_DAY = frozenset("last this earlier late early next that".split())
#: What links a sentence to the one before; no part of what the sentence reports.
_LINKS = frozenset("and however yet still meanwhile moreover furthermore nevertheless".split())


def ranges(unit: Unit, cue: Cue, source: Range | None) -> list[Range]:
    """Find the token ranges of a cue's content, in reading order; quotations not included."""
    doc = unit.doc
    heads = [doc[i] for i in cue.complements]
    if cue.frame == "quote" or not heads:
        return []
    own = own_ranges(cue, source)
    if cue.frame in ("around", "according"):
        found = around_cue(unit, cue, source)
    elif cue.frame in ("clause", "noun"):
        found = _clause(unit, cue, heads, source)
    elif cue.frame == "passive" and len(heads) > 1:
        found = _without([edges(heads[:1])], own) + _without([edges(heads[1:])], own)
    elif cue.frame in ("urge", "name"):
        found = _without(_several(cue, heads), own)
        found = _grown(unit, cue, found)
    else:
        found = _without([_phrase(unit, cue, heads[0])], own)
        found = _without_aside(unit, _grown(unit, cue, found))
        found = _with_matter(unit, cue, found)
    found = with_verdict(unit, cue, found)
    found = [_unlinked(unit, piece) for piece in found]
    return [trimmed for piece in found if (trimmed := _trim(unit, piece))]


def added(unit: Unit, cue: Cue) -> Range | None:
    """Find what a conjunction adds to a quotation: "'I like him,' she said, but 'he is slow.'"."""
    doc = unit.doc
    for i in sorted(unit.opens):
        if i - 2 > cue.last and doc[i - 1].dep_ == "cc" and doc[i - 2].text == ",":
            return _trim(unit, (i - 1, len(doc) - 1))
    return None


def _unlinked(unit: Unit, piece: Range) -> Range:
    """Leave "But", "However," or "In addition," out of a piece that opens its sentence."""
    doc = unit.doc
    first, last = piece
    if first > 0 or last - first < 3 or unit.quote[0] >= 0 or 0 in unit.opens:
        return piece
    if doc[0].lower_ == "in" and doc[1].lower_ == "addition":
        return 2, last
    if doc[0].lower_ == "however" and doc[1].text != ",":
        return piece
    return (1, last) if doc[0].lower_ in _LINKS else piece


def _phrase(unit: Unit, cue: Cue, head: Token) -> Range:
    """Take a phrase and all that hangs on it, but for the cue's own clause."""
    if cue.named is not None:
        return head.i - 1, head.i
    first, last = edges([head])
    if head.i < cue.head <= last and any(token.i == head.i for token in unit.doc[cue.head].ancestors):
        at = unit.doc[cue.head]
        while at.head.i not in (head.i, at.i):
            at = at.head
        last = at.left_edge.i - 1
    return first, last


def _grown(unit: Unit, cue: Cue, found: list[Range]) -> list[Range]:
    """Grow the last range by what the parser hung on the cue but belongs to the phrase."""
    if not found or found[-1][0] < cue.head or cue.frame == "passive" or unit.doc[cue.head].pos_ == "NOUN":
        return found
    first, last = found[-1]
    for child in sorted(unit.doc[cue.head].children, key=lambda child: child.i):
        if child.left_edge.i <= last:
            continue
        if child.dep_ in ("cc", "punct") and cue.frame in ("to", "urge"):
            continue
        between = unit.doc[last + 1 : child.left_edge.i]
        joined = cue.frame in ("to", "urge") and child.dep_ == "conj" and child.tag_ == "VB" and subject(child) is None
        if joined and all(token.dep_ in ("cc", "punct", "advmod") for token in between):
            last = child.right_edge.i
            continue
        if len(between):
            break
        if (
            (
                child.left_edge.lower_ == "as"
                and child.dep_ in ("prep", "advcl")
                and lemma(unit.doc[cue.head]) in NAME_AS
            )
            or (child.dep_ == "prep" and child.lower_ == "on" and cue.lemma == "blame")
            or (child.dep_ == "prep" and not _is_setting(child))
            or child.dep_ in ("dative", "oprd", "acl")
            or child.dep_ == "xcomp"
            or (
                child.dep_ == "advcl"
                and (
                    child.tag_ == "VBN"
                    or (
                        cue.frame in ("to", "urge")
                        and child.left_edge.lower_ in ("if", "unless", "should", "until", "because")
                    )
                )
            )
        ):
            last = child.right_edge.i
        else:
            break
    return [*found[:-1], (first, last)]


#: "accused Rafael Ost, who was born in Brill, of lying": verb -> the preposition of what it is about.
_MATTERS = {"accuse": "of", "suspect": "of", "thank": "for", "blame": "for", "praise": "for", "criticize": "for"}


def _with_matter(unit: Unit, cue: Cue, found: list[Range]) -> list[Range]:
    """Take in what a person is accused of or thanked for, behind an aside or a date."""
    wanted = _MATTERS.get(cue.lemma)
    if wanted is None or cue.frame != "object" or not found:
        return found
    first, last = found[-1]
    for prep in children(unit.doc[cue.head], "prep"):
        if prep.lower_ == wanted and prep.i > last:
            matter = _without_aside(unit, [(prep.i, prep.right_edge.i)])
            if any(token.text == "," for token in unit.doc[last + 1 : prep.i]):
                return [*found[:-1], (first, matter[0][1])]
            return [*found, *matter]
    return found


def _without_aside(unit: Unit, found: list[Range]) -> list[Range]:
    """End a phrase before ", which ...": that is the reporter's own remark."""
    if not found:
        return found
    first, last = found[-1]
    for token in unit.doc[first + 1 : last]:
        if token.text == "," and unit.doc[token.i + 1].tag_ in ("WDT", "WP", "WRB"):
            return [*found[:-1], (first, token.i - 1)]
    return found


_OF_MATTERS = frozenset("of for as to with by over against about into from between than like".split())


def _is_setting(prep: Token) -> bool:
    """Tell whether a prepositional phrase tells when, where or in what the cue was uttered."""
    return prep.lower_ not in _OF_MATTERS


def _clause(unit: Unit, cue: Cue, heads: list[Token], source: Range | None) -> list[Range]:
    """Find a complement clause after, before or on both sides of its cue."""
    first, last = edges(heads[:1])
    own = own_ranges(cue, source)
    if heads[0].i > cue.head:
        first = max(first, cue.last + 1)
        first = _skip_adjuncts(unit, first, heads[0])
        if heads[0].dep_ in ("acl", "relcl") and unit.doc[cue.head].pos_ != "NOUN":
            first = heads[0].left_edge.i
        if heads[0].dep_ in ("advcl", "conj", "dep") and (own_subject := subject(heads[0])) is not None:
            first = max(first, own_subject.left_edge.i)
        first = _with_object(unit, cue, first, heads[0])
        last = _carried_on(unit, cue, first, last)
        last = _before_shift(unit, first, last)
        opening = _opening(unit, own)
        if opening is not None and first > max(part[1] for part in own):
            return [opening, (first, last)]
        return _without([(first, last)], [part for part in own if part[0] >= first])
    stop = min(part[0] for part in own)
    return around_cue(unit, cue, source) if stop > 0 else [(first, last)]


def _opening(unit: Unit, own: list[Range]) -> Range | None:
    """Find what stands before a cue between commas: "In March, she said, the ice broke"."""
    doc = unit.doc
    own_first, own_last = min(part[0] for part in own), max(part[1] for part in own)
    if own_first < 2 or doc[own_first - 1].text != "," or own_last + 1 >= len(doc) or doc[own_last + 1].text != ",":
        return None
    start = clause_start(unit, own_first - 1)
    words = [token for token in doc[start : own_first - 1] if token.lower_ not in AND and not token.is_punct]
    finite = any(token.tag_ in FINITE for token in words)
    if not words or (finite and words[0].lower_ not in SUBORDINATES):
        return None
    return start, own_first - 1


def _with_object(unit: Unit, cue: Cue, first: int, head: Token) -> int:
    """Take in the clause's subject that the parser made an object: "demanded Oslo pay"; not those addressed."""
    if (cue.lemma in ADDRESS and cue.lemma != "show") or unit.doc[cue.head].pos_ == "NOUN":
        return first
    if subject(head) is not None or any(child.dep_ == "mark" for child in head.children):
        return first
    objects = [
        child
        for child in children(unit.doc[cue.head], "dobj")
        if cue.last < child.left_edge.i and child.right_edge.i == first - 1
    ]
    return objects[0].left_edge.i if objects else first


def _carried_on(unit: Unit, cue: Cue, first: int, last: int) -> int:
    """Find the last token of a complement clause: the parser often breaks it off at a conjunction."""
    doc = unit.doc
    for child in sorted(doc[cue.head].children, key=lambda child: child.i):
        if child.left_edge.i <= last or child.i < first:
            continue
        gap = doc[last + 1 : child.left_edge.i]
        if any(not token.is_punct and token.dep_ not in ("cc", "mark") for token in gap):
            break
        if not _belongs(unit, cue, child):
            if child.dep_ in {"punct", "cc"}:
                continue
            break
        last = child.right_edge.i
    return _before_echo(unit, first, last)


def _belongs(unit: Unit, cue: Cue, child: Token) -> bool:
    """Tell whether a later dependent of the cue is really part of the clause it introduces."""
    if child.dep_ == "conj":
        own = subject(child)
        if own is None and _is_modal(child) and not _is_modal(unit.doc[cue.head]):
            return True
        return own is not None and own.lower_ not in ("he", "she", "they") and lemma(child) not in SAY
    if child.dep_ == "ccomp":
        return subject(child) is None and not any(token.dep_ == "mark" for token in child.children)
    if child.dep_ == "advcl":
        if child.tag_ == "VBG":
            return False
        opener = child.left_edge.lower_
        return opener in ("because", "if", "unless", "since", "should", "so", "until", "without", "even", "whether")
    return child.dep_ in ("prep", "oprd", "acl", "relcl", "xcomp") and child.left_edge.i == child.i


def _answers(doc: Doc, first: int, last: int) -> bool:
    """Tell whether somebody else's answer follows: ", but the ministry called that untrue"."""
    for token in doc[first : min(first + 9, last + 1)]:
        if token.tag_ in ("VBD", "VBZ", "VBP"):
            own = subject(token)
            return own is not None and own.i >= first and own.pos_ != "PRON" and lemma(token) in ECHOES
    return False


def _is_modal(verb: Token) -> bool:
    return any(child.tag_ == "MD" for child in children(verb, "aux"))


def _before_echo(unit: Unit, first: int, last: int) -> int:
    """Stop before ", adding ..." or ", though she noted ...": the speaker speaking again."""
    doc = unit.doc
    for token in doc[first + 1 : last]:
        following = doc[token.i + 1]
        if token.text == "," and following.tag_ == "VBG" and lemma(following) in SAY:
            return token.i - 1
        if (
            token.text == ","
            and following.lower_ in ("though", "although", "but", "and", "while")
            and _resumes_speaking(doc, token.i + 2)
        ):
            return token.i - 1
        if (
            token.text == ","
            and following.lower_ in ("and", "but", "while", "though", "although")
            and _answers(doc, token.i + 2, last)
        ):
            return token.i - 1
        if token.lower_ in ("and", "but") and following.tag_ in ("VBD", "VBZ") and lemma(following) in ECHOES:
            return token.i - 1
    return last


def _before_shift(unit: Unit, first: int, last: int) -> int:
    """Stop at "and expressed ..." after "said it would go": the tense shows whose verb it is."""
    for token in unit.doc[first : last + 1]:
        if token.dep_ != "conj" or token.tag_ not in ("VBD", "VBZ") or subject(token) is not None:
            continue
        if token.head.tag_ in ("VB", "VBG") and not children(token, "aux", "auxpass"):
            joins = [child.i for child in token.head.children if child.dep_ == "cc" and child.i < token.i]
            return (joins[-1] if joins else token.left_edge.i) - 1
    return last


def _resumes_speaking(doc: Doc, at: int) -> bool:
    """Tell whether a pronoun and a plain verb of saying follow: "she noted", "he also said"."""
    if at + 1 >= len(doc) or doc[at].lower_ not in ("he", "she", "they", "it"):
        return False
    verbs = [token for token in doc[at + 1 : at + 3] if token.tag_ in ("VBD", "VBZ")]
    return bool(verbs) and (lemma(verbs[0]) in PLAIN or lemma(verbs[0]) in ("refuse", "decline"))


def _skip_adjuncts(unit: Unit, first: int, head: Token) -> int:
    """Step over a date between cue and clause that the parser gave to the clause."""
    doc = unit.doc
    at = first
    while at < head.i and (doc[at].lower_ in DAYS or (doc[at].lower_ in _WHICH_DAY and doc[at + 1].lower_ in DAYS)):
        at += 1
    if at < len(doc) and doc[at].text == ",":
        return at + 1
    return at


def _several(cue: Cue, heads: list[Token]) -> list[Range]:
    """Take object and predicate: one range where they touch, else one each."""
    pairs = [edges([head]) if head.lower_ != "as" else (head.i, _phrase_end(head)) for head in heads]
    pairs = _without(pairs, [(cue.first, cue.last)])
    merged: list[Range] = []
    for first, last in sorted(pairs):
        if merged and (first <= merged[-1][1] + 1 or merged[-1][0] > cue.last):
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _phrase_end(opener: Token) -> int:
    """Find the last token of what "as" opens: before punctuation or the next clause."""
    last = opener.right_edge.i
    for token in opener.doc[opener.i + 1 :]:
        if token.is_punct or token.dep_ in ("cc", "nsubj", "nsubjpass", "mark") or token.tag_ in FINITE:
            break
        last = max(last, token.i)
    return last


def _without(pieces: list[Range], own: list[Range]) -> list[Range]:
    """Leave the cue and the speaker out of ranges."""
    for first, last in own:
        left: list[Range] = []
        for start, end in pieces:
            if last < start or first > end:
                left.append((start, end))
                continue
            if start < first:
                left.append((start, first - 1))
            if end > last:
                left.append((last + 1, end))
        pieces = left
    return pieces


def _trim(unit: Unit, piece: Range) -> Range | None:
    """Cut punctuation off both ends; None when no word is left."""
    doc = unit.doc
    first, last = piece
    while first <= last and (doc[first].text in _EDGE_TEXT or doc[first].is_space):
        first += 1
    while last >= first and (doc[last].text in _EDGE_TEXT or doc[last].is_space):
        if doc[last].text == ")" and any(token.text == "(" for token in doc[first:last]):
            break
        last -= 1
    while last > first and doc[last].dep_ == "cc" and doc[last].pos_ == "CCONJ":
        last -= 1
        while last > first and doc[last].text in _EDGE_TEXT:
            last -= 1
    return (first, last) if first <= last else None
