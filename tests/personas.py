"""The cast of the tests: a prescriber, the nurse beside her, and an outsider in another journal."""

from __future__ import annotations
