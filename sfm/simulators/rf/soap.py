"""The SOAP door, and what fault scripts do to those who come through it."""

from __future__ import annotations

import base64
import gzip
import re
import time
import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_http_methods
from lxml import etree

from sfm.simulators import tokens
from sfm.simulators.rf import apotek, desk, doctors, envelope, faults, posting, state, wsdl
from sfm.simulators.rf.models import Outgoing
from sfm.simulators.rf.reading import Incoming, Unreadable, incoming
from sfm.simulators.rf.verdict import Remark
from sfm.simulators.rf.writing import apprec

XML = "text/xml; charset=utf-8"


@require_http_methods(["GET", "POST"])
def rekvirent(request: HttpRequest) -> HttpResponseBase:
    if request.method == "GET":
        return HttpResponse(wsdl.rekvirent(request.build_absolute_uri(request.path)), content_type=XML)
    try:
        asked = envelope.read(request.body, request.headers.get("SOAPAction", ""))
        message = incoming(asked.operation, asked.message, _token(request))
    except Unreadable as error:
        document = apprec(None, [Remark(code=str(error.code))])
        return HttpResponse(envelope.apprec_fault(document), status=500, content_type=XML)
    except tokens.BadToken:
        return HttpResponse(envelope.fault("Ugyldig tilgangstoken"), status=401, content_type=XML)
    return _serve(message)


def _token(request: HttpRequest) -> dict[str, str]:
    authorization = request.headers.get("Authorization", "")
    return tokens.identity(tokens.claims_of(authorization)) if authorization else {}


def _serve(message: Incoming) -> HttpResponseBase:
    rule = faults.match(message)
    if rule is None:
        status, body = desk.handle(message).to_soap()
        return HttpResponse(body, status=status, content_type=XML)
    do, name = rule["do"], rule.get("name", "feil")
    time.sleep(do.get("delay_ms", 0) / 1000)
    turned_away = _turn_away(do)
    if turned_away is not None and not do.get("process"):
        desk.log(message, b"", (), fault=name, processed=False)
        return turned_away
    answer = _process(message, do, name)
    return turned_away if turned_away is not None else _damage(answer, do)


def _turn_away(do: dict[str, Any]) -> HttpResponseBase | None:
    """Faults that stop the message at the door."""
    if do.get("close_connection") == "before":
        return broken_off()
    if "soap_fault" in do:
        return HttpResponse(envelope.fault(str(do["soap_fault"])), status=500, content_type=XML)
    if "http_status" in do:
        return HttpResponse(
            "Feil i RF-simulatoren", status=do["http_status"], content_type="text/plain; charset=utf-8"
        )
    if "flap" in do or "unavailable_for_s" in do:
        return HttpResponse("Utilgjengelig", status=503, headers={"Retry-After": "2"})
    return None


def _process(message: Incoming, do: dict[str, Any], name: str) -> desk.Answer:
    _happen_first(message, do.get("before", {}))
    forced = tuple(Remark(code=str(code)) for code in do.get("apprec", {}).get("errors", []))
    if do.get("expired_certificate"):
        forced = (Remark(code="102"),)
    before = Outgoing.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with state.displaced(timedelta(seconds=do.get("clock_skew_s", 0))):
        answer = desk.handle(message, forced=forced, fault=name)
    _bend_post(do, Outgoing.objects.filter(id__gt=before))
    return answer


def _happen_first(message: Incoming, before: dict[str, Any]) -> None:
    if "send_pll_as" in before:
        doctors.send_list(pid=message.pid)
    if before.get("start_dispensing"):
        apotek.start(resept_id=message.payload.findtext("{*}ReseptId") or "")  # type: ignore[union-attr]


def _bend_post(do: dict[str, Any], new: Any) -> None:
    if do.get("drop_async"):
        new.update(state="dropped")
    if do.get("duplicate_async"):
        for message in new:
            message.pk = None
            message.msg_id = f"{message.msg_id}#2"  # our row; the bytes still carry the same MsgId
            message.save()
    if do.get("async_before_response"):
        posting.round_of_post()


def broken_off() -> HttpResponseBase:
    """A promise of more bytes than ever come: the client sees the connection close in the middle of an answer."""
    response = StreamingHttpResponse(iter([b"<"]), content_type=XML)
    response["Content-Length"] = "10000"
    return response


def _damage(answer: desk.Answer, do: dict[str, Any]) -> HttpResponseBase:
    if do.get("close_connection") == "after":
        return broken_off()
    status, body = _altered(answer, do).to_soap()
    if do.get("truncate"):
        body = body[: len(body) // 2]
    if do.get("malformed_xml"):
        body = body.replace(b"</s:Body>", b"</s:Kropp>")
    if do.get("empty_body"):
        body = b""
    if do.get("huge_body"):
        body = body.replace(b"<s:Body>", b"<!--" + b"x" * 60_000_000 + b"--><s:Body>")
    if do.get("gzip_surprise"):
        body = gzip.compress(body)
    return HttpResponse(body, status=status, content_type=XML)


def _altered(answer: desk.Answer, do: dict[str, Any]) -> desk.Answer:
    """Faults inside the answering document: it stays well-formed, but says something untrue."""
    root = etree.fromstring(answer.document)
    if do.get("wrong_msgid"):
        for element in root.iter("{*}RefToParent", "{*}RefToConversation"):
            element.text = str(uuid.uuid4())
        for element in root.findall("{*}OriginalMsgId/{*}Id"):
            element.text = str(uuid.uuid4())
    if do.get("partial_result"):
        attachments = [
            part for part in root.findall("{*}Document") if part.find(".//{*}Base64Container") is not None
        ]
        for document in attachments[-1:]:
            root.remove(document)
    if do.get("unknown_codes"):
        for status in root.iter("{*}Status"):
            status.set("V", "Q")
            status.set("DN", "Ukjent status")
    if do.get("stale_refmsgid"):
        for element in root.iter("{*}RefMsgId"):
            element.text = str(uuid.uuid4())
    if do.get("bad_signature"):
        _spoil_attachments(root)
    written = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    if do.get("wrong_namespace"):
        written = re.sub(rb"/\d{4}-\d\d-\d\d\"", b'/1999-01-01"', written)
    return desk.Answer(
        operation=answer.operation, document=written, remarks=answer.remarks, log_id=answer.log_id
    )


def _spoil_attachments(root: etree._Element) -> None:
    for element in root.iter("{*}Base64Container", "{*}VarerIBrukB64"):
        message = base64.b64decode(element.text or "")
        spoiled = message.replace(b"<GivenName>", b"<GivenName>X", 1)
        element.text = base64.b64encode(spoiled).decode()
