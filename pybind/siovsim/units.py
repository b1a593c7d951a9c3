# SPDX-License-Identifier: Apache-2.0
"""Numbers as people read them: three significant digits and the unit that fits."""

import math
from typing import Optional

_TIME = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"), (1e-3, "ps"))
_PLAIN = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
NOTHING = "–"


def digits(value: float) -> str:
    """Three significant digits, never in exponent form between 0.001 and 999,999."""
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -3:
        return f"{value:.2e}"
    return f"{value:,.{max(0, 2 - magnitude)}f}"


def _scaled(value: Optional[float], steps: tuple, suffix: str) -> str:
    if value is None or not math.isfinite(value):
        return NOTHING
    # A value that would round up to 1000 of a unit is shown as 1 of the next.
    for factor, unit in steps:
        if abs(value) >= 0.9995 * factor:
            return f"{digits(value / factor)} {unit}{suffix}".rstrip()
    factor, unit = steps[-1]
    return f"{digits(value / factor)} {unit}{suffix}".rstrip()


def time_ns(value: Optional[float]) -> str:
    """A duration given in nanoseconds: ``1234 -> 1.23 µs``."""
    return "0 ns" if value == 0 else _scaled(value, _TIME, "")


def rate(value: Optional[float], what: str = "/s") -> str:
    """Events per second: ``1234567 -> 1.23 M/s``."""
    return _scaled(value, _PLAIN, what)


def bytes_rate(value: Optional[float]) -> str:
    """Bytes per second, decimal prefixes: ``3e10 -> 30.0 GB/s``."""
    return _scaled(value, _PLAIN, "B/s")


def count(value: Optional[float]) -> str:
    """A count with thousands separators."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:,.0f}" if float(value).is_integer() else digits(value)


def percent(fraction: Optional[float]) -> str:
    """A fraction as a percentage with one decimal, two below one per cent."""
    if fraction is None or not math.isfinite(fraction):
        return NOTHING
    value = 100 * fraction
    return f"{value:.2f} %" if 0 < abs(value) < 1 else f"{value:.1f} %"


def metric(name: str, value: Optional[float]) -> str:
    """A metric whose name ends in its unit (``_ns``, ``_per_s``, ``_bytes``)."""
    if name.endswith("_ns"):
        return time_ns(value)
    if name.endswith("bytes_per_s"):
        return bytes_rate(value)
    if name.endswith("_per_s"):
        return rate(value)
    return count(value)
