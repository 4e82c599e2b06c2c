"""The inside: the nouns, their rules, and how they are stored.

A noun is a module of this folder. Beside the nouns lie evidence.py, restored_links.py, and what is pure: refusals,
addresses, spans, claim_text. The rooms below are storage, queries, history, ingest, transfer, access, upkeep,
extraction and matching. docs/architecture.md says which may import which.

Who points at whom (an arrow is a foreign key):

    Sentence ──► Document ◄── Statement ──► Sentence
                                 │  │  └──► Speaker ──► Speaker (part_of); on behalf of: Speaker
                                 │  └─────► via: Speaker or Document
                                 ▼
    Review ──► Claim ◄══ Counterclaim ──► Statement (its evidence)
                 │
                 ├──► Topic      (what it is filed under)
                 └──► Speaker    (whom it is about, accused or mentioned)

Glossary
    document      the article, transcript or press release that printed it; its text never changes
    sentence      one sentence of one document
    speaker       a person, organization, government, group or unnamed source that can be quoted
    statement     one act of attribution: this speaker, in this sentence, put this claim forward
    print         a statement that prints an act again: one that has an `original`, whose claim it shares
    coding        what one of several people or programs recorded of the same words
    mention       the words that name the speaker in print ("the senior diplomat", "Beijing", "she")
    cue           the words that mark the act ("warned", "according to")
    content       the words that were said, as one or more spans of the document
    claim         the proposition, apart from who said it
    counterclaim  one claim answers another, in a direction
    evidence      the statement of the answer that a counterclaim rests on; evidence.py keeps the two in step
    suggestion    a stored claim that a denial may answer, for a reviewer to decide
    review        what a fact-checker published about a claim
    topic         a subject heading
    change        one line of the append-only log
    standing      neither retracted nor merged

Offsets everywhere count Unicode code points of the document's text, half-open `[start, end)`.
Every change is one transaction, which also writes its line of the log. Begin with topics.py, the smallest noun.
"""
