"""Hold what Counterclaim runs on against the known vulnerabilities, and its licences against those we may ship.

Ends with 1 where something is wrong. A package index that has no vulnerability data, as mirrors often
have none, is told and passed over; licences are read from the packages themselves and always checked.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"
BIN = Path(sys.executable).parent

#: Parts of the names of licences under which a package may be shipped with an Apache-2.0 program.
ALLOWED = (
    "MIT",
    "BSD",
    "Apache",
    "ISC",
    "PSF",
    "Python Software Foundation",
    "MPL",
    "Mozilla Public License 2.0",
    "LGPL-3.0",  # psycopg, which is used as a library and can be replaced by the user
    "0BSD",
    "Zlib",
    "CC0",
)

#: Packages whose metadata names no licence, with the one that their own licence file is.
SAID_ELSEWHERE = {"peewee": "MIT"}


def main() -> int:
    """Do both checks, and tell how they ended."""
    return max(audit(), licences())


def audit() -> int:
    """Ask the package index for vulnerabilities of each pinned version; of the first alone where it knows of none."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip())
    first = next(entry for entry in entries if entry.startswith("flask=="))
    if not any("skip_reason" not in package for package in _audited(first)):
        print("audit: skipped, since the package index has no vulnerability data")
        return 0
    packages = _audited("\n".join(entries))
    asked = [package for package in packages if "skip_reason" not in package]
    bad = [(package, found) for package in asked for found in package["vulns"]]
    for package, found in bad:
        print(f"audit: {package['name']} {package['version']}: {found['id']}, mended in {found['fix_versions']}")
    print(f"audit: {len(asked)} of {len(packages)} packages asked for, {len(bad)} known vulnerabilities")
    return int(bool(bad))


def _audited(requirements: str) -> list[dict]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements)
        file.flush()
        command = [BIN / "pip-audit", "-r", file.name, "--require-hashes", "--disable-pip", "--format=json"]
        done = subprocess.run([*command, "--progress-spinner=off"], capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)["dependencies"]
    except ValueError:
        return []


def licences() -> int:
    """Hold the licence that each package names against ALLOWED."""
    names = re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    command = [BIN / "pip-licenses", "--from=mixed", "--format=json", "--packages", *names]
    packages = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    bad = 0
    for package in packages:
        licence = SAID_ELSEWHERE.get(package["Name"], package["License"])
        if not any(allowed in licence for allowed in ALLOWED):
            print(f"licences: {package['Name']} {package['Version']} is under {licence!r}, which is not allowed")
            bad += 1
    print(f"licences: {len(packages)} packages, {bad} of them not allowed")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
