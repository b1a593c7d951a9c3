# SPDX-License-Identifier: Apache-2.0
"""The pictures of a sweep's report."""

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

from siovsim.base import units
from siovsim.report import palette
from siovsim.report.svg import Canvas, Scale, y_axis
from siovsim.sweeps.answers import number, ordered

Row = Dict[str, Any]
MAX_SERIES = 7
MAX_CELLS = 40


class _XAxis:
    """Positions of an axis' values: by value if they are numbers (logarithmic from a factor of 16), by rank if not."""

    def __init__(self, values: Sequence[Any], start: float, end: float) -> None:
        numbers = [number(value) for value in values]
        self.values, self.numeric = list(values), all(number is not None for number in numbers)
        if self.numeric:
            known = [float(value) for value in values]
            log = min(known) > 0 and max(known) / min(known) >= 16
            self.scale = Scale(min(known), max(known), start, end, log)
        else:
            self.scale = Scale(-0.5, len(values) - 0.5, start, end)

    def __call__(self, value: Any) -> float:
        return self.scale(float(value) if self.numeric else self.values.index(value))

    def draw(self, canvas: Canvas, top: float, bottom: float, title: str) -> None:
        shown = self.values if len(self.values) <= 12 else self.values[:: math.ceil(len(self.values) / 12)]
        last = -math.inf
        for value in shown:
            x, text = self(value), str(value)
            if x - last < 7.0 * len(text) + 4:
                continue
            last = x
            canvas.line(x, top, x, bottom, "grid")
            canvas.text(x, bottom + 16, text, "tick mid")
        canvas.line(self.scale.start, bottom, self.scale.end, bottom, "axis")
        canvas.text((self.scale.start + self.scale.end) / 2, bottom + 34, title, "axis-title mid")


def _mean(values: Sequence[float]) -> Optional[float]:
    return sum(values) / len(values) if values else None


def lines(
    rows: Sequence[Row],
    across: str,
    series: Optional[str],
    metric: str,
    wide: bool,
    marks: Optional[Dict[Optional[str], str]] = None,
) -> str:
    """A metric over one axis: dots for runs, a line through the means, a line per value of ``series``.

    ``marks`` names for a series the value of the axis at which its line gets a ring.
    """
    rows = [row for row in rows if row.get(metric) is not None]
    if not rows:
        return ""
    width, height = (1060, 330) if wide else (520, 250)
    left, right, top, bottom = 76, 120 if series else 18, 30, height - 50
    names = ordered(rows, series)[:MAX_SERIES] if series else [None]
    canvas = Canvas(width, height, f"{metric} over {across}")
    x = _XAxis(ordered(rows, across), left + 10, width - right - 10)
    high = max(row[metric] for row in rows)
    low = min(row[metric] for row in rows)
    log = low > 0 and high / low > 30
    y = Scale(low / 1.2 if log else 0.0, high * (1.2 if log else 1.06) or 1.0, bottom, top, log)
    y_axis(
        canvas,
        y,
        left,
        width - right,
        lambda value, significant: "0" if value == 0 else units.tick(units.metric(metric, value, significant)),
        metric,
    )
    x.draw(canvas, top, bottom, across)
    ends: List[Tuple[float, str, str]] = []
    for index, name in enumerate(names):
        mine = [row for row in rows if series is None or row[series] == name]
        colour = palette.CATEGORIES[index % len(palette.CATEGORIES)]
        points = _line(canvas, mine, across, metric, x, y, colour, name)
        if series and points:
            ends.append((points[-1][1], str(name), colour))
        for value, point in zip(ordered(mine, across), points):
            if (marks or {}).get(name) == str(value):
                canvas.circle(*point, 7.5, "answer", f"stroke:{colour}", f"sufficient: {across} = {value}")
    _end_labels(canvas, ends, width - right + 4, top, series)
    return canvas.render()


def _line(
    canvas: Canvas, rows: Sequence[Row], across: str, metric: str, x: _XAxis, y: Scale, colour: str, name: Optional[str]
) -> List[Tuple[float, float]]:
    points = []
    for value in ordered(rows, across):
        here = [row[metric] for row in rows if row[across] == value]
        average = _mean(here)
        if average is None:
            continue
        points.append((x(value), y(average)))
        for one in here:
            canvas.circle(
                x(value), y(one), 3, "dot", f"stroke:{colour}", f"{across} = {value}: {units.metric(metric, one)}"
            )
    if len(points) > 1:
        canvas.path(points, "curve main", f"stroke:{colour}", name or metric)
    return points


def _end_labels(
    canvas: Canvas, ends: List[Tuple[float, str, str]], at: float, top: float, series: Optional[str]
) -> None:
    if not series:
        return
    canvas.text(at, top - 9, series, "axis-title")
    last = -math.inf
    for y, name, colour in sorted(ends):
        y = max(y + 4, last + 15)
        last = y
        canvas.text(at, y, name, "value small", f"fill:{colour};font-weight:650")


def bars(rows: Sequence[Row], across: str, series: Optional[str], metric: str) -> str:
    """Mean of a metric for each value of an axis that is not a number: a group of bars, one per value of ``series``."""
    rows = [row for row in rows if row.get(metric) is not None]
    if not rows:
        return ""
    groups, names = ordered(rows, across), (ordered(rows, series)[:MAX_SERIES] if series else [None])
    left, right, top, bottom = 76, 130 if series else 18, 34, 270
    width = 1060
    canvas = Canvas(width, bottom + 50, f"{metric} over {across}")
    y = Scale(0.0, max(row[metric] for row in rows) * 1.08 or 1.0, bottom, top)
    y_axis(
        canvas,
        y,
        left,
        width - right,
        lambda value, significant: "0" if value == 0 else units.tick(units.metric(metric, value, significant)),
        metric,
    )
    room = (width - right - left) / len(groups)
    thick = min(90.0, room * 0.8 / len(names))
    for position, group in enumerate(groups):
        middle = left + (position + 0.5) * room
        canvas.text(middle, bottom + 16, str(group), "tick mid")
        for index, name in enumerate(names):
            here = [row[metric] for row in rows if row[across] == group and (series is None or row[series] == name)]
            average = _mean(here)
            if average is None:
                continue
            x = middle + (index - len(names) / 2) * thick
            shown = units.metric(metric, average)
            colour = palette.CATEGORIES[index % len(palette.CATEGORIES)]
            tip = f"{across} = {group}" + (f", {series} = {name}" if series else "") + f": {shown}"
            canvas.rect(x + 1, y(average), thick - 2, bottom - y(average), "segment", f"fill:{colour}", tip)
            if thick > 6.5 * len(shown):
                canvas.text(x + thick / 2, y(average) - 5, shown, "value small mid")
    canvas.line(left, bottom, width - right, bottom, "axis")
    canvas.text((left + width - right) / 2, bottom + 36, across, "axis-title mid")
    if series:
        canvas.text(width - right + 8, top - 9, series, "axis-title")
        for index, name in enumerate(names):
            colour = palette.CATEGORIES[index % len(palette.CATEGORIES)]
            canvas.text(width - right + 8, top + 8 + 16 * index, str(name), "value small", f"fill:{colour};font-weight:650")
    return canvas.render()


def heat_map(rows: Sequence[Row], across: str, down: str, metric: str) -> str:
    """Mean of a metric in each cell; darker is more. The value is written into the cell where there is room."""
    xs, ys = ordered(rows, across), ordered(rows, down)
    if len(xs) > MAX_CELLS or len(ys) > MAX_CELLS:
        return ""
    means = {
        (x, y): _mean(
            [row[metric] for row in rows if row[across] == x and row[down] == y and row.get(metric) is not None]
        )
        for x in xs
        for y in ys
    }
    known = [value for value in means.values() if value is not None]
    if not known:
        return ""
    left, top, wide = 120, 24, min(96.0, 900 / len(xs))
    high = 30.0
    canvas = Canvas(left + wide * len(xs) + 20, top + high * len(ys) + 44, f"{metric} over {across} and {down}")
    low, span = min(known), (max(known) - min(known)) or 1.0
    for column, x in enumerate(xs):
        canvas.text(left + (column + 0.5) * wide, top + high * len(ys) + 16, str(x), "tick mid")
        for row, y in enumerate(ys):
            value = means[x, y]
            if value is None:
                continue
            share = (value - low) / span
            shown = units.metric(metric, value)
            style = f"fill:rgb({_mix(238, 32, share)},{_mix(243, 70, share)},{_mix(248, 112, share)})"
            canvas.rect(
                left + column * wide,
                top + row * high,
                wide,
                high,
                "cell",
                style,
                f"{across} = {x}, {down} = {y}: {shown}",
            )
            if wide > 7 * len(shown):
                canvas.text(
                    left + (column + 0.5) * wide,
                    top + (row + 0.5) * high + 4,
                    shown,
                    "mid in-bar" if share > 0.5 else "mid",
                )
    for row, y in enumerate(ys):
        canvas.text(left - 8, top + (row + 0.5) * high + 4, str(y), "tick end")
    canvas.text(left - 8, top - 8, down, "axis-title end")
    canvas.text(left + wide * len(xs) / 2, top + high * len(ys) + 34, across, "axis-title mid")
    return canvas.render()


def _mix(light: int, dark: int, share: float) -> int:
    return round(light + (dark - light) * share)
