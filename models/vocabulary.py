"""The closed lists of words that columns hold and requests may name: imported by tables, schemas and commands."""

#: What a speaker is.
SPEAKER_KINDS = ("person", "organization", "government", "group", "unnamed", "document")
#: Speakers of these kinds speak for a body, and may leave it: each statement keeps for whom it was made.
SPEAKING_FOR_A_BODY = ("person", "unnamed")
#: What a document is.
DOCUMENT_KINDS = ("article", "transcript", "broadcast", "post", "release", "memo")
#: Whether print quotes what was said, reports it, or mixes both.
FORMS = ("direct", "indirect", "mixed")
#: Whether a statement was reviewed, and how; the public sees the accepted ones.
STATUSES = ("candidate", "accepted", "rejected")
#: Who put a statement in: a person, an import, or an extractor.
ORIGINS = ("person", "import", "extractor")
#: What an answer does to the claim that it answers.
COUNTER_KINDS = ("denies", "disputes", "qualifies", "corrects", "confirms")
#: Counterclaims of these kinds dispute what they answer.
DISPUTING_KINDS = ("denies", "disputes")
#: What a counterclaim answers: what was claimed, or that a statement was rightly attributed to its speaker.
ANSWERED = ("claim", "attribution")
#: What a claim says of a speaker whom it is about: that they have done wrong, or anything else.
ABOUT_ROLES = ("accused", "mentioned")
#: What became of a suggestion.
SUGGESTION_STATUSES = ("open", "accepted", "dismissed")
#: What leaves in doubt whether a denial answers a claim of its own document.
DOUBTS = (
    *("told_later", "no_common_words", "others_between", "another_matter", "too_far", "nested", "a_denial"),
    "not_said_to_answer",
)
#: The nouns that are hidden from the public while only candidates name them.
HIDEABLE = ("speakers", "documents")
#: What kinds of things the log is about.
LOGGED = (
    *("claims", "counterclaims", "documents", "reviews", "sentences", "speakers", "statements", "suggestions"),
    "topics",
)
#: What a line of the log says was done.
ACTIONS = ("create", "change", "retract", "restore", "merge", "unmerge", "erase")
#: What a line of the log did to what the public sees.
EFFECTS = ("appeared", "changed", "gone")
#: The wholes that note when anything which they show last changed; those of other nouns follow from these.
STAMPED = ("claims", "documents", "speakers", "topics")
#: What lists count the values of.
FACETS = (
    *("topic", "speaker", "speaker_kind", "publisher", "form", "language", "via_speaker", "via_document"),
    *("review_publisher", "rating", "month"),
)
#: What a key may do; each scope includes those before it.
SCOPES = ("read", "write", "review", "admin")
