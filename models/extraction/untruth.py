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
FALSE = re.compile(rf"\b(?:{UNTRUE}|{SCORN}|{_FANCY})\b", re.IGNORECASE)
PLAINLY_FALSE = re.compile(rf"\b(?:{UNTRUE}|excuse|pretext)\b", re.IGNORECASE)
