"""How many examples a property run over the APIs tries: few in the suite, API_EXAMPLES of them in a long run."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings


def some(count: int) -> Any:
    return settings(
        max_examples=int(os.environ.get("API_EXAMPLES", "0")) or count,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
