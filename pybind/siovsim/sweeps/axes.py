# SPDX-License-Identifier: Apache-2.0
"""What a sweep is made of, in plain values (see configs/schema/sweep.proto)."""

from dataclasses import dataclass
from typing import NamedTuple, Optional, Tuple


@dataclass(frozen=True)
class Axis:
    """One configuration field and the values it takes: listed, or spanned, which the engine makes them of:
    ``span=("range", (from, to, step))`` or ``span=("log_range", (from, to, count))``.

    Axes of the same non-empty ``zip_group`` advance together.
    """

    path: str
    values: Tuple[str, ...] = ()
    zip_group: str = ""
    label: str = ""  # its name in the table; absent: the end of the path
    names: Tuple[str, ...] = ()  # of the values in the table; absent: the values
    span: Optional[Tuple[str, Tuple[float, ...]]] = None  # a kind of range of the schema and its fields in their order


@dataclass(frozen=True)
class Metric:
    """A column of the table: a metric, or ``of`` (a metric or BLOCK.STATISTIC), divided by ``per`` if that is given."""

    name: str
    of: str = ""
    per: str = ""


ANSWER_KINDS = ("SMALLEST_SUFFICIENT", "COMPARISON")


@dataclass(frozen=True)
class Answer:
    """What to read off the points along one axis, for every combination of the others."""

    axis: str
    metric: str
    kind: str = "SMALLEST_SUFFICIENT"
    highest_is_best: bool = False
    tolerance: float = 0.1


class Point(NamedTuple):
    """One run of a sweep. ``values`` are as the table names them, in the order of the plan's labels. Of a million points
    each is a tuple, and what many share is kept once."""

    index: int
    values: Tuple[str, ...]
    seed: Optional[int]
    overrides: Tuple[str, ...]
