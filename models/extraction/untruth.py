"""Inside, pure: the words that call a claim untrue, as data."""

import re

#: Words for an untruth, whatever they are said of: "called it baseless".
UNTRUE = (
    r"baseless|groundless|unfounded|false|falsehoods?|untrue|untruths?|incorrect|inaccurate|lies?|"
    r"fabricat\w+|fiction\w*|fictitious|myth|hoax|smears?|slander\w*|libel\w*|defam\w+|invent(?:ed|ions?)|bogus|"
    r"unsubstantiated|without (?:any )?(?:merit|foundation|basis|substance)|meritless|forger(?:y|ies)|forged|"
    r"ha(?:d|s|ve|ving) no (?:factual )?(?:basis|truth|merit|foundation|substance)|disinformation|misinformation|fake|"
    r"made[- ]up|fairy ?tales?|figments?|canard|"
    r"not (?:true|accurate|correct|the case|what happened|how it (?:was|happened))|"
    r"not (?:quite )?(?:so|right)(?=[.,;?!”\"’'\s]*(?:$|[.,;?!”\"]))|misunderstandings?|"
    r"concocted|cooked up|fantasy|nonsense|rubbish|hogwash|baloney|junk"
)
#: What alone is an utterance that calls a claim untrue.
FLATLY_NOT = (
    r"(?:(?:just |simply |quite |plainly |absolutely |utterly |completely |totally )?"
    r"(?:not true|not so|untrue|wrong|false|nonsense|rubbish|garbage|absurd|ridiculous|baseless|fiction|fantasy))|"
    r"(?:all |pure |sheer |complete |utter |total |absolute |what )?(?:lies|rubbish|nonsense|rot|fiction|fantasy|bunk)|"
    r"far from it|(?:on|quite) the contrary|quite the (?:contrary|opposite|reverse)|nothing of the (?:sort|kind)|"
    r"not (?:me|us|him|her|them|guilty|in the least|remotely|even close|on my watch|by a long way|a bit of it|a chance|"
    r"a word(?: of it)?|one (?:bit|word)(?: of it)?)"
)
#: Words that deny when they are said of a claim, and only judge when said of a plan or a person.
SCORN = (
    r"wrong|absurd\w*|ridiculous|ludicrous|preposterous|laughable|excuse|pretext|mislead\w+|distort\w+|speculat\w+|"
    r"rumou?rs?|gossip|far-fetched|farce|red herring|scaremongering|nothing (?:but|more than)|witch hunt|"
    r"exaggerat\w+|overblown|propaganda|conspiracy theor\w+|outlandish|politically motivated|stunt|one-sided|mistaken|"
    r"shakedowns?|sham|charade|ploy|blackmail|extortion|vendetta|diversion|distraction|insult|publicity|theatrics|"
    r"silly|crazy|insane|garbage|unproven|implausible|unjustified|unwarranted|no (?:basis|truth|merit|foundation)"
)
#: Words that deny when a claim is called so, and not when something merely is so: "said that was impossible".
_FANCY = (
    r"impossible|impossibility|unthinkable|inconceivable|fanciful|"
    r"(?:bedtime|tall|cock-and-bull) (?:stor(?:y|ies)|tales?)"
)
#: What may be true or not, and is not when it is given another name: "called the claim “a novelist's idea”".
CONTESTED = frozenset(
    "claim allegation accusation charge suggestion insinuation rumor rumour account version notion theory".split()
)
_CONTESTED = (
    r"(?:claim|allegation|accusation|charge|suggestion|insinuation|rumou?r|account|version|notion|theory|theorie)s?"
)
#: Names for a claim by which nobody calls it untrue.
PRAISE = re.compile(
    r"\b(?:true|truth\w*|accurate|fair|correct|honest|credible|serious\w*|grave|thorough|welcome|right|important|"
    r"compelling|shocking|disturbing|troubling|concerning|damning|consistent|convincing|plausible|interesting|"
    r"worrying|extraordinary|very)\b",
    re.IGNORECASE,
)
#: "the diplomats’ account was “a summer story”".
NICKNAMED = re.compile(
    rf"[\s“\"'‘]*(?:that )?(?:[\w’'-]+ ){{0,5}}?{_CONTESTED}(?: (?:of|that|about)(?: [\w’'-]+){{1,12}}?)? "
    r"(?:is|was|are|were) [“\"‘]",
    re.IGNORECASE,
)
#: "the ministry is lying", "his deputy misspoke", "she is mistaken about her dates".
MISTAKEN = re.compile(
    r"[\s“\"'‘]*(?:that )?(?!(?:so|either|if|perhaps|maybe|whether)\b)(?P<who>(?:[\w’'.-]+ ){0,5}?[\w’'.-]+?)"
    r"(?:(?:['’](?:s|re)| (?:is|are|was|were|had been|has been))(?: (?:\w+ly|quite|just))? "
    r"(?:lying|mistaken|misinformed|in error|wrong(?= (?:about|on)\b|[.,;!?”\"’]*$))|"
    r"(?: had| has| have|['’](?:d|s|ve))? (?:misspoke|misspoken|misremembered|misread|"
    r"(?:got|gotten|had|has) (?:it|that|this|(?:his|her|its|their|the) (?:facts?|dates?|figures?|numbers?|sums?)) "
    r"(?:all |quite |badly |completely |entirely )?(?:wrong|mixed up|muddled)|"
    r"(?:made|dreamed|dreamt|cooked) (?:it|this|that|the (?:whole )?(?:thing|story))(?: all)? up|"
    r"(?:invented|imagined|concocted) (?:it|this|that|the (?:whole )?(?:thing|story))(?=[.,;!”\"’]*$))|"
    r"(?: is| was| are| were|['’](?:s|re)) (?:making (?:it|this|that|things) (?:all )?up|inventing (?:it|things)|"
    r"confused(?= about\b|[.,;!?”\"’]*$))|"
    r" must (?:be|have been) (?:thinking of (?:somebody|someone|another)|mistaken|confused|misinformed|dreaming))"
    r"(?!\w)",
    re.IGNORECASE,
)
#: "said otherwise".
OTHERWISE = re.compile(
    r"(?:that )?(?:otherwise|differently|not|(?:quite |just |exactly )?(?:the (?:opposite|contrary|reverse))|"
    r"no such thing)\W*$",
    re.IGNORECASE,
)
#: "no such request had been made", "nothing of the kind", "unaware of any such interviews".
NO_SUCH = re.compile(
    r"\b(?:no such\b|(?:nothing|nobody|none|never|no|not|n['’]t|unaware)\b[^.;]{0,60}? "
    r"(?:of (?:the|that) (?:kind|sort)|any such)\b)",
    re.IGNORECASE,
)
#: What leaves open whether a thing is so: "could not confirm any such report".
OPEN = re.compile(
    r"\b(?:confirm|verify|rule|comment|discuss|find|immediately|yet|if|should|must|sure)\b", re.IGNORECASE
)
FALSE = re.compile(rf"\b(?:{UNTRUE}|{SCORN}|{_FANCY})\b", re.IGNORECASE)
PLAINLY_FALSE = re.compile(rf"\b(?:{UNTRUE}|excuse|pretext)\b", re.IGNORECASE)
