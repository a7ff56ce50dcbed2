"""The database roles (security.md 5): `sfm_owner` makes tables, `sfm_app` runs the product and owns nothing.

Granting is repeated for every schema that is made or migrated, so that nobody has to remember it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from psycopg import sql

from sfm.tenancy.scope import SCHEMA_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER: Final = "sfm_owner"
APP: Final = "sfm_app"
ONLY_ADDED: Final = ("audit_auditevent", "audit_auditseal")  # not even the running product may change these
DML: Final = "SELECT, INSERT, UPDATE, DELETE"
FORBIDDEN: Final = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"


@transaction.atomic
def create() -> list[str]:
    """As a superuser, once per installation and again at will. Returns what was made.

    Passwords are set by whoever runs the database; a role without one logs in by certificate or not at all.
    """
    with connection.cursor() as cursor:
        made = [name for name in (OWNER, APP) if _create(cursor, name)]
        _run(cursor, "GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO {owner}")
        _run(cursor, "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {app}")
        _run(cursor, "GRANT CONNECT ON DATABASE {database} TO {app}")
        _run(cursor, "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {app}")
        _run(cursor, "GRANT USAGE, CREATE ON SCHEMA public TO {owner}")
        for schema in ("public", *_journals(cursor)):
            _own(cursor, schema)
            _grant(cursor, schema)
        for what, kind in (("USAGE", "SCHEMAS"), (DML, "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
            _run(cursor, f"ALTER DEFAULT PRIVILEGES FOR ROLE {{owner}} GRANT {what} ON {kind} TO {{app}}")
    return made


def grant(schema: str) -> None:
    """What the running product may do in one journal's schema. Nothing where the roles are not in use."""
    if not SCHEMA_NAME.fullmatch(schema):
        raise ValueError("not a journal's schema")
    with connection.cursor() as cursor:
        if _exists(cursor, APP):
            _grant(cursor, schema)


def owns(schema: str) -> bool:
    """Whether this process may drop the schema. True for one that is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = %s",
            [schema],
        )
        row = cursor.fetchone()
    return bool(row is None or row[0])


def _create(cursor: Any, name: str) -> bool:
    there = _exists(cursor, name)
    verb = "ALTER" if there else "CREATE"
    cursor.execute(sql.SQL(f"{verb} ROLE {{}} LOGIN {FORBIDDEN}").format(sql.Identifier(name)))
    return not there


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    return cursor.fetchone() is not None


def _journals(cursor: Any) -> list[str]:
    cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^j_[0-9a-f]{32}$' ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]


def _own(cursor: Any, schema: str) -> None:
    """Whatever another role has made there becomes the owner's."""
    _run(cursor, "ALTER SCHEMA {schema} OWNER TO {owner}", schema)
    for kind, name in _things(cursor, schema):
        statement = f"ALTER {kind} {{schema}}.{{thing}} OWNER TO {{owner}}"
        cursor.execute(sql.SQL(statement).format(thing=sql.Identifier(name), **_names(schema)))
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = %s AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
        [schema],
    )
    for (signature,) in cursor.fetchall():  # quoted by PostgreSQL itself
        _run(cursor, f"ALTER FUNCTION {signature} OWNER TO {{owner}}")


def _things(cursor: Any, schema: str) -> Iterator[tuple[str, str]]:
    """Tables first; a sequence that belongs to a column follows its table."""
    cursor.execute(
        "SELECT c.relkind, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v') ORDER BY 1, 2",
        [schema],
    )
    for kind, name in cursor.fetchall():
        yield ("VIEW" if kind == "v" else "TABLE"), name


def _grant(cursor: Any, schema: str) -> None:
    _run(cursor, "GRANT USAGE ON SCHEMA {schema} TO {app}", schema)
    _run(cursor, "REVOKE CREATE ON SCHEMA {schema} FROM {app}", schema)
    _run(cursor, f"GRANT {DML} ON ALL TABLES IN SCHEMA {{schema}} TO {{app}}", schema)
    _run(cursor, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {app}", schema)
    present = {name for _, name in _things(cursor, schema)}
    for table in present.intersection(ONLY_ADDED):
        statement = sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {schema}.{thing} FROM {app}")
        cursor.execute(statement.format(thing=sql.Identifier(table), **_names(schema)))


def _run(cursor: Any, statement: str, schema: str = "public") -> None:
    cursor.execute(sql.SQL(statement).format(**_names(schema)))


def _names(schema: str) -> dict[str, sql.Identifier]:
    return {
        "owner": sql.Identifier(OWNER),
        "app": sql.Identifier(APP),
        "schema": sql.Identifier(schema),
        "database": sql.Identifier(str(connection.settings_dict["NAME"])),
    }
