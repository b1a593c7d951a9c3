# SPDX-License-Identifier: Apache-2.0
"""The report of the validation suite: each row's simulated points against the published ones."""

from typing import Any, Dict, List, Sequence

from siovsim.base import units
from siovsim.report import page, palette
from siovsim.report.svg import Canvas, Scale, y_axis
from siovsim.validation.rows import Row
from siovsim.validation.suite import Checked, Report
from siovsim.validation.words import point_cells, tolerance

WIDTH, HEIGHT = 1060, 340
LEFT, RIGHT, TOP, BOTTOM = 76, 240, 30, HEIGHT - 50


def html(report: Report) -> str:
    """The whole page."""
    return page.render(
        "validation.html.j2",
        {
            "title": "Published measurements",
            "report": report,
            "good": sum(point.passed for point in report.points),
            "rows": [_row(report, row) for row in report.rows],
        },
    )


def _row(report: Report, row: Row) -> Dict[str, Any]:
    points = report.of(row.id)
    errors = [abs(point.error) for point in points if point.error is not None]
    return {
        "row": row,
        "passed": all(point.passed for point in points),
        "good": sum(point.passed for point in points),
        "points": [(point, point_cells(point)) for point in points],
        "worst": units.percent(max(errors)) if errors else units.NOTHING,
        "tolerances": " and ".join(dict.fromkeys(tolerance(point) for point in points if point.tolerance < 1)),
        "chart": curves(row, [point for point in points if point.x != ""]),
    }


class _Positions:
    """Where an x value is drawn: by value if they are numbers (logarithmic from a factor of 16), by rank if not."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(dict.fromkeys(values))
        self.numeric = all(isinstance(value, (int, float)) for value in self.values) and len(self.values) > 1
        if self.numeric:
            self.values.sort()
            low, high = self.values[0], self.values[-1]
            self.scale = Scale(low, high, LEFT + 14, WIDTH - RIGHT - 14, low > 0 and high / low >= 16)
        else:
            self.scale = Scale(-0.5, len(self.values) - 0.5, LEFT, WIDTH - RIGHT)

    def __call__(self, value: Any) -> float:
        return self.scale(float(value) if self.numeric else self.values.index(value))

    def draw(self, canvas: Canvas, title: str, binary: bool) -> None:
        last = float("-inf")
        for value in self.values:
            x, text = self(value), _size(value) if binary else str(value)
            if x - last < 7.0 * len(text) + 6:
                continue
            last = x
            canvas.line(x, TOP, x, BOTTOM, "grid")
            canvas.text(x, BOTTOM + 16, text, "tick mid")
        canvas.line(LEFT, BOTTOM, WIDTH - RIGHT, BOTTOM, "axis")
        canvas.text((LEFT + WIDTH - RIGHT) / 2, BOTTOM + 34, title, "axis-title mid")


def _size(value: Any) -> str:
    """``262144 -> 256 KiB``."""
    for factor, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if value >= factor:
            return f"{value / factor:g} {unit}"
    return f"{value} B"


def curves(row: Row, points: Sequence[Checked]) -> str:
    """Published points as open rings with their tolerance as a bar, simulated ones as a line with dots."""
    values = [value for point in points for value in (point.published, point.simulated) if value is not None]
    if not values:
        return ""
    canvas = Canvas(WIDTH, HEIGHT, f"{row.id}: {row.y['label']} over {row.x['label']}")
    x = _Positions([point.x for point in points])
    log = min(values) > 0 and max(values) / min(values) > 20
    y = Scale(min(values) / 1.3 if log else 0.0, max(values) * (1.3 if log else 1.1), BOTTOM, TOP, log)
    y_axis(canvas, y, LEFT, WIDTH - RIGHT, units.tick_number, f"{row.y['label']}, {row.y['unit']}")
    x.draw(canvas, f"{row.x['label']}", row.x.get("unit") == "bytes")
    names = list(dict.fromkeys(point.curve for point in points))
    for index, name in enumerate(names):
        colour = palette.CATEGORIES[index % len(palette.CATEGORIES)]
        _curve(canvas, x, y, [point for point in points if point.curve == name], colour, row.y["unit"])
        at = TOP + 8 + 20 * index
        canvas.line(WIDTH - RIGHT + 14, at, WIDTH - RIGHT + 34, at, "curve main", f"stroke:{colour}")
        canvas.text(WIDTH - RIGHT + 40, at + 4, name, "tick")
    return canvas.render()


def _curve(canvas: Canvas, x: _Positions, y: Scale, points: Sequence[Checked], colour: str, unit: str) -> None:
    line: List[tuple] = []
    for point in points:
        low, high = point.published * (1 - point.tolerance), point.published * (1 + point.tolerance)
        at = x(point.x)
        canvas.line(at, y(max(low, y.low)), at, y(min(high, y.high)), "curve thin", f"stroke:{colour};opacity:0.55")
        tip = f"{point.curve}, {point.x}: published {units.digits(point.published, 4)} {unit}"
        canvas.circle(at, y(point.published), 4.6, "dot", f"stroke:{colour}", tip)
        if point.simulated is not None:
            line.append((at, y(point.simulated)))
    if len(line) > 1 and x.numeric:
        canvas.path(line, "curve main", f"stroke:{colour}", points[0].curve)
    for point in points:
        if point.simulated is not None:
            error = f", {100 * point.error:+.1f} %" if point.error is not None else ""
            tip = f"{point.curve}, {point.x}: simulated {units.digits(point.simulated, 4)} {unit}{error}"
            missed = "stroke:#a3212c;stroke-width:2;" if not point.passed else ""
            canvas.circle(x(point.x), y(point.simulated), 2.9, "sim", f"{missed}fill:{colour}", tip)
