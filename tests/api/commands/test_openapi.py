"""`counterclaim openapi`, as a person types it."""

from pathlib import Path

import pytest

from tests.api.conftest import Command


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # the contract is read from the code
def test_writes_and_checks_the_contract(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    assert "is written" in command("openapi", str(file)).stdout
    assert command("openapi", "--check", str(file)).stdout == ""
    assert command("openapi", "-").stdout == file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8") + "#", encoding="utf-8")
    told = command("openapi", "--check", str(file), code=1).stderr
    assert f"counterclaim openapi {file}" in told
    assert file.read_text(encoding="utf-8").endswith("#")
    command("openapi", "--check", str(tmp_path / "missing.yaml"), code=1)
