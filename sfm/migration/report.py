"""What became of every element of a file: taken, kept, dropped, and what deviated. Nothing leaves without a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

TAKEN, KEPT, WAITING, DROPPED = "taken", "kept", "waiting", "dropped"
OUTCOMES = {
    TAKEN: "tatt inn",
    KEPT: "tatt vare på",
    WAITING: "venter på pasienten",
    DROPPED: "utelatt",
}
KINDS = {
    "organisation": "Virksomheter",
    "user": "Brukere",
    "inbox": "Innboksmeldinger",
    "template": "Forskrivningsmaler",
    "protocol": "Protokoller",
    "report": "Rapporter",
    "local_product": "Lokale legemidler",
    "compounded": "Magistrelle legemidler",
    "supplement": "Lokale kosttilskudd",
    "patient": "Pasienter",
    "treatment": "Behandlinger",
    "version": "Reseptversjoner",
    "prescription": "Resepter",
    "message": "Meldinger",
    "reaction": "Legemiddelreaksjoner",
    "comment": "Kommentarer",
    "review": "Legemiddelgjennomganger",
    "application": "Helfo-søknader",
    "interaction": "Håndterte interaksjoner",
    "approval": "Godkjente lister",
    "history": "Ustrukturert historikk",
    "party": "Fastlege og multidose",
    "question": "Spørsmål og svar",
    "dispensing": "Utleveringer",
    "file": "Filer i arkivet",
}
DEVIATIONS = {
    "schema": "Filen følger ikke skjemaet",
    "pid_refused": "Fødselsnummeret kan ikke brukes her",
    "no_identifier": "Mangler fødselsnummer og HPR-nummer",
    "hpr_check": "Rettigheter må hentes fra HPR",
    "other_organisation": "Virksomheten er ikke journalens egen",
    "unknown_code": "Ukjent kode",
    "bad_date": "Dato mangler eller kan ikke leses",
    "derived": "Manglende opplysning er utledet",
    "unreadable_content": "Legemiddelet kunne ikke leses; navnet er beholdt som tekst",
    "not_in_fest": "Finnes ikke i FEST",
    "dose_as_text": "Doseringen er beholdt som tekst",
    "conflict": "Finnes allerede for en annen pasient",
    "missing_file": "Meldingsfilen mangler i arkivet",
    "unreadable_message": "Meldingen kunne ikke leses; den er beholdt som den er",
    "unused_file": "Filen nevnes ikke i eksporten",
    "not_sent": "Var ikke sendt; venter på forskriver",
    "no_place": "Har ikke egen plass i SFM; originalen er tatt vare på",
    "by_rule": "Utelatt etter regel",
    "truncated": "Teksten er lengre enn feltet; hele står i originalen",
}


@dataclass(kw_only=True)
class Report:
    """Filled while a file is taken in. `counts` reconcile to the file: source = taken + kept + waiting + dropped."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    deviations: Counter[str] = field(default_factory=Counter)
    lines: list[dict[str, str]] = field(default_factory=list)

    def found(self, kind: str, outcome: str, number: int = 1) -> None:
        """Elements of the file that ended in this way."""
        held = self.counts.setdefault(kind, Counter())
        held["source"] += number
        held[outcome] += number

    def deviates(self, deviation: str, *, kind: str = "", source: str = "", said: str = "") -> None:
        self.deviations[deviation] += 1
        self.lines.append({"deviation": deviation, "kind": kind, "source": source, "said": said[:300]})

    def as_counts(self) -> dict[str, Any]:
        return {kind: dict(held) for kind, held in self.counts.items()}


def summed(many: list[dict[str, dict[str, int]]]) -> dict[str, Counter[str]]:
    """The counts of several files together, in the order of KINDS."""
    total: dict[str, Counter[str]] = {}
    for counts in many:
        for kind, held in counts.items():
            total.setdefault(kind, Counter()).update(held)
    return {kind: total[kind] for kind in KINDS if kind in total}
