"""Helfo's rule engine as we imagine it: granted or refused at once, or left to a caseworker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sfm.core import clock
from sfm.simulators.helfo import forms
from sfm.simulators.helfo.models import Application, Decision

Json = dict[str, Any]
YEARS = timedelta(days=3 * 365)
GROUNDS = {  # 7481
    "2": "Det er ikke forsøkt tilstrekkelig forhåndsgodkjente preparater",
    "10": "Det er ikke behov for gjentatt behandling over en langvarig periode",
    "14": "Annet",
    "20": "Det foreligger ikke alvorlig, eller risiko for alvorlig sykdom",
}
LOWEST_BMI = 35
TEXTS = {
    "granted": "Søknaden er innvilget.",
    "refused": "Søknaden er avslått.",
    "dismissed": "Søknaden er avvist uten behandling.",
    "manual": "Søknaden behandles av en saksbehandler. Svaret kommer senere.",
}
OUTCOMES = {"granted": "J", "refused": "N", "dismissed": "A"}


class Impossible(Exception):
    """What cannot be applied for at all. The text is for the applicant."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    status: str
    ground: str = ""


def check(pid: str, product: Json) -> None:
    """Stop applications that can only be refused, before anybody fills in a form."""
    if product.get("hospital"):
        raise Impossible(
            "Legemidlet finansieres av de regionale helseforetakene, og skal forskrives på H-resept."
        )
    if product.get("group") == "K":
        raise Impossible("Kosttilskudd dekkes ikke.")
    atc = str(product.get("atc", ""))
    valid = Decision.objects.filter(pid=pid, outcome="J", atc=atc).exclude(until__lt=clock.today())
    if atc and valid.exists():
        raise Impossible("Pasienten har allerede et vedtak som gjelder for dette legemidlet.")
    if atc and Application.objects.filter(pid=pid, status="manual", body__product__atc=atc).exists():
        raise Impossible("Pasienten har allerede en søknad til behandling for dette legemidlet.")


def judge(product: Json, answers: Json) -> Judgement:
    if answers.get("serious") != "ja":
        return Judgement(status="refused", ground="20")
    if answers.get("long_term") != "ja":
        return Judgement(status="refused", ground="10")
    if not str(answers.get("earlier", "")).strip() and not answers.get("not_tried"):
        return Judgement(status="refused", ground="2")
    if product.get("group") in forms.ADDICTIVE or answers.get("not_tried") == "3":
        return Judgement(status="manual")
    bmi = str(answers.get("bmi", "")).replace(",", ".")
    if bmi and bmi.replace(".", "", 1).isdigit() and float(bmi) < LOWEST_BMI:
        return Judgement(status="refused", ground="14")
    return Judgement(status="granted")


def settle(application: Application, judgement: Judgement) -> None:
    """Give the case its outcome; a manual one gets none yet."""
    application.status, application.text = judgement.status, TEXTS[judgement.status]
    if judgement.status != "manual":
        application.decision = _decision(application, judgement)
    application.save()


def _decision(application: Application, judgement: Judgement) -> Decision:
    product, diagnosis = application.body["product"], application.body["diagnosis"]
    granted = judgement.status == "granted"
    today = clock.today()
    body = {
        "reference": application.reference,
        "outcome": OUTCOMES[judgement.status],
        "basis": "300",
        "product": product["name"],
        "atc": product.get("atc", ""),
        "code": diagnosis["code"],
        "system": diagnosis["system"],
        "codeName": diagnosis.get("name", ""),
        "from": today.isoformat(),
        "until": (today + YEARS).isoformat() if granted else None,
        "dailyMaximum": "",
        "dailyUnit": "",
        "grounds": [] if granted else [judgement.ground or "14"],
    }
    return keep(application.pid, body)


def keep(pid: str, body: Json) -> Decision:
    made, _ = Decision.objects.update_or_create(
        reference=body["reference"],
        defaults={
            "pid": pid,
            "atc": body.get("atc", ""),
            "until": body.get("until") or None,
            "outcome": body["outcome"],
            "body": body,
        },
    )
    return made
