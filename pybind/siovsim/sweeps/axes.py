# SPDX-License-Identifier: Apache-2.0
"""What a sweep is made of, in plain values (see configs/schema/sweep.proto)."""

from dataclasses import dataclass
from typing import Optional, Tuple


@dataclass(frozen=True)
class Axis:
    """One configuration field and the values it takes: listed, or by one kind of range, which the engine makes them of.

    Axes of the same non-empty ``zip_group`` advance together.
    """

    path: str
    values: Tuple[str, ...] = ()
    zip_group: str = ""
    label: str = ""  # its name in the table; absent: the end of the path
    names: Tuple[str, ...] = ()  # of the values in the table; absent: the values
    range: Optional[Tuple[float, float, float]] = None  # from, to, step
    log_range: Optional[Tuple[float, float, int]] = None  # from, to, count


@dataclass(frozen=True)
class Metric:
    """A column of the table: a metric, or ``of`` (a metric or BLOCK.STATISTIC), divided by ``per`` if that is given."""

    name: str
    of: str = ""
    per: str = ""


@dataclass(frozen=True)
class Answer:
    """What to read off the points along one axis, for every combination of the others."""

    axis: str
    metric: str
    kind: str = "SMALLEST_SUFFICIENT"
    highest_is_best: bool = False
    tolerance: float = 0.1


@dataclass(frozen=True)
class Point:
    """One run of a sweep. ``values`` are as the table names them, in the order of the plan's labels."""

    index: int
    values: Tuple[str, ...]
    seed: Optional[int]
    overrides: Tuple[str, ...]
