"""Why a call is refused: one class per problem type of the gateway contract (integration.md 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core.errors import SfmError

if TYPE_CHECKING:
    from sfm.tenancy.models import Journal


class Refused(SfmError):
    """A refusal at the edge of an API. `problem` ends the type URN; `error` is the OAuth code, if any."""

    status = 403
    problem = "refused"
    error = ""

    def __init__(self, text: str | None = None, *, detail: str = "", hint: str = "") -> None:
        self.journal: Journal | None = None  # whose access log gets to know, where the journal is known
        self.hint = hint  # for the developer of the EPJ; `detail` is for our log only
        super().__init__(text, detail=detail)


class InvalidToken(Refused):
    status, problem, error, code = 401, "invalid-token", "invalid_token", "SFM-TOKEN-401"
    text = "Tilgangsbeviset fra HelseID er ikke gyldig."


class InvalidProof(Refused):
    status, problem, error, code = 401, "invalid-dpop-proof", "invalid_dpop_proof", "SFM-DPOP-401"
    text = "DPoP-beviset er ikke gyldig."


class InsufficientScope(Refused):
    problem, error, code = "insufficient-scope", "insufficient_scope", "SFM-SCOPE-403"
    text = "Tilgangsbeviset gjelder ikke denne tjenesten."


class AssuranceTooLow(Refused):
    problem, code = "assurance-too-low", "SFM-LEVEL-403"
    text = "Innloggingen må ha sikkerhetsnivå 4 (høyt)."


class SupplierUnknown(Refused):
    problem, code = "supplier-unknown", "SFM-SUPPLIER-403"
    text = "Leverandøren er ikke registrert i SFM."


class ClientUnknown(Refused):
    problem, code = "client-unknown", "SFM-CLIENT-403"
    text = "Journalsystemet er ikke registrert i SFM."


class JournalUnavailable(Refused):
    """Unknown, foreign and closed look the same from outside."""

    problem, code = "journal-unavailable", "SFM-JOURNAL-403"
    text = "Journalen er ikke tilgjengelig."


class UserUnavailable(Refused):
    problem, code = "user-unavailable", "SFM-USER-403"
    text = "Brukeren er ikke registrert i SFM, eller er ikke aktiv."


class OrganisationInactive(Refused):
    problem, code = "organisation-inactive", "SFM-ORG-403"
    text = "Virksomheten er ikke aktiv i SFM."


class SessionMismatch(Refused):
    problem, code = "session-mismatch", "SFM-SESSION-403"
    text = "Økten tilhører en annen bruker, klient eller journal."


class Malformed(Refused):
    status, problem, code = 400, "malformed", "SFM-400"
    text = "Forespørselen har feil form."


class PatientUnknown(Refused):
    status, problem, code = 404, "patient-unknown", "SFM-TICKET-404"
    text = "Pasienten er ikke registrert i SFM"


class SessionNotLive(Refused):
    status, problem, code = 409, "session-not-live", "SFM-SESSION-409"
    text = "Økten er ikke aktiv. Opprett en ny økt."


class CodeRefused(Refused):
    status, problem, code = 401, "code-refused", "SFM-LOGIN-401"
    text = "Innloggingen kunne ikke fullføres. Åpne SFM på nytt fra journalsystemet."

    def __init__(self, reason: str = "code-used", *, detail: str = "") -> None:
        """`reason`: code-used | code-expired | nonce-mismatch | session-ended (integration.md 4.3)."""
        self.reason = reason
        super().__init__(detail=detail or reason)


class UnsupportedMedia(Refused):
    status, problem, code = 415, "unsupported-media", "SFM-415"
    text = "Innholdet må være JSON."


class MethodNotAllowed(Refused):
    status, problem, code = 405, "method-not-allowed", "SFM-405"
    text = "Bruk POST."


class HeadersTooLarge(Refused):
    status, problem, code = 431, "headers-too-large", "SFM-431"
    text = "Forespørselens hoder er for store."


class TooMany(Refused):
    status, problem, code = 429, "too-many", "SFM-429"
    text = "For mange forespørsler. Vent litt før du prøver igjen."


class OutOfService(Refused):
    """Fail closed: something the check cannot do without is down."""

    status, problem, code = 503, "unavailable", "E18"
    text = "Tjenesten er midlertidig utilgjengelig. Prøv igjen om litt."
