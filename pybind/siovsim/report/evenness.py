# SPDX-License-Identifier: Apache-2.0
"""How evenly tenants are served."""

import math
from typing import Any, Dict, Optional, Sequence, Tuple


def jain(values: Sequence[float]) -> Optional[float]:
    """Jain's fairness index: 1 when all get the same, 1/n when one gets everything."""
    total, squares = sum(values), sum(value * value for value in values)
    return total * total / (len(values) * squares) if squares > 0 else None


def evenness(name: str, rows: Sequence[Dict[str, Any]]) -> Tuple[str, Optional[float], Optional[float]]:
    """(class, Jain's index of throughput, worst p99 over best) among the tenants of a class."""
    mine = [row for row in rows if row["class"] == name]
    p99 = [row["p99_ns"] for row in mine if math.isfinite(row["p99_ns"]) and row["p99_ns"] > 0]
    rates = [row["throughput_per_s"] for row in mine if math.isfinite(row["throughput_per_s"])]
    return name, jain(rates) if rates else None, max(p99) / min(p99) if p99 else None
