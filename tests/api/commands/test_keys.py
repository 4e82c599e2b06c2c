"""`counterclaim key`, as a person types it."""

from models.access import keys
from models.tables import KeyUse
from tests.api.conftest import Command


def test_prints_the_new_key_alone_on_standard_output(command: Command) -> None:
    made = command("key", "create", "--name", "Ann", "--scope", "write")
    secret = made.stdout.removesuffix("\n")
    assert secret.startswith(keys.PREFIX)
    assert len(secret) == len(keys.PREFIX) + 43
    assert "Ann" in made.stderr
    assert secret not in made.stderr
    holder = keys.holder(secret=secret)
    assert holder is not None
    assert holder.scope == "write"


def test_lists_keys_by_their_first_characters_only(command: Command) -> None:
    secret = command("key", "create", "--name", "Ann", "--scope", "read").stdout.strip()
    command("key", "create", "--name", "Bob", "--scope", "admin", "--expires", "2099-01-01T00:00:00+02:00")
    listed = command("key", "list").stdout
    assert secret not in listed
    first, second = listed.splitlines()
    assert all(word in first for word in ("1\t", secret[:8], "read", "expires never", "Ann"))
    assert all(word in second for word in ("2\t", "admin", "expires 2098-12-31T22:00:00Z", "Bob"))


def test_a_revoked_key_is_useless(command: Command) -> None:
    secret = command("key", "create", "--name", "Ann", "--scope", "write").stdout.strip()
    assert "Ann" in command("key", "revoke", "1").stdout
    assert keys.holder(secret=secret) is None
    assert "revoked 2" in command("key", "list").stdout


def test_a_rotated_key_goes_on_under_its_id(command: Command) -> None:
    old = command("key", "create", "--name", "Ann", "--scope", "write").stdout.strip()
    made = command("key", "rotate", "1", "--grace", "2")
    new = made.stdout.removesuffix("\n")
    assert new.startswith(keys.PREFIX)
    assert new not in made.stderr
    assert keys.holder(secret=old) == keys.holder(secret=new) is not None
    listed = command("key", "list").stdout
    assert f"1\t{new[:8]}" in listed
    assert "the secret before until 2" in listed
    command("key", "rotate", "1", "--grace", "0")
    assert keys.holder(secret=new) is None
    assert "the secret before" not in command("key", "list").stdout
    assert "There is no key 9" in str(command("key", "rotate", "9", code=1).exception)


def test_tells_how_much_a_key_is_used(command: Command) -> None:
    command("key", "create", "--name", "Ann", "--scope", "read")
    assert "never used" in command("key", "list").stdout
    KeyUse.insert(key=1, day="2026-01-01", requests=4, last_at="2026-01-01T10:00:00Z").execute()
    KeyUse.insert(key=1, day="2026-01-02", requests=3, last_at="2026-01-02T10:00:00Z").execute()
    assert "last used 2026-01-02T10:00:00Z, 0 today, 7 in all" in command("key", "list").stdout
    told = command("key", "uses", "1").stdout.splitlines()
    assert [line.split("\t")[:2] for line in told] == [["2026-01-02", "3"], ["2026-01-01", "4"]]


def test_makes_the_first_key_only_once(command: Command) -> None:
    create = ("key", "create", "--name", "admin", "--scope", "admin", "--first")
    assert command(*create).stdout.startswith(keys.PREFIX)
    again = command(*create)
    assert (again.stdout, again.stderr) == ("", "")


def test_refuses_a_key_without_name_with_a_wrong_scope_or_a_wrong_date(command: Command) -> None:
    assert "--name" in command("key", "create", "--scope", "read", code=2).stderr
    assert "'write'" in command("key", "create", "--name", "a", "--scope", "everything", code=2).stderr
    told = command(
        "key", "create", "--name", "a", "--scope", "read", "--expires", "2020-01-01T00:00:00Z", code=2
    ).stderr
    assert "2020-01-01T00:00:00Z is past" in told
    told = command("key", "create", "--name", "a", "--scope", "read", "--expires", "tomorrow", code=2).stderr
    assert "2026-03-14T08:00:00Z" in told
    assert command("key", "list").stdout == ""


def test_tells_of_which_database_a_key_is_without_its_password(command: Command, url: str) -> None:
    address = url.replace("postgres@", "postgres:secret@")
    told = command("key", "create", "--name", "Ann", "--scope", "read", where=address).stderr
    assert url.rpartition("@")[2] in told
    assert "secret" not in told


def test_refuses_a_name_of_a_key_that_nobody_can_read(command: Command) -> None:
    for name in ("", " ", "\t", "Ann\nBob", "\u200b", "Ann\x1b[2J", "\u202eAnn"):
        assert "--name" in command("key", "create", "--name", name, "--scope", "read", code=2).stderr, repr(name)
    secret = f"{keys.PREFIX}{'x' * 43}"
    for name, why in ((secret, "holds a key"), (f"Ann's {secret}", "holds a key"), ("a" * 201, "200 characters")):
        told = command("key", "create", "--name", name, "--scope", "read", code=2)
        assert why in told.stderr
        assert "xxx" not in told.output
    assert command("key", "list").stdout == ""
    command("key", "create", "--name", "a" * 200, "--scope", "read")
    command("key", "create", "--name", "Ann O’Brien, 王小明", "--scope", "read")
    assert "Ann O’Brien, 王小明" in command("key", "list").stdout
