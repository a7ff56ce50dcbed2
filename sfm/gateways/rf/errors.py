"""Three ways RF can disappoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfm.gateways.rf.contract import Receipt


class RfUnavailable(Exception):
    """Nothing was delivered: no connection, refused by the network, or RF says try later."""


class RfOutcomeUnknown(Exception):
    """The message left the house and no readable answer came. RF may or may not have it."""


class RfRejected(Exception):
    """RF answered a question with an AppRec."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(", ".join(error.code for error in receipt.errors))
        self.receipt = receipt

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(error.code for error in self.receipt.errors)
