"""Inside, pure: words that the parser takes for something else, and what it is handed in their place."""

from __future__ import annotations

import re

#: "rejected opposition claims that": the parser takes such a noun for a verb, but never "allegations".
_DENYING = (
    r"\b(?:den(?:y|ies|ied|ying)|(?:reject|dismiss|refut|disput|rebut|contest|dispel|counter)\w*|"
    r"brush\w* (?:aside|off)|wav\w+ (?:away|off)|shrug\w* off|laugh\w* off|scoff\w* at|push\w* back (?:on|against))"
    r"(?: as)?(?: [\w’'.-]+){0,4}? "
)


#: How a clause begins that no "that" opens.
_PLAIN_CLAUSE = (
    r"(?:(?:it|he|she|they|we)|(?:its|his|her|their|the|an?) (?:[\w’'-]+ ){0,4}?[\w’'-]+) "
    r"(?:had|has|have|was|were|is|are|would|will|did|could|can|might|may)(?:n['’]t)?\b"
)


_DENIED_CLAIMS = re.compile(rf"{_DENYING}(?P<noun>claims|reports|charges)(?: that\b|(?= {_PLAIN_CLAUSE}))")


#: "rejected suggestions it had failed": the parser does better where "that" is written.
_DENIED_PLAINLY = re.compile(
    rf"{_DENYING}(?:claim|report|charge|suggestion|allegation|accusation|assertion|rumou?r|speculation)s? "
    rf"(?P<noun>)(?={_PLAIN_CLAUSE})"
)


#: "called her remarks “absurd”": after "her" the parser takes such a noun for a verb.
_HER_WORDS = re.compile(
    r"\b(?:call|describ|dismiss|reject|denounc|label|brand|decr|condemn|dub|term|view)\w* (?:her|his|their|its|such) "
    r"(?P<noun>claims|reports|charges|remarks|comments)(?= (?:as|an?)\b| $)"
)


#: "called the master’s account a fairy tale": so does it behind an owner.
_OWNED_WORDS = re.compile(
    r"\b(?:call|describ|dismiss|denounc|label|brand|decr|dub|term)\w* (?:[\w’'-]+ ){0,4}?[\w-]+(?:['’]s|s['’]) "
    r"(?P<noun>(?:account|complaint|claim|charge|report|story|version|statement|comment|remark|warning)s?)"
    r"(?= (?:as|an?)\b| $| [\w-]+[.,])"
)


#: "The bank contests that conclusion": after a noun the parser takes such a verb for another.
_CONTESTS = re.compile(
    r"(?<=[a-z’'] )(?P<noun>contests|disputes|counters|challenges|rebuffs) (?:that|this|these|those|the|such|any|all) "
    r"(?:[a-z]+ )?(?:claim|charge|allegation|accusation|report|suggestion|conclusion|account|assertion|finding|figure|"
    r"version|characteri[sz]ation|number|estimate|criticism|notion|idea|story|description|assessment|view|narrative)s?\b"
)


#: ", two clerks allege in a lawsuit": so does it with these behind a comma.
_ALLEGE = re.compile(r", (?:[\w’'-]+ ){1,5}(?P<noun>allege|counter|contend|claim)(?=[,.]| (?:in|on|at)\b)")


#: "Petri, a former spy, claims in her memoir that".
_CLAIMS_THAT = re.compile(r"(?:, |\b[A-Z][a-z]+ )(?P<noun>claims)(?= (?:in|on) (?:[\w’'-]+ ){1,4}that\b)")


#: "Economists at the Lake Institute estimate that": behind a name the parser takes such a verb for a noun.
_ESTIMATE_THAT = re.compile(
    r"\b[A-Z]?[a-z]+s (?:at|of|in|for|from|with) (?:[\w’'&.-]+ ){0,6}?[A-Z][\w.&-]+ "
    r"(?P<noun>estimate|forecast|project|report|claim|caution|fear|doubt)(?= that\b)"
)


#: "The Courier reported, citing two officials, that": the parser loses the clause behind, but not with these.
_CITING = re.compile(
    r"(?<=[\w,’'] )(?P<noun>citing)(?= (?:[\w’'-]+ ){0,4}?(?:people|persons?|(?:\w+ )?sources?|officials?|diplomats?|"
    r"officers?|executives?|employees|workers|aides?|lawmakers?|bankers?|insiders?|witnesses|prosecutors|lawyers|"
    r"documents?|papers|memorand(?:um|a)|memos?|emails?|e-mails?|letters?|records|files|members?)\b"
    r"(?![^.;\n]{0,80}?, (?:(?:also|has|had) )?(?:reported|said|wrote|reports|says)\b))"
)


#: "Nonsense, said the mayor": a word before a comma that is all that somebody says, for which parsers see no verb.
_FLATLY = re.compile(
    r"(?:(?<=[.!?”\"] )|(?<=\n)|\A)(?P<noun>Untrue|Nonsense|Rubbish|Lies|False|Wrong|Garbage|Never|Absurd|Ridiculous)"
    r"(?=, [^.,;:“”\"\n]{0,60}\b(?:said|says|replied|replies|answered|answers|insisted|insists|told|tells|wrote|writes|"
    r"retorted|retorts)\b)"
)


SWAPS = (
    (_FLATLY, "Not so"),
    (_CITING, "according to"),
    (_DENIED_CLAIMS, "allegations"),
    (_DENIED_PLAINLY, "that "),
    (_HER_WORDS, "allegations"),
    (_OWNED_WORDS, "allegation"),
    (_CONTESTS, "rejects"),
    (_ALLEGE, "say"),
    (_CLAIMS_THAT, "says"),
    (_ESTIMATE_THAT, "say"),
)
