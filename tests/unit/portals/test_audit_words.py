"""Every act the log can hold has words in the organisation portal."""

from __future__ import annotations

import re
from pathlib import Path

from portals.organisation import words

ROOT = Path(__file__).resolve().parents[3]
WRITTEN = re.compile(
    r"""(?:ledger\.audit\(|audit=|record\([\w.]+,|_record\([^"()]*\([^()]*\),|_record\([\w.]+,)\s*"([a-z_]+(?:\.[a-z_]+)+)\""""
)
DRAFT_STATES = ("approved", "rejected", "withdrawn")


def codes() -> set[str]:
    files = [path for name in ("sfm", "portals") for path in (ROOT / name).rglob("*.py")]
    found = {code for path in files for code in WRITTEN.findall(path.read_text(encoding="utf-8"))}
    return found | {f"draft.{state}" for state in DRAFT_STATES}


def test_the_codes_are_found() -> None:
    assert {"read.list", "api.denied", "session.create", "warning.decided", "ticket.issue"} <= codes()


def test_no_act_is_shown_as_a_code() -> None:
    assert [code for code in sorted(codes()) if words.action(code) == code] == []


def test_what_the_record_system_did_through_the_api_is_said() -> None:
    kinds = re.findall(
        r'type="([A-Z]\w+)"', "".join(p.read_text() for p in (ROOT / "sfm/fhir").rglob("*.py"))
    )
    said = {words.action(f"{kind}.{verb}") for kind in {*kinds, "Person"} for verb in words.API_VERBS}
    assert not [text for text in said if "." in text]
    assert words.action("MedicationStatement.read") == "Journalsystemet hentet legemidlene"


def test_what_is_read_through_the_api_stands_among_the_readings() -> None:
    assert "List.read" in words.READING
    assert "Patient.update" in words.CHANGING


def test_every_act_stands_in_a_cut_of_its_own() -> None:
    prefixes = [prefix for kind, cut in words.CHOICES.items() if kind != "all" for prefix in cut.actions]
    assert [act for act in words.ACTIONS if not act.startswith(tuple(prefixes))] == []
    assert any("print".startswith(prefix) for prefix in words.READING)
