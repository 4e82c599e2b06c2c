"""The tables of words in which the two databases search, and the SQL that fills, reads and compares them.

SQLite has FTS5, which ranks by bm25, PostgreSQL a tsvector in each row, which it ranks by ts_rank. As in dialects.py,
each difference between them is one function, both forms side by side.
"""

from typing import Any

from peewee import SQL, Cast, Entity, Expression, NodeList, Select, fn

from models.queries import search
from models.queries.dialects import in_ids
from models.queries.nodes import P, case, differing, written

#: Steps of a claim's length that its rowid in claim_search tells apart, of so many characters each.
_STEPS, _STEP = 32, 16
#: On SQLite a row of claim_search has its claim's length in front of its id, so that a search meets short claims first.
_ID_BITS = 40
CLAIM_OF_ROWID = f"rowid & {2**_ID_BITS - 1}"
#: Characters of a speaker's names by which the speaker is found: merges add up aliases, and PostgreSQL takes 1 MB for
#: a row.
MOST_NAMES = 100_000
#: Characters of a claim, of a speaker's names, and of what print calls them, by which each statement of theirs is
#: found: one change of them is written to the row of each. With all of 100 aliases, 8,000 statements held SQLite's
#: writer for 12 s; with 2,000 characters of a claim, PostgreSQL needed 10 s for them.
MOST_OF_CLAIM, MOST_OF_NAMES, MOST_OF_MENTION = 500, 1_000, 500
#: As many aliases are read for that.
_MOST_ALIASES = 100
#: Characters of a sentence by which a statement in it is found, of which so many stand before its content: what changes
#: a claim writes them anew for each of its statements, and 9,900 in sentences of 4,900 took 4 to 7 s.
MOST_OF_SENTENCE, _BEFORE_CONTENT = 500, 100


def _search_rowid(claim: str, steps: str) -> str:
    """Build the SQL of the rowid in claim_search of the claim with the id `claim`, which is `steps` long."""
    return f"({steps}) << {_ID_BITS} | {claim}"


def _claim_key() -> str:
    """Build the SQL of the rowid in claim_search of a claim `c`."""
    return _search_rowid("c.id", f"min(length(c.text) / {_STEP}, {_STEPS - 1})")


@written
def tables_of(sqlite: bool, table: str, unreviewed: bool = True) -> tuple[str, ...]:
    """Name the tables that hold the words of what all may see, and, with `unreviewed`, of what only reviewers may.

    On SQLite these are two: bm25 weighs a word by the rows of its table that hold it, and what is hidden may not count
    in what the public reads (docs/decisions/0051). PostgreSQL's ts_rank reads no row but the one that it ranks.
    """
    return (table, f"hidden_{table}") if sqlite and unreviewed else (table,)


@written
def search_words(sqlite: bool, query: search.Query) -> str:
    """Build the SQL of a query as the tables of words take it."""
    return query.fts5() if sqlite else query.tsquery()


@written
def claim_search(sqlite: bool) -> tuple[str, str]:
    """Build the SQL of the columns `id` and `rank` of a search for claims by its words, and what they are read from."""
    if sqlite:
        return f"{CLAIM_OF_ROWID} AS id, bm25(claim_search) AS rank", "claim_search WHERE claim_search MATCH ?"
    matches = "claim_search, (SELECT ?::tsquery AS y) z WHERE words @@ y"
    return "claim_id AS id, -ts_rank(words, y, 1) AS rank", matches


@written
def claim_words(sqlite: bool) -> tuple[str, tuple[str, ...], str]:
    """Build the SQL of what claim_search holds of a claim `c`: the key of a row, the columns, and the words."""
    if sqlite:
        return f"{_claim_key()} AS id", ("rowid", "text"), "words_of(c.text)"
    return "c.id", ("claim_id", "words"), _vector(("A", "c.text"))


@written
def aliases_of(sqlite: bool, speaker: str, most: int | None = None) -> str:
    """Build the SQL of the aliases of a speaker under its alias as a table, in one text; of the first `most` alone."""
    together = f"{'group_concat' if sqlite else 'string_agg'}(al.alias, ' ' ORDER BY al.alias_key)"
    rows = f"aliases al WHERE al.speaker_id = {speaker}.id"
    if most:
        rows = f"(SELECT al.alias, al.alias_key FROM {rows} ORDER BY al.alias_key LIMIT {most}) AS al"
    return f"coalesce((SELECT {together} FROM {rows}), '')"


def _names() -> str:
    """Build the SQL of the names under which the statements of a speaker `sp` are found."""
    return f"substr(sp.name || ' ' || {aliases_of('sp', _MOST_ALIASES)}, 1, {MOST_OF_NAMES})"


@written
def _sentence_from(sqlite: bool) -> str:
    """Build the SQL of how many of the first characters of its sentence `se` a statement `w` is not found by.

    In steps, so that many statements in one sentence are found by few parts of it.
    """
    least, greatest = ("min", "max") if sqlite else ("least", "greatest")
    near = f"{greatest}(w.content_start - se.start - {_BEFORE_CONTENT}, 0)"
    step = f"({near} + {_BEFORE_CONTENT - 1}) / {_BEFORE_CONTENT} * {_BEFORE_CONTENT}"
    return f"CAST({least}({step}, {greatest}(length(se.text) - {MOST_OF_SENTENCE}, 0)) AS integer)"


def _sentence() -> str:
    """Build the SQL of that part of a sentence `se` by which a statement `w` is found."""
    return f"substr(se.text, {_sentence_from()} + 1, {MOST_OF_SENTENCE})"


_CLAIM, _MENTION = f"substr(c.text, 1, {MOST_OF_CLAIM})", f"substr(coalesce(w.mention, ''), 1, {MOST_OF_MENTION})"


@written
def statement_words(sqlite: bool) -> tuple[tuple[str, ...], str]:
    """Build the SQL of the columns of statement_search, and of what they hold of some statements `w`.

    It goes on where these have been selected. The names of each speaker are read once: for each statement, or each
    mention, 100 aliases took SQLite 3 s.
    """
    if not sqlite:
        parts = (
            _once("A", _CLAIM, "w JOIN claims c ON c.id = w.claim_id GROUP BY c.id"),
            _once("C", _sentence(), f"w JOIN sentences se ON se.id = w.sentence_id GROUP BY se.id, {_sentence_from()}"),
        )
        return ("statement_id", "words"), f"{_words_together(*parts, *_spoken())} SELECT m.id, m.words FROM m"
    whose = "speakers sp WHERE sp.id IN (SELECT w.speaker_id FROM w)"
    named = f"k AS MATERIALIZED (SELECT sp.id, words_of({_names()}) AS words FROM {whose})"
    words = f"words_of({_CLAIM}), words_of({_sentence()}), k.words || ' ' || words_of({_MENTION})"
    around = "JOIN claims c ON c.id = w.claim_id JOIN sentences se ON se.id = w.sentence_id"
    return (
        ("rowid", "claim", "sentence", "speaker"),
        f"{named} SELECT w.id, {words} FROM w {around} JOIN k ON k.id = w.speaker_id",
    )


def _spoken() -> tuple[str, str]:
    """Build for PostgreSQL the ids and words of statements `w` that tell who made them."""
    return (
        _once("B", _names(), "w JOIN speakers sp ON sp.id = w.speaker_id GROUP BY sp.id"),
        _once("B", _MENTION, "w GROUP BY w.mention"),
    )


def _once(weight: str, text: str, source: str) -> str:
    """Build for PostgreSQL the ids and words of the statements `w` of a source, which it groups by their text.

    Each of these is cut into words once: for each statement, 9,000 in one sentence took 6 s.
    """
    grouped = f"SELECT array_agg(w.id) AS ids, {_vector((weight, text))} AS words FROM {source}"
    return f"SELECT unnest(g.ids) AS id, g.words FROM ({grouped}) AS g"


def _words_together(*parts: str) -> str:
    """Build for PostgreSQL the words `m` of statements from ids with words, each with all that it has, in turn.

    They are not joined: it expects few rows, and would join all with all. 9,900 with a mention each took it 44 s.
    """
    each = " UNION ALL ".join(f"SELECT q.id, q.words, {place} FROM ({part}) AS q" for place, part in enumerate(parts))
    together = "SELECT p.id, words_together(p.words ORDER BY p.place) AS words FROM p GROUP BY p.id"
    return f"p (id, words, place) AS ({each}), m AS ({together})"


@written
def renaming_words(sqlite: bool) -> list[str]:
    """Build the SQL for statements whose speaker has other names, or is another; SQLite only takes them out.

    PostgreSQL keeps the words of claim and sentence.
    """
    if sqlite:
        return forgetting_words()[1]
    renamed = f"SELECT s.id, s.speaker_id, s.mention FROM statements s WHERE {in_ids('s.id')}"
    kept = "SELECT w.id, ts_filter(z.words, '{a,c}') AS words FROM w JOIN statement_search z ON z.statement_id = w.id"
    return [
        f"WITH w AS MATERIALIZED ({renamed}), {_words_together(kept, *_spoken())}"
        " UPDATE statement_search AS z SET words = m.words FROM m WHERE z.statement_id = m.id"
    ]


@written
def forgetting_words(sqlite: bool) -> tuple[list[str], list[str]]:
    """Build the SQL that takes claims with all their statements out of the index, and that which takes statements out.

    On SQLite each length that a claim's text may have had is tried: nobody knows it any longer.
    """
    statements = f"SELECT s.id FROM statements s WHERE {in_ids('s.claim_id')}"
    if not sqlite:
        words = f"DELETE FROM claim_search WHERE {in_ids('claim_id')}"
        said = f"DELETE FROM statement_search WHERE statement_id IN ({statements})"
        return [words, said], [f"DELETE FROM statement_search WHERE {in_ids('statement_id')}"]
    rowid = _search_rowid("g.value", "l.value")
    words = (
        f"SELECT z.id FROM json_each(?) g CROSS JOIN json_each('{list(range(_STEPS))}') l"
        f" CROSS JOIN {{}}_docsize z WHERE z.id = {rowid}"
    )
    of_claims = [f"DELETE FROM {one} WHERE rowid IN ({words.format(one)})" for one in tables_of("claim_search")]
    tables = tables_of("statement_search")
    of_claims += [f"DELETE FROM {one} WHERE rowid IN ({statements})" for one in tables]
    return of_claims, [f"DELETE FROM {one} WHERE {in_ids('rowid')}" for one in tables]


@written
def misplaced_words(sqlite: bool, public: str) -> list[str]:
    """Build the SQL that takes claims out of the one of their two tables of words in which they do not belong."""
    tables = tables_of("claim_search")
    keys = f"SELECT {_claim_key()} FROM claims c WHERE {in_ids('c.id')} AND"
    wrong = zip(tables, (f"NOT ({public})", f"({public})"), strict=True) if sqlite else ()
    return [f"DELETE FROM {table} WHERE rowid IN ({keys} {condition})" for table, condition in wrong]


@written
def lacks_words(sqlite: bool, table: str) -> str:
    """Build the condition that a table of words has no row of the claim `c`, or the statement `s`, yet."""
    of_claims = table.endswith("claim_search")
    if sqlite:
        key = _claim_key() if of_claims else "s.id"
        return f"NOT EXISTS (SELECT 1 FROM {table}_docsize z WHERE z.id = {key})"
    column = "claim_id = c.id" if of_claims else "statement_id = s.id"
    return f"NOT EXISTS (SELECT 1 FROM {table} z WHERE z.{column})"


@written
def emptying(sqlite: bool, table: str) -> str:
    """Build the SQL that empties a derived table; of words, SQLite then counts anew what it had."""
    if sqlite and table.endswith("_search"):
        return f"INSERT INTO {table} ({table}) VALUES ('delete-all')"
    return f"DELETE FROM {table}"


@written
def reading_words(sqlite: bool, table: str) -> tuple[list[str], list[str]]:
    """Build the SQL that makes and drops a table of each word in a table of words, which SQLite needs to read them."""
    if not sqlite:
        return [], []
    made = f"CREATE VIRTUAL TABLE temp.{table}_words USING fts5vocab('main', '{table}', 'instance')"
    return [made], [f"DROP TABLE temp.{table}_words"]


@written
def differing_words(sqlite: bool, table: str, columns: tuple[str, ...], source: str) -> str:
    """Build the SQL that finds something where rows of a table of words hold others than those of the same key say.

    SQLite cannot read a row's words back: it adds up all words with their rows, columns and places, on either side, in
    the order in which it keeps them.
    """
    key, *texts = columns
    if not sqlite:
        rows = f"{table} t JOIN ({source}) AS x (id, words) ON x.id = t.{key}"
        return f"SELECT 1 FROM {rows} WHERE t.words <> x.words LIMIT 1"
    below = search.SUM_BELOW
    names = {text: f"words{number}" for number, text in enumerate(texts, 1)}
    place = f"({{}} % {below} * 48271 + {{}}) % {below}"
    said = " + ".join(
        f"({place.format('id', number)}) * sum_of_words({name}) % {below}"
        for number, name in enumerate(names.values(), 1)
    )
    column = f"CASE col {' '.join(f'WHEN {text!r} THEN {number}' for number, text in enumerate(texts, 1))} END"
    words = f"SELECT term, sum(({place.format('doc', column)}) * (offset + 1) % {below}) AS places FROM {table}_words"
    return (
        f"WITH x (id, {', '.join(names.values())}) AS ({source}) SELECT 1"
        f" WHERE (SELECT coalesce(sum({said}), 0) % {below} FROM x) <> (SELECT"
        f" coalesce(sum(sum_of_words(term) * (places % {below}) % {below}), 0) % {below}"
        f" FROM ({words} GROUP BY term))"
    )


@written
def merging_segments(sqlite: bool) -> list[str]:
    """Build the SQL by which SQLite merges the segments of a large index of words: a search looks into each."""
    tables = (*tables_of("claim_search"), *tables_of("statement_search"), "name_search") if sqlite else ()
    return [f"INSERT INTO {table} ({table}) VALUES ('optimize')" for table in tables]


def _vector(*parts: tuple[str, str]) -> str:
    """Build the SQL of a tsvector of the words of texts, with their weights."""
    return " || ".join(f"setweight(words_of({text}), '{weight}')" for weight, text in parts)


@differing
def fit(sqlite: bool, of: str) -> Any:
    """Name the columns of `matches` that the rank is made of."""
    return Entity(of, "rank") if sqlite else NodeList((Entity(of, "words"), Entity(of, "y")), ", ")


@differing
def sentence_matches(sqlite: bool, table: str, statement: Any, many: Any) -> Any:
    """Build the condition that `q` finds the row of `statement` in a table of words, and a `word` its sentence.

    SQLite asks for each statement anew, of a prefix for 0.5 ms, or where there are `many` finds all at once.
    """
    words, w = Entity(table), Entity("w")
    if sqlite:
        query = NodeList((SQL("'('"), P.q, SQL("') AND sentence : '"), P.word), " || ")
        found = Select([words], [SQL("rowid")]).where(Expression(words, "MATCH", query))
        return case(many, statement.in_(found), fn.EXISTS(found.where(SQL("rowid") == statement)))
    whole, sentence = w.words, fn.ts_filter(w.words, "{c}")
    matches = (Expression(part, "@@", Cast(q, "tsquery")) for part, q in ((whole, P.q), (sentence, P.word)))
    condition = NodeList((w.statement_id == statement, *matches), " AND ")
    return fn.EXISTS(Select([words.alias("w")], [1]).where(condition))
