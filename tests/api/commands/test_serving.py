"""`counterclaim serve`, as a person types it: what is printed when it does not start."""

import socket
from pathlib import Path

import pytest

from tests.live import error_line, run


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0"])  # noqa: S104 - it is refused
def test_serve_refuses_a_port_in_use_with_one_line_and_leaves_the_database_alone(host: str, tmp_path: Path) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, reuse_port=True) as taken:
        port = str(taken.getsockname()[1])
        line = error_line(run(f"sqlite:///{tmp_path}/new.db", "serve", HOST=host, PORT=port))
    assert port in line
    assert list(tmp_path.iterdir()) == []


def test_serve_refuses_a_host_that_is_not_this_machine_with_one_line(tmp_path: Path) -> None:
    assert "192.0.2.1" in error_line(run(f"sqlite:///{tmp_path}/new.db", "serve", HOST="192.0.2.1", PORT="8000"))
