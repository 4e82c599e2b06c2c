"""What the README promises a stranger is so."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import fields
from inspect import getsource
from typing import Any

import httpx

from api import cli
from api.settings import Settings
from models.extraction.parser import Parser
from tests.checked import ROOT
from tests.live import COUNTERCLAIM, command, serving

BASH = shutil.which("bash")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_ten_calls_work_as_printed(url: str) -> None:
    calls = [block for block in _blocks("sh") if block.startswith("curl")]
    assert len(calls) == 10
    command(url, "import", "examples/sample.ndjson")
    key = command(url, "key", "create", "--name", "reader of the README", "--scope", "admin").strip()
    with serving(url) as address:
        answers = [_run(call.replace("http://127.0.0.1:8000", address), key) for call in calls]
    counterclaims, claim, speakers, recorded, disputed, found, charges, admitted, misquoted, disputes = answers
    assert {item["kind"] for item in counterclaims["items"]} == {"denies"}
    assert claim["counterclaims"][0]["answer"]["statements"][0]["mention"]["text"] == "Beijing"
    assert [speaker["name"] for speaker in speakers["items"]] == ["Government of China"]
    assert [span["text"] for span in recorded["content"]] == ["These exports,", "sustain no war industry."]
    assert recorded["counters"][0]["claim"]["id"] == 1
    assert all(item["disputed"] for item in disputed["items"])
    assert disputed["next"] is not None
    assert all(item["snippets"][0]["marks"] for item in found["items"])
    assert len(found["items"]) == 2
    assert claim["text"] in [item["text"] for item in charges["items"]]
    assert [[one["kind"] for one in item["counterclaims"]] for item in admitted["items"]] == [["denies", "confirms"]]
    (misquote,) = misquoted["items"]
    assert [answer["kind"] for answer in misquote["attribution_answers"]] == ["corrects", "denies"]
    assert disputes["items"][0]["count"] == 3


def test_its_counterclaim_is_the_one_in_the_sample_data(url: str) -> None:
    (shown,) = (json.loads(block) for block in _blocks("json"))
    command(url, "import", "examples/sample.ndjson")
    with serving(url) as address:
        real = httpx.get(f"{address}/v1/counterclaims/1").json()
    _assert_part_of(shown, real)


def test_its_article_gives_a_charge_and_its_denial(parse: Parser) -> None:
    (call,) = [block for block in _blocks("sh") if "extract" in block]
    charge, denial = _run(call.replace(".venv/bin/counterclaim", str(COUNTERCLAIM)), "")["findings"]
    assert (denial["polarity"], denial["denies"]) == ("deny", charge["id"])


def test_its_settings_are_those_that_there_are() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]*)` \| (.*) \|$", README, re.MULTILINE)
    source = getsource(Settings)
    for setting, (name, default, meaning) in zip(fields(Settings), rows, strict=True):
        assert name == setting.name
        assert default == str(setting.default).replace("True", "true")
        (comment,) = re.findall(rf"#: (.*)\n    {name}:", source)
        assert meaning.replace("`", "") == comment.replace("`", "")


def test_it_names_every_command() -> None:
    for name in cli.COMMANDS:
        assert re.search(rf"`(counterclaim )?{name}\b", README), name


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _run(call: str, key: str) -> Any:
    done = subprocess.run([BASH, "-c", call], env=os.environ | {"KEY": key}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _assert_part_of(shown: Any, real: Any) -> None:
    if isinstance(shown, dict):
        for name, part in shown.items():
            _assert_part_of(part, real[name])
    elif isinstance(shown, list):
        for part, whole in zip(shown, real, strict=False):
            _assert_part_of(part, whole)
    else:
        assert shown == real
