# SPDX-License-Identifier: Apache-2.0
"""The values of a range and of a logarithmic range, as text that --set takes, and which texts mean the same."""

import math
from typing import List, Union

from siovsim.base.errors import InputError

MAX_POINTS = 1_000_000
MAX_VALUES = 10_000  # of a log_range, as the schema says


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e18 else repr(float(value))


def _finite(what: str, *values: float) -> None:
    if not all(math.isfinite(value) for value in values):
        raise InputError(f"{what}: its values must be finite.")


def range_values(start: float, stop: float, step: float) -> List[str]:
    """Evenly spaced values from ``start`` to ``stop``, both included when the step fits."""
    what = f"range from {start:g} to {stop:g} step {step:g}"
    _finite(what, start, stop, step)
    if step <= 0 or stop < start:
        raise InputError(f"{what}: 'to' must not be below 'from' and 'step' must be positive.")
    steps = (stop - start) / step
    if steps >= MAX_POINTS:
        raise InputError(f"{what}: it has {steps + 1:,.0f} values; at most {MAX_POINTS:,} are possible.")
    values = [_number(round(start + index * step, 12)) for index in range(math.floor(steps + 1e-9) + 1)]
    if len(set(values)) != len(values):
        raise InputError(f"{what}: the step is too small for values of this size; neighbours are the same number.")
    return values


def log_range_values(start: float, stop: float, count: int, whole: bool) -> List[str]:
    """``count`` values evenly spaced on a logarithmic scale, ends included; whole fields get distinct whole numbers."""
    what = f"log_range from {start:g} to {stop:g} count {count}"
    _finite(what, start, stop)
    if start <= 0 or stop < start or not 2 <= count <= MAX_VALUES:
        raise InputError(f"{what}: ends must be positive and rising, count from 2 to {MAX_VALUES:,}.")
    octaves = math.log(stop) - math.log(start)
    values = [start * math.exp(octaves * (index / (count - 1))) for index in range(count - 1)] + [stop]
    shown = [_number(round(value)) if whole else f"{value:.12g}" for value in values]
    return list(dict.fromkeys(shown))


def meaning_of(value: str) -> Union[int, float, str]:
    """Equal for values that mean the same: "8", " 8" and "8.0", "[0, 1]" and "[0,1]"."""
    bare = "".join(value.split())
    for number in (int, float):
        try:
            return number(bare)
        except ValueError:
            continue
    return bare
