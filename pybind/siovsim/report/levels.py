# SPDX-License-Identifier: Apache-2.0
"""What of the blocks' statistics is worth a picture: rates, busy shares, levels, and levels over time."""

from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from siovsim.report.model import Series, Statistic


@dataclass(frozen=True)
class Ratio:
    """A share between 0 and 1, for bars."""

    block: str
    name: str
    fraction: float
    sentence: str


_SHOWN_SERIES = 12


def relevant(series: Sequence[Series], blamed: Sequence[str]) -> Tuple[List[Series], int]:
    """(The series worth a picture, most telling first; how many others were not zero all the time).

    What the verdict names comes first, then what is full or busy and what changes: the mean of a share, and the
    standard deviation over the mean. What never moved from zero is no picture.
    """

    def telling(one: Series) -> float:
        mean = float(one.value.mean())
        level = min(mean, 1.0) if one.unit == "fraction" else 0.0
        change = float(one.value.std()) / mean if mean > 0 else 0.0
        return (2.0 if one.name in blamed else 0.0) + level + min(change, 1.0)

    moving = [one for one in series if len(one.value) > 1 and float(abs(one.value).max()) > 0]
    moving.sort(key=lambda one: (-telling(one), one.name))
    return moving[:_SHOWN_SERIES], max(0, len(moving) - _SHOWN_SERIES)


def _fractions(blocks: Dict[str, List[Statistic]]) -> Iterator[Ratio]:
    for block, statistics in blocks.items():
        for statistic in statistics:
            if statistic.unit == "fraction":
                yield Ratio(block, statistic.name, statistic.value, statistic.sentence)


def rates(blocks: Dict[str, List[Statistic]]) -> List[Ratio]:
    """Hit and retry rates, as the engine derived them."""
    return [ratio for ratio in _fractions(blocks) if ratio.name.endswith("rate")]


def utilisations(blocks: Dict[str, List[Statistic]]) -> List[Ratio]:
    """Busy share of every server and link that was ever busy, the busiest first."""
    found = [ratio for ratio in _fractions(blocks) if not ratio.name.endswith("rate") and ratio.fraction > 0]
    return sorted(found, key=lambda ratio: -ratio.fraction)


@dataclass(frozen=True)
class Occupancy:
    """A queue's or cache's level: time-weighted mean, maximum, and capacity where it is bounded."""

    block: str
    name: str
    unit: str
    mean: float
    maximum: float
    capacity: Optional[float]
    sentence: str


def occupancies(blocks: Dict[str, List[Statistic]]) -> List[Occupancy]:
    """Every level that was ever above zero: bounded ones first, the fullest first, then the others by their mean."""
    found = []
    for block, statistics in blocks.items():
        by_name = {statistic.name: statistic for statistic in statistics}
        for statistic in statistics:
            stem, dot, last = statistic.name.rpartition(".")
            maximum = by_name.get(f"{stem}.max")
            if last != "mean" or not dot or maximum is None or maximum.value <= 0:
                continue
            capacity = by_name.get(f"{stem}.capacity")
            bound = capacity.value if capacity is not None else None
            found.append(
                Occupancy(block, stem, statistic.unit, statistic.value, maximum.value, bound, statistic.sentence)
            )
    return sorted(found, key=lambda level: (level.capacity is None, -level.mean / (level.capacity or 1.0)))
