# SPDX-License-Identifier: Apache-2.0
"""Numbers as people read them: three significant digits and the unit that fits."""

import math
import re
from typing import Optional, Tuple

_TIME = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"), (1e-3, "ps"))
_PLAIN = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
NOTHING = "–"


def digits(value: float, significant: int = 3) -> str:
    """Three significant digits, never in exponent form between 0.001 and 999,999."""
    if value == 0:
        return "0"
    # Rounding comes first: 999.6 is 1000, not 999.6 with one digit too many.
    value = float(f"{value:.{significant - 1}e}")
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -3:
        return f"{value:.{significant - 1}e}"
    return f"{value:,.{max(0, significant - 1 - magnitude)}f}"


def _scaled(value: Optional[float], steps: tuple, significant: int) -> Tuple[str, str]:
    """(number, unit) in the largest unit that leaves at least 1; 999.6 of a unit counts as 1 of the next."""
    assert value is not None
    factor, unit = next((step for step in steps if abs(value) >= 0.9995 * step[0]), steps[-1])
    return digits(value / factor, significant), unit


def known(value: Optional[float]) -> bool:
    """False for what was not measured."""
    return value is not None and math.isfinite(value)


def time_ns(value: Optional[float], significant: int = 3) -> str:
    """A duration given in nanoseconds: ``1234 -> 1.23 µs``."""
    if value == 0:
        return "0 ns"
    return " ".join(_scaled(value, _TIME, significant)) if known(value) else NOTHING


def rate(value: Optional[float], what: str = "/s", significant: int = 3) -> str:
    """Events per second: ``1234567 -> 1.23M/s``."""
    return "".join(_scaled(value, _PLAIN, significant)) + what if known(value) else NOTHING


def bytes_rate(value: Optional[float], significant: int = 3) -> str:
    """Bytes per second, decimal prefixes: ``3e10 -> 30.0 GB/s``."""
    return " ".join(_scaled(value, _PLAIN, significant)) + "B/s" if known(value) else NOTHING


def tick(shown: str) -> str:
    """A number with its unit as an axis label: without the zeros that only keep columns aligned."""
    return re.sub(r"\.(\d*?)0+(?!\d)", lambda match: f".{match[1]}" if match[1] else "", shown)


def tick_time(value: float, significant: int = 3) -> str:
    """``5000 -> 5 µs``."""
    return "0" if value == 0 else tick(time_ns(value, significant))


def tick_rate(value: float, significant: int = 3) -> str:
    """``2e6 -> 2M``; the axis title says what it counts."""
    return "0" if value == 0 else tick(rate(value, "", significant))


def tick_number(value: float, significant: int = 3) -> str:
    """``0.250 -> 0.25``."""
    return tick(digits(value, significant))


def tick_percent(value: float, _: int = 3) -> str:
    """A fraction as a percentage without needless zeros: ``0.5 -> 50 %``."""
    return f"{100 * value:.10f}".rstrip("0").rstrip(".") + " %"


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


def metric(name: str, value: Optional[float], significant: int = 3) -> str:
    """A metric whose name ends in its unit (``_ns``, ``_per_s``, ``_bytes``)."""
    if name.endswith("_ns"):
        return time_ns(value, significant)
    if name.endswith("bytes_per_s"):
        return bytes_rate(value, significant)
    if name.endswith("_per_s"):
        return rate(value, significant=significant)
    return count(value)


def statistic(unit: str, value: float) -> Tuple[str, str]:
    """(number, unit) of a block's statistic as a table shows it."""
    if unit == "fraction":
        return percent(value), ""
    if unit == "ps":
        shown, _, scaled = time_ns(value / 1000).partition(" ")
        return shown, scaled
    return count(value), unit
