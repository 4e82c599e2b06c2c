"""What is put on servers is sound: each file of deploy/ passes the linter of its kind."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
import yaml

from api.contract.problem_types import PROBLEM_TYPES
from api.middleware.wsgi import SECURITY_HEADERS
from api.settings import Settings
from tests.checked import ROOT
from tests.live import command, serving
from tests.postgres import LETTERS, free_port

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))

#: How exposed a unit may be (systemd-analyze security: 0 is not at all, 10 is fully).
MOST_EXPOSED = {"counterclaim.service": 2.0, "counterclaim-backup.service": 4.0, "counterclaim-archive.service": 4.0}


def passes(*command: object) -> str:
    """Run a linter; what it printed."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_container_file_passes_its_linter_and_serves_as_nobody_special() -> None:
    passes(BIN / "hadolint", "--failure-threshold", "style", DEPLOY / "Containerfile")
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert "/healthz" in last[last.index("HEALTHCHECK") :]
    assert all("--require-hashes" in line or "--no-deps" in line for line in text.splitlines() if "pip install" in line)


def test_the_container_file_copies_what_there_is_and_what_may_come_in() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    let_in = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    for names in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        for name in names.split():
            assert (ROOT / name).exists(), name
            assert name in let_in, name


def test_the_compose_file_passes_its_schema_and_its_linter() -> None:
    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, braces: disable}}"
    passes(BIN / "yamllint", "--strict", "-d", rules, DEPLOY / "compose.yaml")


def test_only_the_proxy_can_be_reached_and_no_service_may_gain_rights() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["database"]["networks"] == ["inside"]
    for name, service in services.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ":latest" not in service["image"], name
    for name in ("api", "proxy"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_what_imports_leave_for_later_fills_no_memory() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["api"]
    volumes = {volume.split(":")[1] for volume in service["volumes"]}
    assert service["environment"]["SQLITE_TMPDIR"] in volumes
    assert all("size=" in folder for folder in service["tmpfs"])


def test_its_database_is_made_as_the_one_that_the_tests_run_over() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["database"]["environment"]["POSTGRES_INITDB_ARGS"].split() == [*LETTERS, "--data-checksums"]


def test_what_compose_asks_for_stands_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)[:}]", (DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    example = (DEPLOY / "example.env").read_text(encoding="utf-8")
    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_the_settings_that_are_given_are_those_that_there_are() -> None:
    known = {setting.name for setting in fields(Settings)}
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["api"]
    unit = re.findall(r"^(\w+)=", (DEPLOY / "counterclaim.env").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(service["environment"]) - {"SQLITE_TMPDIR"} <= known
    assert set(unit) <= known


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
def test_the_proxy_understands_its_file() -> None:
    passes("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    assert not re.findall(r"^[-+]", passes("caddy", "fmt", "--diff", DEPLOY / "Caddyfile"), re.MULTILINE)


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_proxy_gives_what_is_refused_before_it_is_heard_the_form_of_every_refusal(url: str, tmp_path: Path) -> None:
    with serving(url) as server, proxied(server, tmp_path) as address:
        for path, headers, status in (
            ("/v1/claims", {"X-A": "a" * 17_000}, 431),
            ("/v1/claims", {f"X-{number}": "a" for number in range(150)}, 431),
            ('/v1/claims?q="a"', {}, 400),
            ("/metrics", {}, 404),
            ("/readyz", {}, 404),
        ):
            _is_a_refusal(address, path, headers, status)
        ours = httpx.get(f"{address}/v1/claims?speeker=1")
        assert (ours.status_code, ours.json()["errors"] != []) == (400, True)
    with proxied("http://127.0.0.1:1", tmp_path) as address:
        assert int(_is_a_refusal(address, "/v1/claims", {}, 503)["Retry-After"]) > 0


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_proxy_hangs_up_on_a_body_that_goes_silent(url: str, tmp_path: Path) -> None:
    secret = command(url, "key", "create", "--name", "silent", "--scope", "write").strip()
    head = "POST /v1/{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\n{}\r\n\r\n{{"
    with serving(url, THREADS="2", PROCESSES="1") as server, proxied(server, tmp_path, BODY_WITHIN="2s") as address:
        at = httpx.URL(address)
        for noun, kind, more in (
            ("topics", "application/json", "Content-Length: 1000"),
            ("imports", "application/x-ndjson", "Content-Length: 1000"),
            ("imports", "application/x-ndjson", "Transfer-Encoding: chunked"),
        ):
            with socket.create_connection((at.host, at.port), timeout=20) as silent:
                silent.sendall(head.format(noun, at.netloc.decode(), secret, kind, more).encode())
                # Not kept for a next request: the end of the connection is read.
                while silent.recv(4096):
                    pass
        for number in range(100):
            key = {"Authorization": f"Bearer {secret}"}
            answer = httpx.post(f"{server}/v1/topics", json={"slug": f"a{number}", "label": "x"}, headers=key)
            if answer.status_code == 201:
                break
            time.sleep(0.2)
        assert answer.status_code == 201, answer.text


@contextmanager
def proxied(server: str, folder: Path, **more: str) -> Iterator[str]:
    """Run the proxy, without TLS, before the server at an address; yields its own address."""
    address, admin = (f"localhost:{free_port()}" for _ in range(2))
    settings = {"SITE": f"http://{address}", "UPSTREAM": httpx.URL(server).netloc.decode(), "CADDY_ADMIN": admin}
    homes = {name: str(folder) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "HOME")}
    with (
        (folder / "caddy.log").open("wb") as log,
        subprocess.Popen(
            [str(shutil.which("caddy")), "run", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"],
            env=os.environ | settings | homes | more,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as proxy,
    ):
        try:
            deadline, status = time.monotonic() + 60, 503 if server.endswith(":1") else 200
            with httpx.Client() as client:
                while True:
                    with suppress(httpx.TransportError):
                        if client.get(f"http://{address}/v1/topics").status_code == status:
                            break
                    assert time.monotonic() < deadline, (folder / "caddy.log").read_text(encoding="utf-8")
                    time.sleep(0.05)
            yield f"http://{address}"
        finally:
            proxy.terminate()


def _is_a_refusal(address: str, path: str, headers: dict[str, str], status: int) -> http.client.HTTPMessage:
    """Ask, and raise AssertionError where the answer is no problem details with the headers of every answer."""
    connection = http.client.HTTPConnection(httpx.URL(address).host, httpx.URL(address).port, timeout=10)
    # As it stands: httpx would encode what the server refuses.
    connection._encode_request = lambda request: request.encode()  # type: ignore[attr-defined]
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    assert (answer.status, told["status"]) == (status, status), (path, told)
    assert told["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    for name, value in SECURITY_HEADERS:
        if name not in ("Server", "Vary"):  # hidden by the proxy; and there is but one variant of a refusal
            assert answer.headers[name] == value, (path, name)
    assert answer.headers["Server"] is None
    return answer.headers


def test_what_the_proxy_refuses_is_of_a_type_that_has_a_page() -> None:
    bodies = re.findall(r"respond `(.*)`", (DEPLOY / "Caddyfile").read_text(encoding="utf-8"))
    assert len(bodies) == 4
    for body in bodies:
        told = json.loads(body.replace("{err.status_code}", "503"))
        type = PROBLEM_TYPES[told["type"].removeprefix("/problems/")]
        assert (told["title"], told["status"]) == (type.title, type.status)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_units_are_understood_and_hardened(tmp_path: Path) -> None:
    for unit in UNITS:
        # Neither the checkout nor the user need be on this machine.
        text = re.sub(r"^(ExecStart\w*)=.*", r"\1=/bin/true", unit.read_text(encoding="utf-8"), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.MULTILINE))
    assert passes("systemd-analyze", "verify", *(tmp_path / unit.name for unit in UNITS)) == ""
    for name, most in MOST_EXPOSED.items():
        told = passes("systemd-analyze", "security", "--offline=true", tmp_path / name)
        (exposed,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", told)
        # The user, which was left out above, counts 0.4 at most.
        assert float(exposed) <= most


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_runs_is_a_command_of_ours(unit: Path) -> None:
    from api.cli import COMMANDS

    for name in re.findall(r"/bin/counterclaim (\w+)", unit.read_text(encoding="utf-8")):
        assert name in COMMANDS
