"""Steps 5–7: the organisation, the signature, the prescriber in HPR."""

from __future__ import annotations

import re

from sfm.simulators.rf import signatures, state
from sfm.simulators.rf.models import Organisation, Practitioner
from sfm.simulators.rf.reading import Incoming, Sender, find, value
from sfm.simulators.rf.verdict import Remarks, refuse

_CATEGORY = re.compile(r"[A-ZÆØÅ]{2,4}")  # the form of a value of 9060


def check_organisation(message: Incoming) -> None:
    sender, remarks = message.sender, Remarks()
    element = sender.element
    remarks.when(not sender.her, 68)
    remarks.when(not sender.orgnr, 317)
    remarks.when(not sender.name, 319)
    remarks.when(find(element, "Address") is None, 219)
    remarks.when(find(element, "Address") is not None and value(element, "Address/Type") != "RES", 318)
    remarks.when(find(element, "TeleCom") is None, 221)
    remarks.when(find(element, "TeleCom") is not None and not value(element, "TeleCom/TeleAddress"), 222)
    remarks.when(find(element, "TeleCom") is not None and not value(element, "TeleCom/TypeTelecom"), 224)
    remarks.when(find(element, "Organisation/Organisation") is not None, 326)
    remarks.close()
    known = _organisation(sender)
    remarks.when(known.orgnr != sender.orgnr, 286, sender.her)
    remarks.when(not known.active, 232)
    remarks.when(known.kind != "rekvirent", 377)
    remarks.when(known.specialist and not sender.resh, 380)
    token_orgnr = message.token.get("orgnr", "")
    remarks.when(token_orgnr and token_orgnr not in _numbers(known), 373)
    remarks.when(message.token and not token_orgnr, 374)
    remarks.close()


def _numbers(organisation: Organisation) -> set[str]:
    return {organisation.orgnr, organisation.certificate_orgnr} - {""}


def _organisation(sender: Sender) -> Organisation:
    known = Organisation.objects.filter(her=sender.her).first()
    if known is None and state.get("unknown_organisations") != "register":
        raise refuse(286, sender.her)
    return known or Organisation.objects.create(her=sender.her, orgnr=sender.orgnr, name=sender.name)


def check_signature(message: Incoming) -> None:
    if not signatures.has_signature(message.root):
        raise refuse(43, "Signature mangler")
    found = signatures.read(message.raw)
    if found is None:
        raise refuse(47)
    if not found.whole:
        raise refuse(43)
    _check_certificate(found, message)
    _check_person(found.pid or message.token.get("pid", ""), message)


def _check_certificate(found: signatures.Signature, message: Incoming) -> None:
    remarks, now = Remarks(), state.now()
    remarks.when(now > found.certificate.not_valid_after_utc, 102)
    remarks.when(now < found.certificate.not_valid_before_utc, 119)
    remarks.when(found.pid and not found.only_non_repudiation(), 123)
    remarks.close()
    organisation = Organisation.objects.get(her=message.sender.her)
    if not signatures.is_trusted(found.certificate):
        if not state.get("trust_first_use"):
            raise refuse(202 if found.pid else 203)
        signatures.trust(found.certificate, origin="første gangs bruk")
    if not found.pid and found.orgnr:
        _check_owner(found.orgnr, organisation)


def _check_owner(orgnr: str, organisation: Organisation) -> None:
    """The certificate belongs to the unit itself or to the legal body above it, as first seen or seeded."""
    if orgnr in _numbers(organisation):
        return
    if organisation.certificate_orgnr or not state.get("trust_first_use"):
        raise refuse(78, orgnr)
    organisation.certificate_orgnr = orgnr
    organisation.save()


def _check_person(pid: str, message: Incoming) -> None:
    if not pid:
        if state.get("require_token"):
            raise refuse(392)
        return
    owner = Practitioner.objects.filter(pid=pid).first()
    if owner is None:
        raise refuse(20)
    if owner.hpr != message.sender.hpr:
        raise refuse(23)


def check_prescriber(message: Incoming) -> None:
    sender, remarks = message.sender, Remarks()
    remarks.when(not sender.hpr, 6)
    remarks.when(sender.hpr and len(sender.hpr) != 9, 19)
    remarks.when(not sender.family, 213)
    remarks.when(not sender.given, 214)
    remarks.when(sender.category and not _CATEGORY.fullmatch(sender.category), 321)
    remarks.close()
    person = _practitioner(message)
    remarks.when(person.dead, 306)
    remarks.when(not person.authorised, 21)
    remarks.when(person.suspended, 308)
    remarks.when(person.right == "none", 22 if message.operation in {"M1", "M5"} else 281)
    remarks.when(person.right_until and person.right_until < state.today(), 307)
    remarks.when(person.category in {"JO", "SP"} and not sender.category, 350)
    remarks.when(sender.category and sender.category != person.category, 322, sender.category)
    if message.operation == "M25_1":
        remarks.when(person.category not in state.get("list_sender_categories"), 207)
    remarks.close()
    group = message.payload.find(".//{*}Reseptgruppe") if message.payload is not None else None
    if (
        message.operation == "M1"
        and group is not None
        and group.get("V") == "A"
        and person.right == "no_group_a"
    ):
        raise refuse(205)


def _practitioner(message: Incoming) -> Practitioner:
    sender = message.sender
    known = Practitioner.objects.filter(hpr=sender.hpr).first()
    if known is None and state.get("unknown_practitioners") != "register":
        raise refuse(21, sender.hpr)
    return known or Practitioner.objects.create(
        hpr=sender.hpr,
        pid=message.token.get("pid") or f"ukjent{sender.hpr[-5:]}",
        given=sender.given,
        family=sender.family,
        category=sender.category or "LE",
    )
