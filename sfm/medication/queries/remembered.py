"""What was last made of a list, in this process's memory, for as long as nothing on the list has changed.

The key must hold everything the value depends on. `MedicationList.stamp` stands for all rows of a patient: the database
gives it a new random value with every change of a treatment, prescription, draft or reaction, so a value made inside a
transaction that is rolled back is never found again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

MOST = 5000  # values: most of them single rows
LIFE = 5 * 60  # seconds: no longer than an unwrapped journal key lives
Value = TypeVar("Value")

_kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
_lock = threading.Lock()


def recall(key: Hashable, make: Callable[[], Value], *, life: float = LIFE) -> Value:
    """The value under `key`, at most `life` seconds old, made now if it is not remembered. `key` None: made now."""
    if key is None:
        return make()
    now = time.monotonic()
    with _lock:
        found = _kept.get(key)
    if found is not None and now - found[0] < life:
        return cast("Value", found[1])
    made = make()
    with _lock:
        _kept[key] = (now, made)
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return made


def drop(key: Hashable) -> None:
    """What is under `key` is not true any more."""
    with _lock:
        _kept.pop(key, None)


def forget() -> None:
    """Everything, at once: for tests, and when keys are withdrawn."""
    with _lock:
        _kept.clear()
