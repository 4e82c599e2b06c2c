"""Print what changed since the last release, the newest tag v1.2.3, or since a commit that is named.

    python .ci/changes.py [COMMIT]

It compares the checkout as it stands: the contract, the dependencies, the migrations, the CHANGELOG.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

MIGRATIONS = "models/storage/migrations"


def main(since: str | None = None) -> int:
    """Print all of it; 1 where nothing is known to compare with."""
    release = _git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").strip()
    if not release:
        print("Nothing is released yet: no tag v1.2.3 is found.")
    since = since or release
    if not since:
        print("Name a commit to compare with: make changes SINCE=COMMIT")
        return 1
    if not _git("rev-parse", "--verify", f"{since}^{{commit}}"):
        print(f"There is no commit {since}.")
        return 1
    print(f"Changes since {since} ({_git('show', '--no-patch', '--format=%cs, %h', f'{since}^{{commit}}').strip()})")
    _show("The contract", contract(_git("show", f"{since}:openapi.yaml")))
    _show("What Counterclaim runs on (requirements.lock)", dependencies(since, "requirements.lock"))
    _show("What its tests need (requirements-dev.lock)", dependencies(since, "requirements-dev.lock"))
    _show("Migrations", migrations(since))
    _show("CHANGELOG.md", changelog(_git("show", f"{since}:CHANGELOG.md")))
    return 0


def contract(before: str) -> list[str]:
    """Say what of an older contract differs from that of the checkout."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(before)
        file.flush()
        command = ["node", ".ci/compare.mjs", "--all", file.name, "openapi.yaml"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).replace(file.name, "that").splitlines()


def dependencies(since: str, lock: str) -> list[str]:
    """Say which packages of a lock were added, removed and updated."""
    old, new = _pinned(_git("show", f"{since}:{lock}")), _pinned((ROOT / lock).read_text(encoding="utf-8"))
    added = [f"added {name} {new[name]}" for name in sorted(new.keys() - old.keys())]
    removed = [f"removed {name} {old[name]}" for name in sorted(old.keys() - new.keys())]
    both = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    return [*added, *removed, *(f"updated {name} {old[name]} to {new[name]}" for name in both)]


def _pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE))


def migrations(since: str) -> list[str]:
    """Say which migrations were added, and which that were there before are changed or gone."""
    lines = _git("diff", "--name-status", "--no-renames", since, "--", MIGRATIONS).splitlines()
    lines += [f"A\t{name}" for name in _git("ls-files", "--others", "--exclude-standard", MIGRATIONS).splitlines()]
    words = {"A": "added", "D": "removed, though it was released", "M": "changed, though it was released"}
    told = (line.split("\t") for line in sorted(set(lines)))
    return [f"{words.get(how, how)}: {Path(name).name}" for how, name in told]


def changelog(before: str) -> list[str]:
    """Return the parts of the CHANGELOG of which an older one has nothing, or other words."""
    old = {part.strip() for part in _parts(before)}
    return [
        line
        for part in _parts((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
        if part.strip() not in old
        for line in part.strip().splitlines()
    ]


def _parts(text: str) -> list[str]:
    """Cut a CHANGELOG before each heading and each item."""
    return re.split(r"^(?=## |- )", text, flags=re.MULTILINE)[1:]


def _git(*command: str) -> str:
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False).stdout  # noqa: S607


def _show(title: str, lines: list[str]) -> None:
    print(f"\n{title}\n" + "\n".join(f"  {line}".rstrip() for line in lines or ["no change"]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
