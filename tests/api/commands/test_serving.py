"""`counterclaim serve`, as a person types it: what is printed when it does not start."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.checked import ROOT
from tests.live import error_line, run, wait
from tests.postgres import free_port

#: Print how often a process of the server walks through all objects while it cuts a text, which others wait for.
_CUTTING = """
import gc, os, sys
from pathlib import Path
from api.commands import serving
from api.middleware import limits, metrics
from models.extraction.segmentation import cut

os.environ[metrics.SHARED] = sys.argv[1]
limits.Buckets.prepare(Path(sys.argv[1]) / "buckets")
serving.worker()
cut("It is warm. So it is.")
whole = []
gc.callbacks.append(lambda phase, info: phase == "start" and info["generation"] == 2 and whole.append(info))
cut("A. " * 330_000)
print(len(whole), flush=True)
os._exit(0)
"""

#: Serve, with a process that loads for long: the one that comes first.
_LOADING = """
import multiprocessing, sys, time
from pathlib import Path
from api import cli
from api.commands import serving

create_app, folder = serving.create_app, Path(sys.argv[1])

def load(*of, **how):
    try:
        (folder / "loading").touch(exist_ok=False)
        time.sleep(60)
    except FileExistsError:
        pass
    return create_app(*of, **how)

multiprocessing.set_start_method("fork")
serving.create_app = load
sys.argv[1:] = ["serve"]
cli.run()
"""


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


def test_a_process_of_the_server_cuts_a_long_text_without_walking_through_all_objects_again_and_again(
    tmp_path: Path, sqlite_template: Path
) -> None:
    path = shutil.copy(sqlite_template, tmp_path / "registry.db")
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    script = [sys.executable, "-c", _CUTTING, tmp_path]
    assert int(subprocess.check_output(script, cwd=ROOT, env=environment, timeout=60)) <= 1


def test_a_process_that_still_loads_is_given_no_connection(tmp_path: Path, sqlite_template: Path) -> None:
    path, port = shutil.copy(sqlite_template, tmp_path / "registry.db"), free_port()
    settings = {"DATABASE_URL": f"sqlite:///{path}", "PORT": str(port), "PROCESSES": "2", "REQUESTS_PER_MINUTE": "0"}
    script = [sys.executable, "-c", _LOADING, tmp_path]
    with subprocess.Popen(script, cwd=ROOT, env=os.environ | settings) as server:
        try:
            wait(f"http://127.0.0.1:{port}", server)
            assert (tmp_path / "loading").exists()
            for _ in range(30):  # of which each process would be given some
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=20)
        finally:
            server.terminate()
            server.wait(20)
