from __future__ import annotations

from sfm.core.errors import SfmError


class Refused(SfmError):
    """The file was not taken; the catalogue in use is untouched. `text` says why."""

    status = 422
    code = "FEST-AVVIST"
    text = "FEST-filen ble avvist."


class Busy(SfmError):
    """Another import is running."""

    status = 409
    code = "FEST-OPPTATT"
    text = "En annen FEST-import pågår. Prøv igjen når den er ferdig."
