"""What very much hangs on, or would, is changed, linked and merged by reviewers alone: docs/decisions/0070."""

from collections.abc import Collection, Mapping
from typing import Any

from models.history import locks
from models.history.changes import LONG, Actor
from models.history.session import SESSION, Session
from models.queries.dialects import in_found, in_ids
from models.queries.nodes import cached
from models.refusals import Conflict
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, Document, Sentence, Speaker, Statement, Topic

#: How many rows may hang on what a writer changes.
MOST = 10_000
#: And how many bytes of long words they may have together, where each of them gets a line of the log, which keeps it
#: whole before and after: to take back an original of 1,000 prints wrote 82 MB, again and again.
MOST_BYTES = 4_000_000
#: How many bytes may be written anew of what lists show of claims, and of what statements say: of 2,000 claims of 80 KB
#: each change of their topic, speaker or document wrote 160 MB, for up to 5 s on SQLite, while all others waited.
MOST_SHOWN = 20_000_000
#: In how many statements a writer's change of a sentence writes its words anew: it takes 2 ms for one of long words.
MOST_IN_SENTENCE = 1_000
#: How many counterclaims a writer may give a claim: each new statement of it follows them all. Those that were taken
#: back count: else taking back what was put in would make room for more.
MOST_COUNTERCLAIMS = 2_000
#: Of how many claims a writer may let one claim answer attributions: each new statement of that one follows all
#: counterclaims of these, too, and 20 claims of 1,900 took 1.3 s on SQLite, and 5 s on PostgreSQL, while all others
#: waited. What was taken back is not followed, nor counted: else junk would keep a claim from answering for good.
MOST_ATTRIBUTED = 3

#: The tables and columns by which rows hang on a noun, and are written anew, or noted as changed, with it. What hangs
#: on sentences is asked of their document: others move with one, and all that it prints is noted.
_PRINTED = (("statements", "document_id"), ("statements", "via_document_id"))
_ANSWERS = (("counterclaims", "claim_id"), ("counterclaims", "answer_id"))
_HANGING: dict[Any, tuple[tuple[str, str], ...]] = {
    Claim: (("statements", "claim_id"), *_ANSWERS, ("given_subjects", "claim_id")),
    Document: _PRINTED,
    Sentence: (("sentences", "document_id"), *_PRINTED),
    Speaker: (
        ("statements", "speaker_id"),
        ("statements", "via_speaker_id"),
        ("statements", "on_behalf_of_id"),
        ("claim_about", "speaker_id"),
        ("speakers", "part_of_id"),
    ),
    Statement: (
        ("counterclaims", "statement_id"),
        ("counterclaims", "target_id"),
        ("statements", "original_id"),
        ("reviews", "statement_id"),
    ),
    Topic: (),
}
#: And with a merge or its undoing alone: one takes back the reviews that both have, and reads what other merges moved.
_MERGED: dict[Any, tuple[tuple[str, str], ...]] = {
    Claim: (("reviews", "claim_id"), ("claims", "merged_into_id"), ("suggestions", "claim_id")),
    Speaker: (("speakers", "merged_into_id"),),
}
#: Those of them of which each gets a line of the log, too; and those with a merge or its undoing alone.
_LOGGED: dict[Any, tuple[tuple[str, str], ...]] = {Claim: _ANSWERS, Statement: _HANGING[Statement]}
_LOGGED_MERGED: dict[Any, tuple[tuple[str, str], ...]] = {Claim: (("reviews", "claim_id"),)}
#: The conditions by which the tables name the claims whose rows by topic are written anew with a noun, each claim's as
#: many as it has topics; and those with a merge or its undoing alone.
_FILED: dict[Any, tuple[str, ...]] = {
    **dict.fromkeys((Document, Sentence), ("statements WHERE document_id = ? AND retracted_at IS NULL",)),
    Topic: ("claim_topic_index WHERE topic_id = ?",),
}
_FILED_MERGED: dict[Any, tuple[str, ...]] = {
    Speaker: ("statements WHERE speaker_id = ? AND retracted_at IS NULL", "claim_about WHERE speaker_id = ?"),
}


#: The conditions by which tables name the claims that show a noun in lists: all that these show is written anew with
#: it, and what the statements say where it is indexed; and those with a merge or its undoing alone.
_SHOWING: dict[Any, tuple[str, ...]] = {
    **dict.fromkeys((Document, Sentence), ("statements WHERE document_id = ?",)),
    Speaker: ("statements WHERE speaker_id = ?", "statements WHERE on_behalf_of_id = ?"),
    Topic: ("claim_topic_index WHERE topic_id = ?",),
}
_SHOWING_MERGED: dict[Any, tuple[str, ...]] = {
    Speaker: ("statements WHERE via_speaker_id = ?", "claim_about WHERE speaker_id = ?"),
}
#: What may be long of what lists show of a claim, and the members of nouns that stand in it.
_CARD = (
    *("text", "topic_slugs", "cue", "content", "speaker_name", "speaker_description", "sentence_text"),
    *("document_url", "document_title", "document_publisher"),
)
_ON_CARD = frozenset({"slug", "name", "description", "title", "publisher"})

#: What is changed of a statement so that what hangs on it changes, and is logged, with it.
_MOVING = frozenset({"claim", "speaker", "status", "original"})


def refuse(
    by: Actor,
    model: Any,
    id: int,
    *,
    merged: int | None = None,
    merging: bool = False,
    changed: Mapping[str, Any] | None = None,
) -> None:
    """Raise Conflict where more than MOST rows hang on a row that somebody changes, or merges, who does not review.

    Or where those that are logged with it have more than MOST_BYTES of words: of a statement, where one of _MOVING is
    among the members that are `changed`; or where more than MOST_SHOWN would be written anew with it, with what these
    become. Of one into which another is to be `merged`, what will hang on it is counted, so that who merges may undo
    it.
    """
    if by.reviews:
        return
    count, given = _count(model, merging)
    each = ([MOST + 1 if what == "limit" else one for what in given] for one in (id, merged) if one)
    rows = sum(fetch(count, params)[0][0] for params in each)
    if rows + (merged is not None) > MOST:
        raise Conflict(
            f"More than {MOST:,} statements, sentences, claims, topics or subjects of claims, counterclaims, reviews or"
            " suggestions hang on this and would change with it while others wait to write: ask somebody with the"
            " review scope to do it."
        )
    weigh = "" if changed is not None and _MOVING.isdisjoint(changed) else _weigh(model, merging)
    if weigh and sum(fetch(weigh, (one,) * weigh.count("?"))[0][0] for one in (id, merged) if one) > MOST_BYTES:
        raise Conflict(
            f"More than {MOST_BYTES // 1_000_000} MB of words stand in what would change with this, and the log keeps "
            "them each time: ask somebody with the review scope to do it."
        )
    if model not in _SHOWING:
        return
    weigh, more = _weigh_shown(model, merging), changed or {}
    new = sum(len(value.encode()) for name, value in more.items() if name in _ON_CARD and value)
    shown = [fetch(weigh, (one,) * weigh.count("?"))[0] for one in (id, merged) if one]
    if sum(size + number * new for number, size in shown) > MOST_SHOWN:
        raise Conflict(
            f"More than {MOST_SHOWN // 1_000_000} MB of words of claims and statements would be written anew with this"
            " while others wait to write: ask somebody with the review scope to do it."
        )


def refuse_to_reword(by: Actor, sentence: int) -> None:
    """Raise Conflict where somebody who does not review changes a sentence in which too many statements stand."""
    if by.reviews:
        return
    said = "SELECT count(*) FROM (SELECT 1 FROM statements WHERE sentence_id = ? AND retracted_at IS NULL LIMIT ?) AS n"
    if fetch(said, (sentence, MOST_IN_SENTENCE + 1))[0][0] > MOST_IN_SENTENCE:
        raise Conflict(
            f"More than {MOST_IN_SENTENCE:,} statements stand in this sentence, and their words would change with it "
            "while others wait to write: ask somebody with the review scope to do it."
        )


def refuse_counterclaims(
    by: Actor, claims: Mapping[int, str | None], more: int = 1, *, session: Session = SESSION
) -> None:
    """Raise Conflict where somebody who does not review gives claims too many counterclaims, each so many `more`.

    Each claim comes with the field that names it.
    """
    if by.reviews or not more:
        return
    counts = session.count_counterclaims(claims, MOST_COUNTERCLAIMS)
    for claim, field in claims.items():
        if counts[claim] + more > MOST_COUNTERCLAIMS:
            detail = (
                f"Claim {claim} would have more than {MOST_COUNTERCLAIMS:,} counterclaims, with those that were taken "
                "back, and others would wait while a statement of it is stored: ask somebody with the review scope to "
                "do it."
            )
            raise Conflict(detail, field=field)


def refuse_attributions(by: Actor, answers: Collection[int], field: str | None, *, session: Session = SESSION) -> None:
    """Raise Conflict where one of these claims answers attributions of too many by now; not to whoever reviews.

    Asked once that is written: what is refused is undone.
    """
    if by.reviews or not answers:
        return
    locks.lock_attributions(answers)
    session.flush()
    standing = "e.of || '' = 'attribution' AND e.retracted_at IS NULL"
    among = f"FROM counterclaims e WHERE {in_ids('e.answer_id')} AND {standing}"
    many = f"SELECT 1 {among} GROUP BY e.answer_id HAVING count(DISTINCT e.claim_id) > ? LIMIT 1"
    if fetch(many, (dumps(sorted(answers)), MOST_ATTRIBUTED)):
        detail = (  # without an id: of what moves with a statement, the actor may not see what answers
            f"A claim would answer attributions of more than {MOST_ATTRIBUTED} claims, and others "
            "would wait while a statement of it is stored: answer by another claim, or ask somebody with the "
            "review scope to do it."
        )
        raise Conflict(detail, field=field)


def refuse_to_join(by: Actor, claim: int, into: int) -> None:
    """Raise Conflict where somebody who does not review merges claims that have too many counterclaims together."""
    if not by.reviews:
        more = SESSION.count_counterclaims([claim], MOST_COUNTERCLAIMS)[claim]
        refuse_counterclaims(by, {into: "/into"}, more)


@cached(16)
def _count(model: Any, merging: bool) -> tuple[str, list[str]]:
    """Write what counts the rows that hang on one of `model`, and what each of its parameters is: an id, or a limit."""
    columns = _HANGING[model] + (_MERGED.get(model, ()) if merging else ())
    hanging = [(table, f"{column} = ?", ["id"]) for table, column in columns]
    for named in _FILED.get(model, ()) + (_FILED_MERGED.get(model, ()) if merging else ()):
        filed = in_found(f"SELECT claim_id FROM {named} LIMIT ?")  # noqa: S608 (our names)
        hanging.append(("claim_topic_index", f"claim_id {filed}", ["id", "limit"]))
    # What answers a claim shows who stated it, and where; and it is told of each print that gets another original.
    if model in {Document, Sentence, Speaker, Statement}:
        for naming in [naming for table, naming, _ in hanging if table == "statements"]:
            stated = in_found(f"SELECT claim_id FROM statements WHERE {naming} AND retracted_at IS NULL LIMIT ?")  # noqa: S608 (our names)
            # And so does what answers a claim of which another answers an attribution.
            answering = f"e.answer_id {stated} AND e.of || '' = 'attribution' LIMIT ?"
            attributed = in_found(f"SELECT e.claim_id FROM counterclaims e WHERE {answering}")  # noqa: S608 (our names)
            for end in ("claim_id", "answer_id"):
                hanging.append(("counterclaims", f"{end} {stated}", ["id", "limit"]))
                hanging.append(("counterclaims", f"{end} {attributed}", ["id", "limit", "limit"]))
    counts = (
        f"(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {condition} LIMIT ?) AS n)"  # noqa: S608 (our names)
        for table, condition, _ in hanging
    )
    return f"SELECT {' + '.join(counts)}", [what for *_, given in hanging for what in (*given, "limit")]


@cached(16)
def _weigh(model: Any, merging: bool) -> str:
    """Write what adds up the bytes of the rows that are logged with one of `model`; empty where none are."""
    columns = _LOGGED.get(model, ()) + (_LOGGED_MERGED.get(model, ()) if merging else ())
    sums = []
    for table, column in columns:
        words = " + ".join(f"coalesce(octet_length({name}), 0)" for name in LONG[table])
        standing = " AND retracted_at IS NULL" if column == "original_id" else ""  # no other print changes with it
        sums.append(f"(SELECT coalesce(sum({words}), 0) FROM {table} WHERE {column} = ?{standing})")  # noqa: S608 (our names)
    return f"SELECT {' + '.join(sums)}" if sums else ""


@cached(8)
def _weigh_shown(model: Any, merging: bool) -> str:
    """Write what counts the claims that show one of `model` in lists, and adds up the bytes that are written anew."""
    showing = _SHOWING[model] + (_SHOWING_MERGED.get(model, ()) if merging else ())
    contents = "SELECT coalesce(sum(octet_length(content)), 0) FROM"
    said = [f"({contents} {one})" for one in showing if one.startswith("statements")]
    words = " + ".join(f"coalesce(octet_length({name}), 0)" for name in _CARD)
    sums = " + ".join([f"coalesce(sum({words}), 0)", *said])
    claims = in_found(" UNION ".join(f"SELECT claim_id FROM {one}" for one in showing))  # noqa: S608 (our names)
    return f"SELECT count(*), {sums} FROM claim_cards WHERE claim_id {claims}"  # noqa: S608 (our SQL)
