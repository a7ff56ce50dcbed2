"""What Celery finds: the tasks of this layer, and nothing else in the product."""

from __future__ import annotations

from sfm.exchange.dispatch import drain, drain_all, work_on
from sfm.exchange.sealing import seal_all

__all__ = ["drain", "drain_all", "seal_all", "work_on"]
