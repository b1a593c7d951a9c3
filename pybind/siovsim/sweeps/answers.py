# SPDX-License-Identifier: Apache-2.0
"""What a sweep's points say about its question: a finding for every combination of the axes that are not asked about."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

from siovsim.base import units
from siovsim.sweeps.axes import Answer
from siovsim.sweeps.point_table import SweepTable

Row = Dict[str, Any]
Levels = List[Tuple[str, float]]  # (value of the axis, mean of the metric there), in the order of the axis


@dataclass(frozen=True)
class Finding:
    """One line of an answer. ``value`` is the axis value it recommends (None: none), ``levels`` what it was read off: for
    every value of the axis, None where nothing was measured."""

    others: Tuple[str, ...]
    value: Optional[str]
    sentence: str
    levels: List[Tuple[str, Optional[float]]]


@dataclass(frozen=True)
class Findings:
    """An answer's lines, and the axes that tell them apart."""

    answer: Answer
    axes: List[str]
    lines: List[Finding]


def number(text: Any) -> Optional[float]:
    """An axis value as a number, if it is one."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if abs(value) != float("inf") and value == value else None


def ordered(rows: Sequence[Row], axis: str) -> List[Any]:
    """The distinct values of an axis: ascending if they are numbers, in order of appearance otherwise."""
    values = list(dict.fromkeys(row[axis] for row in rows))
    if all(number(value) is not None for value in values):
        return sorted(values, key=float)
    return values


def independent(axes: Sequence[str], rows: Sequence[Row]) -> List[str]:
    """The axes that take several values, without those whose value another one's settles (they advance together)."""

    def settles(one: str, other: str) -> bool:
        return len({(row[one], row[other]) for row in rows}) == len({row[one] for row in rows})

    varied = [axis for axis in dict.fromkeys(axes) if len({row[axis] for row in rows}) > 1]
    return [
        axis
        for place, axis in enumerate(varied)
        if not any(
            settles(other, axis) and (before < place or not settles(axis, other))
            for before, other in enumerate(varied)
            if other != axis
        )
    ]


def read(table: SweepTable) -> List[Findings]:
    """Every answer the sweep asks for, as far as its points are done."""
    done = [row for row in table.rows if row["status"] == "done"]
    return [_findings(answer, table.axes, done) for answer in table.answers]


def _findings(answer: Answer, axes: Sequence[str], done: Sequence[Row]) -> Findings:
    varied = [axis for axis in independent([answer.axis, *axes], done) if axis != answer.axis]
    groups: Dict[Tuple[str, ...], List[Row]] = {}
    for row in done:
        groups.setdefault(tuple(str(row[axis]) for axis in varied), []).append(row)
    values = [str(value) for value in ordered(done, answer.axis)]
    read_off = _smallest_sufficient if answer.kind == "SMALLEST_SUFFICIENT" else _comparison
    lines = []
    for others, rows in groups.items():
        levels = _levels([row for row in rows if row.get(answer.metric) is not None], answer)
        known = dict(levels)
        silent = [str(value) for value in ordered(rows, answer.axis) if str(value) not in known]
        nothing = f"nothing was measured at {', '.join(silent)}"  # no job was finished there, for instance
        aligned = [(value, known.get(value)) for value in values]
        if len(levels) >= 2:
            value, sentence = read_off(answer, levels)
            lines.append(Finding(others, value, f"{sentence}; {nothing}" if silent else sentence, aligned))
        elif silent:
            lines.append(Finding(others, None, f"not known: {nothing}", aligned))
    return Findings(answer, varied, lines)


def _levels(rows: Sequence[Row], answer: Answer) -> Levels:
    levels = []
    for value in ordered(rows, answer.axis):
        here = [row[answer.metric] for row in rows if row[answer.axis] == value]
        levels.append((str(value), sum(here) / len(here)))
    return levels


def _smallest_sufficient(answer: Answer, levels: Levels) -> Tuple[Optional[str], str]:
    best = (max if answer.highest_is_best else min)(level for _, level in levels)
    near = [
        level >= best / (1 + answer.tolerance) if answer.highest_is_best else level <= best * (1 + answer.tolerance)
        for _, level in levels
    ]
    first = next((index for index in range(len(levels)) if all(near[index:])), None)
    if first is None:
        return None, "none: the metric gets worse again towards the end of the range"
    value, level = levels[first]
    shown, at_best = units.metric(answer.metric, level), units.metric(answer.metric, best)
    if first == 0:
        return None, (
            f"it makes no difference here: {shown} already at {value}, the smallest tried, and no larger one is better "
            f"by more than {100 * answer.tolerance:g} %"
        )
    if first == len(levels) - 1:
        before = units.metric(answer.metric, levels[-2][1])
        return None, (
            f"more than was tried: {shown} at {value}, the largest, is still better than {before} at {levels[-2][0]}"
        )
    return value, f"{value}: {shown}, within {100 * answer.tolerance:g} % of the best, {at_best}"


def _comparison(answer: Answer, levels: Levels) -> Tuple[Optional[str], str]:
    (reference, base), rest = levels[0], levels[1:]
    parts = [f"{reference} {units.metric(answer.metric, base)}"]
    for value, level in rest:
        times = f", {level / base:.2f} times that" if base else ""
        parts.append(f"{value} {units.metric(answer.metric, level)}{times}")
    best = (max if answer.highest_is_best else min)(levels, key=lambda pair: pair[1])
    return best[0], "; ".join(parts)
