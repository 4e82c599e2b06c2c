"""Write what is released to a folder: the source, a wheel, the list of dependencies, their licences, checksums.

    python .ci/release.py build/release [COMMIT]

All of it is made from the commit, HEAD by default, and the same commit gives the same bytes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: Names of the files of a package that hold its licence, and what it wants said of it.
_LICENCES = re.compile(r"(^|/)(licen[cs]es?|copying|notice|authors)([-.][^/]*)?(/.*)?$", re.IGNORECASE)


def main(folder: Path, commit: str = "HEAD") -> None:
    """Write the release of a commit to `folder`, in the place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    version = tomllib.loads(git("show", f"{commit}:pyproject.toml"))["project"]["version"]
    name = f"counterclaim-{version}"
    git("-c", "tar.tar.gz.command=gzip -cn", "archive", f"--prefix={name}/", f"--output={folder / name}.tar.gz", commit)
    with tempfile.TemporaryDirectory() as unpacked:
        shutil.unpack_archive(folder / f"{name}.tar.gz", unpacked, filter="data")
        source = Path(unpacked) / name
        build_wheel(source, folder, git("show", "--no-patch", "--format=%ct", commit).strip())
        lock = (source / "requirements.lock").read_text(encoding="utf-8")
        shutil.copy(source / "requirements.lock", folder)
    (folder / "licences.txt").write_text(licences(lock), encoding="utf-8")
    if (sbom := ROOT / "build" / "sbom.json").exists():
        shutil.copy(sbom, folder)
    files = sorted(folder.iterdir())
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    print(f"{folder} holds {name}: {', '.join(file.name for file in files)}.")


def git(*command: str) -> str:
    """Run git in the checkout; what it printed."""
    return subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S607


def build_wheel(source: Path, folder: Path, seconds: str) -> None:
    """Build the wheel of a source, whose files are then of one time."""
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    command = [sys.executable, "-c", build, folder.resolve()]
    environment = os.environ | {"SOURCE_DATE_EPOCH": seconds}
    subprocess.run(command, cwd=source, env=environment, umask=0o022, check=True, capture_output=True)


def licences(lock: str) -> str:
    """Return the licence of each package of a lock that is installed here, with its text."""
    names = re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)
    return "\n".join(_of(distribution(name)) for name in names if _is_installed(name))


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:  # of another Python, or another system
        return False
    return True


def _of(package: Distribution) -> str:
    said = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    title = f"{package.metadata['Name']} {package.version} {said.splitlines()[0] if said else ''}".strip()
    texts = [
        f"--- {file.name}\n\n{file.read_text(encoding='utf-8').strip()}\n"
        for file in sorted(package.files or [])
        if ".dist-info/" in str(file) and _LICENCES.search(str(file).partition(".dist-info")[2])
    ]
    return f"{'=' * 100}\n{title}\n{'=' * 100}\n\n" + "\n".join(texts)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
