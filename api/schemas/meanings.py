"""What each word of a closed list means, with an example, as the contract says it; docs/codebook.md says more."""

from collections.abc import Mapping

_ANSWERS = {
    "denies": 'it says that it is not so ("he took none")',
    "disputes": 'it doubts it, or calls it unproven or misleading, without saying the contrary ("mere speculation")',
    "qualifies": 'it accepts it in part, or narrows it ("in one district only")',
    "corrects": 'it puts another figure, name or day in its place ("fourteen, not forty")',
    "confirms": 'it says that it is so, as an admission, or a prediction that came true ("yes, he took it")',
}
_ANSWERED = {
    "claim": 'what is claimed ("that is false")',
    "attribution": 'that the target was rightly attributed to its speaker ("I never said that")',
}
_FORMS = {
    "direct": "all of it stands in quotation marks (“The dam is safe,” she said)",
    "indirect": "print reports it (she said the dam was safe)",
    "mixed": "a part is quoted (she said the dam was “perfectly safe”)",
}
_SPEAKERS = {
    "person": "one human being with a name (Lena Ortmann)",
    "organization": "a body with a name that is no government, as a firm, party, ministry or newspaper (Rail Board)",
    "government": "a state, or what governs one (Government of China)",
    "group": "several people without an office of their own (US officials)",
    "unnamed": "a source that print does not name (a person familiar with the matter)",
    "document": "a paper that speaks for itself, because nobody is named behind it (a leaked memo)",
}
_ROLES = {
    "accused": 'the claim says that they did wrong, failed or lied ("the ministry knew of the cracks")',
    "mentioned": 'anything else, praise and denials too ("the best police chief in years")',
}
_DOCUMENTS = {
    "article": "what a newspaper or agency printed (a report)",
    "transcript": "what was said somewhere, written down (the minutes of a briefing)",
    "broadcast": "what was heard or seen (a radio interview)",
    "post": "what somebody wrote on a site for everybody (a message of a union)",
    "release": "what a body gave out to the press (a press release)",
    "memo": "a paper that was not written for the public (a note that leaked)",
}
#: What leaves in doubt whether a denial answers a claim, in the words in which the terminal shows it too.
DOUBTED = {
    "told_later": "it stands behind the denial, and nothing says that it came first",
    "no_common_words": "the two share no words",
    "others_between": "somebody else speaks between the two",
    "another_matter": "the denial names what it does not",
    "too_far": "it stands too far back",
    "nested": "it stands in another's words, and either may be meant",
    "a_denial": "it is a denial itself",
    "not_said_to_answer": "nothing says that it is answered",
}


def _told(meanings: Mapping[str, str]) -> str:
    return "; ".join(f"`{word}`: {meaning}" for word, meaning in meanings.items()) + "."


#: Why it is not sure that a denial answers a claim.
DOUBTS = _told(DOUBTED)
#: What an answer does, what it answers, how print gives what was said, what a speaker is, as what a claim is about
#: them, and what a document is.
ANSWERS, ANSWERED, FORMS, SPEAKERS, ROLES, DOCUMENTS = map(
    _told, (_ANSWERS, _ANSWERED, _FORMS, _SPEAKERS, _ROLES, _DOCUMENTS)
)
