"""What the schema of the bound database is made of, and what this version's migrations make, object by object."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peewee import SqliteDatabase

from models.refusals import Conflict
from models.storage import schema
from models.storage.database import db, fetch

#: An object, such as ("index", "claims_wording") -> its definition. That of an index begins with PLAIN where one more
#: of its kind does nothing but make reads faster and writes slower.
Objects = dict[tuple[str, str], str]

PLAIN = "plain "

#: What SQLite makes itself: statistics, and the tables in which FTS5 keeps an index. Their text is of its version,
#: and that of the list of migrations is of peewee's.
_ON_SQLITE = """
SELECT s.type, s.name,
    CASE WHEN s.type = 'index' AND l."unique" = 0 AND l.origin = 'c' THEN 'plain ' ELSE '' END
    || CASE WHEN s.type IN ('table', 'view') THEN '' ELSE 'on ' || s.tbl_name || ': ' END
    || CASE WHEN (s.type, s.name) = ('table', 'migrations') THEN '' ELSE coalesce(s.sql, '') END
FROM sqlite_schema s LEFT JOIN pragma_index_list(s.tbl_name) l ON s.type = 'index' AND l.name = s.name
WHERE NOT (s.type = 'table' AND (s.name IN ('sqlite_stat1', 'sqlite_stat4', 'sqlite_sequence')
    OR EXISTS (SELECT 1 FROM pragma_table_list t WHERE t.schema = 'main' AND t.name = s.name AND t.type = 'shadow')))
"""

#: The first id of what is no part of PostgreSQL itself (FirstNormalObjectId).
_FIRST_MADE = 16384

#: Takes the name of a schema, which alone is in the search path: so definitions name nothing of it in full. Left out
#: is what an operator may set: privileges, owners, storage, statistics, autovacuum, and all that is of an extension.
_ON_POSTGRESQL = rf"""
WITH s AS (SELECT oid, quote_ident(nspname) || '.' AS prefix FROM pg_namespace WHERE nspname = ?),
of_extensions AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
r AS (SELECT c.* FROM pg_class c JOIN s ON c.relnamespace = s.oid
    WHERE ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM of_extensions)),
t AS (SELECT * FROM r WHERE relkind IN ('r', 'p'))
SELECT i.type, replace(i.identity, s.prefix, ''), CASE
    WHEN d.classid = 'pg_class'::regclass THEN (SELECT concat_ws(' ',
        CASE relpersistence WHEN 'u' THEN 'UNLOGGED' END, CASE WHEN relrowsecurity THEN 'ROW LEVEL SECURITY' END,
        CASE WHEN EXISTS (SELECT FROM pg_inherits WHERE r.oid IN (inhrelid, inhparent)) THEN 'INHERITANCE' END,
        (SELECT to_jsonb(q) - 'seqrelid' - 'seqcache' FROM pg_sequence q WHERE q.seqrelid = r.oid))
        FROM r WHERE r.oid = d.objid)
    WHEN d.classid = 'pg_proc'::regclass THEN (SELECT concat_ws(' ',
        to_jsonb(p) - '{{oid,pronamespace,proowner,proacl}}'::text[], to_jsonb(a) - 'aggfnoid')
        FROM pg_proc p LEFT JOIN pg_aggregate a ON aggfnoid = p.oid WHERE p.oid = d.objid)
    ELSE '' END
FROM s JOIN (SELECT DISTINCT classid, objid, refobjid FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass
    AND objsubid = 0 AND (classid, objid) NOT IN (SELECT classid, objid FROM of_extensions)) d ON d.refobjid = s.oid,
    pg_identify_object(d.classid, d.objid, 0) i
UNION ALL SELECT 'column', relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN 'NOT NULL' END, nullif(attcollation, 0)::regcollation, attidentity, attgenerated,
    'DEFAULT ' || pg_get_expr(adbin, adrelid))
FROM t JOIN pg_attribute ON attrelid = t.oid LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
WHERE attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'constraint', relname || '.' || conname, pg_get_constraintdef(o.oid, TRUE) || CASE WHEN EXISTS (
    SELECT FROM pg_trigger WHERE tgconstraint = o.oid AND tgenabled NOT IN ('O', 'A')) THEN ' DISABLED' ELSE '' END
FROM t JOIN pg_constraint o ON conrelid = t.oid WHERE contype <> 'n'
UNION ALL SELECT 'index', i.relname, CASE WHEN NOT indisunique AND indisvalid AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE (d.classid, d.objid) = ('pg_class'::regclass, i.oid)
        AND d.refclassid <> 'pg_class'::regclass AND d.refobjid >= {_FIRST_MADE}
        AND (d.refclassid, d.refobjid) NOT IN (SELECT classid, objid FROM of_extensions))
    THEN 'plain ' ELSE '' END || regexp_replace(pg_get_indexdef(i.oid, 0, TRUE), ' WITH \([^()]*\)', '')
    || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END
FROM t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid
UNION ALL SELECT 'trigger', relname || '.' || tgname, pg_get_triggerdef(g.oid, TRUE)
    || CASE WHEN tgenabled IN ('O', 'A') THEN '' ELSE ' DISABLED' END
FROM t JOIN pg_trigger g ON tgrelid = t.oid WHERE NOT tgisinternal
UNION ALL SELECT 'rule', relname || '.' || rulename, pg_get_ruledef(w.oid, TRUE)
FROM t JOIN pg_rewrite w ON ev_class = t.oid
UNION ALL SELECT 'policy', relname || '.' || polname, '' FROM t JOIN pg_policy ON polrelid = t.oid
UNION ALL SELECT 'event trigger', evtname, '' FROM pg_event_trigger
WHERE ('pg_event_trigger'::regclass, oid) NOT IN (SELECT classid, objid FROM of_extensions)
UNION ALL SELECT 'cast', format_type(castsource, -1) || ' to ' || format_type(casttarget, -1), ''
FROM pg_cast WHERE oid >= {_FIRST_MADE} AND ('pg_cast'::regclass, oid) NOT IN (SELECT classid, objid FROM of_extensions)
"""

#: What is no schema's: the migrations make none.
_OF_THE_DATABASE = ("event trigger", "cast")


def of_sqlite() -> tuple[Objects, Objects]:
    """Return the objects that the migrations make, and those of the bound file."""
    return made_on_sqlite(), _objects(fetch(_ON_SQLITE))


def made_on_sqlite() -> Objects:
    """Return the objects that the migrations make, in memory."""
    memory = SqliteDatabase(":memory:")
    try:
        schema.make_all(memory)
        return _objects(memory.execute_sql(_ON_SQLITE).fetchall())
    finally:
        memory.close()


def of_postgresql() -> tuple[Objects, Objects]:
    """Return the objects that the migrations make, and those that are there.

    Raises Conflict where the server, or this role, can make no schema.
    """
    ((here, allowed, read_only),) = fetch(
        "SELECT current_schema(), has_database_privilege(current_database(), 'CREATE'),"
        " current_setting('transaction_read_only')::boolean"
    )
    if read_only:
        raise Conflict("nothing can be written here, so it is not compared: run this on the server that takes writes")
    if not allowed:
        raise Conflict(
            "this role may make no schema beside it for a moment, so it is not compared:"
            " GRANT CREATE ON DATABASE to it, or run this as the database's owner"
        )
    with _undone():
        found = _objects(_read(here))
    return made_on_postgresql(), found


def made_on_postgresql() -> Objects:
    """Return the objects that the migrations make, in a schema of their own, which is undone at once."""
    with _undone():
        ((name,),) = fetch("SELECT 'counterclaim_schema_' || pg_backend_pid()")
        fetch(f"CREATE SCHEMA {name}")
        fetch("SELECT set_config('search_path', ?, TRUE)", (name,))
        schema.make_all(db.obj, within=name)
        return {one: how for one, how in _objects(_read(name)).items() if one[0] not in _OF_THE_DATABASE}


@contextmanager
def _undone() -> Iterator[None]:
    with db.atomic() as transaction:
        try:
            yield
        finally:
            transaction.rollback()


def _read(name: str) -> list[tuple[Any, ...]]:
    fetch("SELECT set_config('search_path', quote_ident(?), TRUE)", (name,))
    return fetch(_ON_POSTGRESQL, (name,))


def _objects(rows: list[tuple[Any, ...]]) -> Objects:
    return {(kind, name): definition for kind, name, definition in rows}
