"""Writes M30 as text. A builder of 118 MB cannot afford a tree, and needs only four shapes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from sfm.fest.importer.vocabulary import FS, M30, VOLVEN

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, M30)
HEAD = f'<?xml version="1.0" encoding="utf-8"?>\n<FEST xmlns="{M30}">\n'
TAIL = "</FEST>\n"


def identity(*natural_key: str) -> str:
    """The same id in every build."""
    return f"ID_{uuid.uuid5(NAMESPACE, '|'.join(natural_key))}".upper()


def leaf(name: str, content: str | int) -> str:
    return f"<{name}>{escape(str(content))}</{name}>"


def optional(name: str, content: str | int) -> str:
    return leaf(name, content) if content != "" else ""


def flag(name: str, state: bool) -> str:
    return f"<{name}>{'true' if state else 'false'}</{name}>"


def simple(name: str, value: str, display: str = "") -> str:
    """A kith:CS."""
    shown = f" DN={quoteattr(display)}" if display else ""
    return f"<{name} V={quoteattr(value)}{shown}/>"


def coded(name: str, value: str, display: str, list_number: int) -> str:
    """A kith:CV of a Volven list."""
    return f'<{name} V={quoteattr(value)} S="{VOLVEN}{list_number}" DN={quoteattr(display)}/>'


def quantity(name: str, amount: str, unit: str) -> str:
    """A kith:PQ; FEST writes numbers here with a point."""
    return f"<{name} V={quoteattr(amount.replace(',', '.'))} U={quoteattr(unit)}/>"


def node(name: str, *parts: str) -> str:
    return f"<{name}>{''.join(parts)}</{name}>"


def prescribing(name: str, *parts: str) -> str:
    """A payload in the Forskrivning namespace."""
    return f'<{name} xmlns="{FS}">{"".join(parts)}</{name}>'


def entry(catalogue: str, payload: str, *, at: str) -> str:
    """One active entry. Its id follows the content, as FEST's does."""
    head = f"<Id>{identity('entry', catalogue, payload)}</Id><Tidspunkt>{at}</Tidspunkt>"
    return f'<Oppf{catalogue}>{head}<Status V="A" DN="Aktiv oppføring"/>{payload}</Oppf{catalogue}>\n'


def document(extracted_at: str, catalogues: Iterable[tuple[str, Iterable[str]]]) -> Iterable[str]:
    """The whole file, piece by piece, in the order given (which must be that of the schema)."""
    yield HEAD
    yield leaf("HentetDato", extracted_at) + "\n"
    for name, payloads in catalogues:
        yield f"<Kat{name}>\n"
        for payload in payloads:
            yield entry(name, payload, at=extracted_at)
        yield f"</Kat{name}>\n"
    yield TAIL
