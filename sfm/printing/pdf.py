"""HTML and CSS to PDF, by WeasyPrint. Nothing is fetched: a printout is made of what it is given."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from sfm.core.errors import Unavailable

if TYPE_CHECKING:
    from weasyprint import Document

SHEET = Path("static", "css", "sheet.css")  # the same for the preview in the page
logging.getLogger("fontTools").setLevel(logging.WARNING)


class _Closed(URLFetcher):  # type: ignore[misc]
    """Refuses every address: no network, no file, no data URI."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:  # noqa: ARG002
        raise FatalURLFetchingError("a printout asked for something outside itself")


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _sheet() -> CSS:
    text = (settings.BASE_DIR / SHEET).read_text(encoding="utf-8")
    return CSS(string=text, font_config=_fonts(), url_fetcher=_Closed())


def document(html: str) -> Document:
    """The pages, laid out. Raises Unavailable when the content points outside itself."""
    try:
        return HTML(string=html, url_fetcher=_Closed()).render(stylesheets=[_sheet()], font_config=_fonts())
    except FatalURLFetchingError as error:
        raise Unavailable("Utskriften kunne ikke lages.", detail=str(error)) from error


def write(html: str) -> bytes:
    """The PDF, tagged, so that a screen reader can follow it."""
    made: Any = document(html).write_pdf(pdf_tags=True)
    return bytes(made)
