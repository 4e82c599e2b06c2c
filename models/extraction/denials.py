"""Inside, pure: which findings deny something, told from one cue and its content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.extraction.cue import Cue
from models.extraction.findings import Polarity
from models.extraction.grammar import AUXILIARIES, children, is_negated, subject
from models.extraction.lexicon import INNOCENT, NAME_AS
from models.extraction.object_verbs import NOT_GRANTED
from models.extraction.recollections import remembers_otherwise
from models.extraction.units import Unit
from models.extraction.unsaid import UNWILLING
from models.extraction.untruth import (
    CONTESTED,
    FALSE,
    FLATLY_NOT,
    MISTAKEN,
    NICKNAMED,
    NO_SUCH,
    OPEN,
    OTHERWISE,
    PLAINLY_FALSE,
    PRAISE,
    SCORN,
    UNTRUE,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Verbs whose object is denied whatever it is, but for NOT_CLAIMS.
_DENY = frozenset({"deny", "refute", "rebut", "repudiate", "disavow", "contradict", "gainsay", "debunk"})
#: Verbs that deny a claim, but only refuse an offer.
_REJECT = frozenset(
    {"reject", "dismiss", "dispute", "contest", "discount", "decry", "denounce", "rubbish", "counter", "challenge"}
)
#: Who admits a thing does not deny it: "He had not, he admitted, slept".
_ADMIT = frozenset({"admit", "concede", "acknowledge", "confess", "agree"})
#: "He disputed that": these deny even a bare pronoun.
_STRONG = frozenset({"reject", "dismiss", "dispute", "contest", "discount", "rubbish"})
#: "shot down the report", "scoffed at the claim", "took issue with it": these deny what is a claim.
_WAVE_OFF = frozenset(
    "shoot brush wave laugh shrug knock bat push scoff take pour throw cast hit fire sneer give bristle".split()
)
#: What can be denied for lack of truth.
CLAIMS = frozenset(
    """claim charge allegation accusation report suggestion notion idea assertion criticism characterization
    characterisation rumor rumour speculation insinuation narrative account argument statement story
    conclusion finding findings complaint implication allegation characterisation talk contention theory
    assessment version description link involvement wrongdoing role responsibility knowledge warning
    concern worry remark comment interpretation premise talk figure evidence testimony estimate prediction forecast
    insistence inference news headline slur portrayal explanation hypothesis view reading analysis contention tale
    impression thesis arithmetic depiction doubt fear memo letter recording announcement
    declaration revelation disclosure tale article number comparison label contents diagnosis dossier guilt timeline
    chronology sequence fact basis motive extent existence authenticity accuracy veracity truth validity""".split()
)
#: What is denied by not being granted: no denial of a claim.
_NOT_CLAIMS = frozenset(
    """request permit permission access entry visa bail motion appeal application service asylum care
    coverage license licence leave funding loan admission right rights opportunity chance treatment
    benefit benefits petition passage citizenship parole payment aid food water justice offer bid
    proposal plan invitation ceasefire truce deal amendment bill nomination""".split()
)
#: A noun for something claimed, or what stands for it.
_CLAIMED = (
    r"(?:(?:that|it|this|they|these|those)|(?:[\w’'-]+ ){0,4}?(?:claims?|charges?|allegations?|accusations?|reports?|"
    r"suggestions?|assertions?|stor(?:y|ies)|rumou?rs?|figures?|accounts?|statements?|memo|letter|recording|video|"
    r"version|criticisms?|idea|reading|description|interpretation|characteri[sz]ation|assessment|findings?|"
    r"conclusions?|remarks?|comments?|quot(?:e|ation)s?|documents?|receipts?|photographs?|photos?|images?|e-?mails?|"
    r"slides|numbers?|article|headline|timeline|chronology|(?:law)?suits?|testimony|explanation|quotes?|comparison))"
)
_IS = (
    r"(?:['’]s|['’]re|\b(?:is|was|are|were|being|had been|has been|have been|"
    r"isn['’]t|wasn['’]t|aren['’]t|weren['’]t)\b)"
)
#: "a claim that the ministry says is “made up”": what is false stands before the cue.
_IS_FALSE = re.compile(
    rf"^[\s“\"'‘]*(?:{_IS}(?: \w+){{0,2}}? ?[“\"‘]?(?:\w+ly )?(?:{UNTRUE}|{SCORN})\b|"
    r"ha(?:d|s|ve) no (?:\w+ )?(?:basis|truth|merit|foundation|substance)\b|(?:did not|never) happen)",
    re.IGNORECASE,
)
#: "the report was false", "These claims are simply without merit", "it was “simply untrue”".
_SAYS_FALSE = re.compile(
    rf"^[\s“\"'‘]*(?:that )?{_CLAIMED}\b(?: (?:of|about|by|from|against)(?: [“\"‘]?[\w’'-]+[”\"]?){{1,9}}?|"
    r"(?: (?:on|in|from) [\w’'-]+(?: [\w’'-]+)?)? "
    r"(?:that|(?:he|she|it|they|the) [\w’'-]+)(?: [\w’'-]+){1,14}?)?"
    rf"(?: ?{_IS}(?: \w+){{0,3}}? ?[“\"]?(?:\w+ ){{0,2}}?(?:(?:{UNTRUE}|{SCORN})\b(?! (?:to|of|for|that|when|if)\b)|"
    r"inventions? of\b|(?:contradicted|disproved|disproven|belied|refuted) by\b|at odds with\b|unsupported\b|"
    r"out of (?:date|context)\b|outdated\b|doctored\b|"
    r"not what (?:it|they) (?:appears?|seems?)\b)|"
    r" ha(?:d|s|ve) no (?:\w+ )?(?:basis|truth|merit|foundation|substance)\b|"
    r" (?:\w+ )?(?:did not|didn['’]t|never|does not|do not|doesn['’]t) (?:\w+ )?"
    r"(?:happen(?:ed)?|occur(?:red)?|take place|took place|exist(?:ed)?|hold up|hold water|stand up|add up|tally|"
    r"square|match)\b|"
    r" ha(?:d|s|ve) (?:not|never) (?:happened|occurred|taken place|existed)\b)",
    re.IGNORECASE,
)
#: An utterance that opens by denying.
_OPENS_DENYING = re.compile(
    r"^[\s“\"'‘]*(?:that )?(?:"
    # No noun: "they hope the dispute can be settled".
    r"(?:we|i|he|she|they|it) (?:(?!(?:the|a|an|any|no|this|that|its|their)\b)\w+ ){0,2}"
    r"(?:den(?:y|ies|ied)|reject(?:s|ed)?|refute[sd]?|dispute[sd]?)\b|"
    r"(?:we|i|he|she|they)(?:['’]ve| have| has| had)? never (?:said|did|done|wrote|asked|took|made) "
    r"(?:that|this|it|such|any(?:thing)? (?:of the|such))\b|"
    r"there(?:['’]s| (?:is|was|were|are))(?:(?: (?!nothing)\w+){0,2}? no|(?: not|n['’]t) (?:a|an|one) (?:\w+ ){1,2}of)"
    r" (?:\w+ )?"
    r"(?:truth|basis|evidence|merit|substance|foundation)"
    r"(?: whatsoever| at all)?(?= ?(?:[.,;”\"]|$)| (?:to|for|in|of|behind)\b)|"
    r"it(?:['’]s| is| was) (?:\w+ly )?(?:not true|untrue|false|a lie|wrong|incorrect|not the case) "
    r"(?:that|to (?:say|suggest|claim|imply|pretend))\b|"
    rf"(?:to (?:say|suggest|claim|imply|pretend)|any suggestion) (?:that )?[^.;!?“”\"]{{1,160}}? "
    rf"(?:is|was) (?:\w+ly )?(?:{UNTRUE})\b|"
    r"(?:he|she|it|they|we|i) (?:could|can|did|do|does)(?: not|n['’]t) accept (?:that|this|it)\b|"
    r"none of (?:this|that|it|these|those)\b[^.]{0,30}? (?:true|happened)|"
    r"not (?:a|one) (?:single )?(?:word|bit|scrap|shred|syllable) (?:of (?:it|this|that|what \w+ \w+) )?"
    r"(?:is|was|are|of (?:truth|it))\b|"
    r"(?:we|i|he|she|it|they)(?:['’]d| would| could) never (?:have )?(?:\w+ )?(?:do|done|say|said|dream(?:t|ed)?) "
    r"(?:of )?(?:(?:any|so) )?(?:that|this|it|such|anything)\b|"
    r"(?:that|this|it) (?:cannot|can['’]t|could not|couldn['’]t) (?:possibly )?(?:be|have been) "
    r"(?:so|true|right|the case)\b|"
    r"(?:that|this|it) (?:does not|doesn['’]t|did not|didn['’]t) (?:stand up|hold water|add up|hold up)\b|"
    r"(?:we|i|he|she|it|they) (?:am|is|are|was|were) (?:entirely |completely |wholly |quite )?innocent\b|"
    r"nothing (?:could be further|like (?:that|this|it) (?:ever )?(?:had )?happened)|"
    r"(?:complete |utter |pure |total |absolute |sheer )?"
    r"(?:nonsense|rubbish|lies|fiction|fantasy|fabrication|baloney)\b[,.!”\"])",
    re.IGNORECASE,
)
#: "Absolutely not": it answers what stands just before it, and denies where that is a charge.
NO = re.compile(
    rf"^[\s“\"'‘]*(?:(?:no|never|{FLATLY_NOT})(?:[,.!?:;]|[”\"’]|$)|(?:absolutely|certainly|definitely) not\b|"
    r"not at all\b|(?:he|she|it|they|we|i) (?:did|had|was|were|has|have|is|are|do|does)(?: not|n['’]t)[,.!]?[”\"’]|"
    r"it (?:wasn['’]t|was not) (?:me|us|him|her|them|i|he|she|they)\b)",
    re.IGNORECASE,
)
#: "Nonsense": it also answers what itself denies, as a "no" does not.
FLAT_OUT = re.compile(rf"^[\s“\"'‘]*(?:{FLATLY_NOT})(?:[,.!?:;]|[”\"’]|$)", re.IGNORECASE)
#: "it had not been sold, contrary to reports": what is said answers them.
CONTRARY_TO = re.compile(
    r"\bcontrary to (?P<what>what [\w’'-]+ (?:\w+ )?(?:said|claimed|wrote|reported)|(?:[\w’'-]+ ){0,5}?"
    r"(?:reports?|claims?|suggestions?|assertions?|allegations?|rumou?rs?|accounts?)\b[^.;]{0,60})",
    re.IGNORECASE,
)
#: "it did not", "that he had nothing to do with it".
ELLIPTIC = re.compile(
    r"^(?:that )?(?:[\w’']+ [\w’']+ |)(?:[\w’']+) (?:did|had|has|have|does|do)(?: not|n['’]t) "
    r"(?:done|do) (?:so|that|it)[.,]?[”\"]?$|"
    r"^(?:that )?(?:it|he|she|they|we|i) "
    r"(?:(?:did|had|was|were|has|have|is|are|do|does)(?: not| no such thing|n['’]t)[.,]?[”\"]?$|"
    r"(?:\w+ )?(?:had|has|have) (?:had )?(?:nothing to do with|no (?:part|role|hand|involvement) in|done nothing wrong|"
    r"never (?:\w+ )?(?:any )?such)|(?:did|had done|has done|have done) nothing (?:wrong|improper|illegal|of the))",
    re.IGNORECASE,
)
#: "that he was", "it had": it says again what was negated.
AFFIRMS = re.compile(
    r"[\s“\"'‘]*(?:that )?(?:he|she|it|they|we|i|there) "
    r"(?:was|were|did|had|has|have|is|are|does|do|could|would)[.,!]?[”\"’]?$",
    re.IGNORECASE,
)
#: Who may speak of himself.
_MAY_BE_WRONG = frozenset({"he", "she", "they", "you", "that", "this"})
_HIMSELF = frozenset({"he", "she", "i", "we", "they", "it"})
#: Code points of a content in which it names a claim another.
_NAMED = 160
PRONOUNS = frozenset({"that", "this", "it", "them", "those", "these", "which"})
_GUILTLESS = frozenset({"innocence", "guilty"})
#: "dismissed the charges against him": so courts end a case, and say nothing of its truth.
_COURTS = frozenset("judge court tribunal committee prosecutor magistrate jury panel justice commission board".split())
_LEGAL = frozenset({"charge", "complaint", "allegation", "count", "claim"})


#: Code points of a content that are looked at: a quoted speech may be as long as its document.
LOOKED_AT = 2_000


def polarity(text: str, unit: Unit, cue: Cue, spans: Sequence[tuple[int, int]]) -> Polarity:
    """Tell whether a cue with this content denies a claim."""
    said = [text[start : min(end, start + LOOKED_AT)] for start, end in spans]
    content = " ".join(said)
    if unit.bare or cue.frame == "colon":
        return "deny" if cue.frame == "colon" and _is_no(content) else "assert"
    verb = unit.doc[cue.head]
    if _is_ungranted(verb, cue) or remembers_otherwise(unit, cue):
        return "deny"
    if _held_back(verb, unit.doc[cue.holder]) or (cue.lemma in _ADMIT and cue.frame in ("clause", "around")):
        return "assert"
    word = cue.lemma
    guiltless = word in INNOCENT and cue.frame == "object" and unit.doc[cue.complements[0]].lower_ in _GUILTLESS
    if guiltless or word in _DENY or (word == "beg" and content.startswith("to differ")):
        return "deny"
    if word in _REJECT and _is_claim(unit, cue, content) and not _ends_a_case(unit, cue):
        return "deny"
    if word in NAME_AS and cue.frame in ("name", "object", "clause", "urge") and _belies(text, unit, cue, spans):
        return "deny"
    if word == "denial" or _heads(unit, cue, "denial") or _carries_denial(unit, cue):
        return "deny"
    says_otherwise = cue.kind == "speech" and OTHERWISE.match(content) is not None
    if says_otherwise or (word in _WAVE_OFF and _is_claim(unit, cue, content)):
        return "deny"
    if (
        (cue.kind == "speech" or word in _WAVE_OFF or word in ("think", "believe"))
        and cue.frame in ("quote", "clause", "around", "according")
        and (
            any(says_no(part) for part in (content, *(said if cue.frame == "quote" else ())))
            or (ELLIPTIC.match(content) and not _goes_on(unit, cue))
            or _IS_FALSE.match(content)
            or (cue.kind == "speech" and CONTRARY_TO.search(content))
        )
    ):
        return "deny"
    return "assert"


def _is_no(content: str) -> bool:
    """Tell whether a turn says no, whatever it was asked: "No. I left because my hands hurt"."""
    return says_no(content) or ELLIPTIC.match(content) is not None or NO.match(content) is not None


def _is_ungranted(verb: Token, cue: Cue) -> bool:
    """Tell whether a claim is not granted: "does not accept that", "did not recognise the account"."""
    return cue.lemma in NOT_GRANTED and is_negated(verb) and cue.frame in ("object", "clause")


def leans(said: str) -> bool:
    """Tell whether a denial says nothing without the charge it answers: "that is a lie", "it did not"."""
    if _IS_FALSE.match(said) or AFFIRMS.match(said):
        return True
    return says_no(said) or bool(ELLIPTIC.match(said)) or (NO.match(said) is not None and len(said.split()) < 5)


def says_no(said: str) -> bool:
    """Tell whether an utterance calls a claim untrue in so many words."""
    return bool(_OPENS_DENYING.match(said) or _SAYS_FALSE.match(said) or _gives_the_lie(said))


def _gives_the_lie(content: str) -> bool:
    """Tell whether who says this calls somebody mistaken, or says that it is otherwise, or no such thing."""
    if OTHERWISE.match(content):
        return True
    if (wrong := MISTAKEN.match(content)) is not None:
        who = wrong["who"].rsplit(maxsplit=1)[-1]
        has = re.search(r"\b(?:had|has|got|gotten)\b", wrong[0][len(who) :]) is not None  # "had its dates wrong"
        if wrong[0].endswith("wrong") and not (has or who[0].isupper() or who.lower() in _MAY_BE_WRONG):
            return False  # "the sum is wrong"
        # "he was wrong" may be his own mistake.
        now = wrong[0].partition(wrong["who"])[2].startswith(("'", "’", " is ", " are "))
        who = wrong["who"].lower()
        quoted = content.lstrip()[:1] in ("“", '"', "‘") and who not in ("i", "we")  # nobody calls himself "she"
        return who not in _HIMSELF or now or quoted or " must " in wrong[0]
    if (named := NICKNAMED.match(content)) is not None:
        return not PRAISE.search(content, named.end(), named.end() + _NAMED)
    end = content.find(". ", 0, _NAMED)
    such = NO_SUCH.search(content, 0, end if end > 0 else _NAMED)
    return such is not None and not OPEN.search(content, 0, such.end())


def _belies(text: str, unit: Unit, cue: Cue, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether what is called, described or dismissed as something is called untrue."""
    content = " ".join(text[start:end] for start, end in spans)
    if PLAINLY_FALSE.search(content):
        return True
    # "described as “untrue” suggestions that": what they are called stands before them.
    if (between := text[unit.right[cue.last] : spans[0][0]]).startswith(" as "):
        content = f"{between} {content}"
    head = unit.doc[cue.complements[0]]
    own = subject(head) if head.dep_ in ("ccomp", "xcomp") else None
    named = own if own is not None else head
    claimed = (
        named.lower_ in PRONOUNS
        or named.tag_ in ("WDT", "WP")
        or any(noun.lemma_.lower() in CLAIMS for noun in (named, *children(named, "compound", "nmod")))
    )
    if not claimed:
        return False
    if named.lemma_.lower() in CONTESTED and (quoted := re.search(r"[“\"‘]", content)) is not None:
        return PRAISE.search(content, quoted.end(), quoted.end() + _NAMED) is None
    return bool(FALSE.search(content))


def _carries_denial(unit: Unit, cue: Cue) -> bool:
    """Tell whether the cue is "issued a denial of"."""
    return cue.frame != "quote" and any(token.lower_ == "denial" for token in unit.doc[cue.first : cue.last + 1])


def _heads(unit: Unit, cue: Cue, noun: str) -> bool:
    return cue.frame != "quote" and any(unit.doc[i].lemma_.lower() == noun for i in cue.complements)


def _held_back(verb: Token, holder: Token) -> bool:
    """Tell that "did not deny", "neither confirmed nor denied", "declined to confirm or deny" deny nothing."""
    helpers = children(verb, *AUXILIARIES) + children(holder, *AUXILIARIES)
    if any(helper.dep_ == "neg" or helper.lower_ in ("cannot", "never") for helper in helpers):
        return True
    at = verb
    for _ in range(3):
        opening = [
            child.lower_
            for child in at.children
            if child.i < verb.i and child.dep_ in ("preconj", "cc", "neg", "advmod", "det")
        ]
        if "neither" in opening or "nor" in opening:
            return True
        if at.dep_ == "xcomp" and at.head.lemma_ in UNWILLING:
            return True
        if at.dep_ not in ("conj", "xcomp"):
            break
        joined = {child.lower_ for child in at.head.children if child.dep_ == "cc"}
        if at.dep_ == "conj" and joined & {"or", "nor"} and any(child.dep_ == "neg" for child in at.head.children):
            return True
        if at.dep_ == "conj" and at.head.head.lemma_ in UNWILLING and at.head.dep_ == "xcomp":
            return True
        at = at.head
    window = [token.lower_ for token in verb.doc[max(0, verb.i - 3) : verb.i]]
    return "nor" in window or "neither" in window


def _goes_on(unit: Unit, cue: Cue) -> bool:
    """Tell whether a clause goes on behind the cue inside it: "He had not, she admitted, slept"."""
    return cue.frame == "around" and any(token.tag_ in ("VB", "VBN", "VBG") for token in unit.doc[cue.last + 1 :])


def refuses(unit: Unit, cue: Cue) -> bool:
    """Tell that "denied the request" refuses to grant, which is an act and states nothing."""
    if cue.lemma not in _DENY:
        return False
    heads = [unit.doc[i] for i in cue.complements] if cue.frame not in ("quote", "clause", "around") else []
    if not heads:
        return False
    datives = children(unit.doc[cue.head], "dative")
    if heads[0].pos_ == "VERB" and not datives:
        return False
    return heads[0].lemma_.lower() in _NOT_CLAIMS or (bool(datives) and heads[0].pos_ in ("NOUN", "PROPN"))


def _ends_a_case(unit: Unit, cue: Cue) -> bool:
    """Tell that a court dismissed charges or complaints that somebody brought before it."""
    own = subject(unit.doc[cue.holder])
    if cue.lemma != "dismiss" or own is None or own.lemma_.lower() not in _COURTS or cue.frame != "object":
        return False
    thing = unit.doc[cue.complements[0]]
    return thing.lemma_.lower() in _LEGAL and any(prep.lower_ == "against" for prep in children(thing, "prep"))


def _is_claim(unit: Unit, cue: Cue, content: str) -> bool:
    """Tell whether what is rejected or dismissed is something that was said."""
    heads = [unit.doc[i] for i in cue.complements] if cue.frame != "quote" else []
    if not heads:
        return False
    if cue.frame == "clause":
        return cue.lemma in _STRONG
    if cue.frame == "name":
        return bool(FALSE.search(content)) or (heads[0].lemma_.lower() in CLAIMS and cue.lemma in _STRONG)
    head = heads[0]
    if head.lower_ in PRONOUNS or head.tag_ == "VBG":
        return cue.lemma in _STRONG or (cue.lemma in _WAVE_OFF and head.tag_ != "VBG")
    if cue.lemma == "counter" and head.dep_ == "ccomp":
        return False
    return head.lemma_.lower() in CLAIMS
