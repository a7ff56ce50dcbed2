"""RF over SOAP 1.1 and HTTP."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import httpx
from django.conf import settings

from sfm.gateways.breaker import Breaker
from sfm.gateways.rf import clock_check
from sfm.gateways.rf.contract import Receipt, RfCode
from sfm.gateways.rf.errors import RfOutcomeUnknown, RfRejected, RfUnavailable
from sfm.identity import helseid_client
from sfm.wire import soap
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from sfm.gateways.rf.contract import Rf
    from sfm.wire.apprec import AppRec

CONNECT, ASK, SUBMIT = 3.0, 20.0, 30.0  # seconds
GATEWAY_DOWN = (429, 502, 503, 504)  # answered by something in front of RF: nothing was processed
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class HttpRf:
    """One connection pool and one circuit breaker per operation."""

    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = base_url.rstrip("/") + soap.REKVIRENT_PATH
        self._http = httpx.Client(transport=transport, timeout=httpx.Timeout(SUBMIT, connect=CONNECT))
        self._breakers: dict[str, Breaker] = {}

    def close(self) -> None:
        self._http.close()

    def submit(self, message: bytes, *, kind: str, token: str = "") -> Receipt:
        answer = self._call(message, kind, token, read=SUBMIT)
        if answer.apprec is None:
            raise RfOutcomeUnknown("the answer is no receipt")
        return _receipt(answer.apprec, answer.document)

    def ask(self, message: bytes, *, kind: str, token: str = "") -> bytes:
        try:
            answer = self._call(message, kind, token, read=ASK)
        except RfOutcomeUnknown as error:  # a question changes nothing: it may simply be asked again
            raise RfUnavailable(str(error)) from error
        if answer.apprec is not None:
            raise RfRejected(_receipt(answer.apprec, answer.document))
        return answer.document

    def _call(self, message: bytes, kind: str, token: str, *, read: float) -> soap.Answer:
        operation = soap.REKVIRENT_OPERATIONS[soap.ACTION_OF_KIND[kind]]
        breaker = self._breakers.setdefault(operation.action, Breaker())
        if breaker.is_open:
            raise RfUnavailable("circuit open")
        try:
            answer = self._post(operation, message, token, read)
        except (RfUnavailable, RfOutcomeUnknown):
            breaker.failed()
            raise
        breaker.succeeded()
        return answer

    def _post(self, operation: soap.Operation, message: bytes, token: str, read: float) -> soap.Answer:
        headers = {"Content-Type": soap.CONTENT_TYPE, "SOAPAction": f'"{operation.action}"'}
        if token:
            headers |= helseid_client.authorization("POST", self._url, token)
        try:
            response = self._http.post(
                self._url,
                content=soap.request(operation, message),
                headers=headers,
                timeout=httpx.Timeout(read, connect=CONNECT),
            )
        except NOT_SENT as error:
            raise RfUnavailable(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise RfOutcomeUnknown(type(error).__name__) from error
        if response.status_code in GATEWAY_DOWN:
            raise RfUnavailable(f"HTTP {response.status_code}")
        clock_check.observe(response.headers.get("Date", ""))
        return _read(response.content)


def _read(content: bytes) -> soap.Answer:
    try:
        return soap.parse_response(content)
    except (soap.SoapFault, WireFormatError) as error:
        raise RfOutcomeUnknown(type(error).__name__) from error


def _receipt(apprec: AppRec, raw: bytes) -> Receipt:
    return Receipt(
        accepted=apprec.accepted,
        errors=tuple(
            RfCode(code=e.code or "", text=e.display or e.original_text or "") for e in apprec.errors
        ),
        raw=raw,
        about=apprec.original.id,
    )


@cache
def _client(url: str) -> HttpRf:
    return HttpRf(url)


def connect() -> Rf:
    """The RF of the settings. Raises RfUnavailable when none is configured."""
    if not settings.RF_URL:
        raise RfUnavailable("SFM_RF_URL is not set")
    return _client(settings.RF_URL)
