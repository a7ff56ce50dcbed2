"""Errors that a person will read: plain Norwegian, what to do, and a trace id added at the edge."""

from __future__ import annotations


class SfmError(Exception):
    """Base of every expected failure.

    `text` is shown to the user as it stands. `code` is stable and documented (portals.md 7: E01–E20, or our own).
    `status` is the HTTP status an edge answers with.
    """

    status = 400
    code = "SFM-400"
    text = "Forespørselen kunne ikke utføres."

    def __init__(self, text: str | None = None, *, code: str | None = None, detail: str = "") -> None:
        self.text = text or self.text
        self.code = code or self.code
        self.detail = detail  # for the log only; never a name, number, ticket or product
        super().__init__(detail or self.text)


class Invalid(SfmError):
    """The input does not fit. `fields` maps a field name to what is wrong with it."""

    status = 422
    code = "SFM-422"
    text = "Noe i skjemaet må rettes."

    def __init__(
        self, text: str | None = None, *, fields: dict[str, str] | None = None, code: str | None = None
    ) -> None:
        self.fields = fields or {}
        super().__init__(text or "; ".join(self.fields.values()) or None, code=code)


class Forbidden(SfmError):
    """The actor lacks the right. Functions without right are absent; this guards the address itself."""

    status = 403
    code = "E08"
    text = "Du har ikke rett til å gjøre dette."


class NotFound(SfmError):
    """Unknown, foreign and deleted look the same from outside."""

    status = 404
    code = "SFM-404"
    text = "Fant ikke det du ba om."


class Conflict(SfmError):
    """Somebody else was first (portals.md E12, E15, E17). Nothing was written."""

    status = 409
    code = "E12"
    text = "En kollega har endret dette i mellomtiden."


class WrongPatient(Conflict):
    """The frame shows another patient than the session holds (portals.md E15)."""

    code = "E15"
    text = "Pasienten er byttet i et annet vindu. Ingenting er lagret. Åpne pasienten på nytt fra journalsystemet."


class Unavailable(SfmError):
    """Something we cannot do without is down: fail closed (portals.md E18)."""

    status = 503
    code = "E18"
    text = "Tjenesten er midlertidig utilgjengelig. Prøv igjen om litt."
