"""The papers for vendors, run against the demo: to a sent prescription, to an open patient, and every example."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from types import ModuleType

    from tests.running_demo import RunningDemo

PAPERS = Path(__file__).resolve().parents[2] / "docs" / "integration"
LINE = re.compile(r"^python docs/integration/vendor\.py (.*--call .*)$", re.MULTILINE)


def _vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor", PAPERS / "vendor.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def _examples() -> list[list[str]]:
    text = (PAPERS / "calls.md").read_text(encoding="utf-8")
    return [shlex.split(line) for line in LINE.findall(text)]


@pytest.mark.xdist_group("demo")
def test_a_vendor_gets_all_the_way_and_every_example_works(
    demo: RunningDemo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor = _vendor()
    places = {"sfm": demo.origin("sfm"), "helseid": demo.origin("helseid")}
    arguments = [part for name, url in places.items() for part in (f"--{name}", url)]
    monkeypatch.setattr(sys, "argv", ["vendor.py", *arguments])
    vendor.main()
    said = capsys.readouterr().out
    assert "the page shows the medicine: True" in said
    (ident,) = re.findall(r"Sent the prescription ([0-9a-f-]{36})", said)
    assert ident in json.dumps(demo.rf.state(vendor.PATIENT_NUMBER))
    callers: dict[str, Any] = {}
    for words in _examples():
        person = words[1] if words[0] == "--person" else vendor.DOCTOR
        if person not in callers:
            callers[person] = vendor.RecordSystem(**places)
            callers[person].register()
            callers[person].log_in(person)
        vendor.one_call(callers[person], *words[words.index("--call") + 1 :])
    for caller in callers.values():
        caller.http.close()


def test_every_request_of_the_collection_has_an_address() -> None:
    collection = json.loads((PAPERS / "collection.json").read_text(encoding="utf-8"))
    requests = [one["request"] for folder in collection["item"] for one in folder["item"]]
    assert len(requests) >= len(_examples())
    for one in requests:
        path = one["url"]["raw"].removeprefix("{{sfm}}").partition("?")[0]
        try:
            resolve(path)
        except Resolver404:
            pytest.fail(f"{one['method']} {path} is not served")
