# SPDX-License-Identifier: Apache-2.0
"""The pictures of blocks and resources: rates, utilisation, levels, levels over time, throughput bounds."""

from typing import Any, Dict, Optional, Sequence

from siovsim import units
from siovsim.report import palette
from siovsim.report.charts import WIDTH
from siovsim.report.model import Occupancy, Ratio, Series
from siovsim.report.svg import Canvas, Scale, x_axis, y_axis


def ratio_bars(ratios: Sequence[Ratio], title: str, css: str) -> str:
    """One horizontal bar a ratio, 0 to 100 %."""
    if not ratios:
        return ""
    width, left, right, row = 520, 236, 56, 22
    canvas = Canvas(width, len(ratios) * row + 24, title)
    scale = Scale(0.0, 1.0, left, width - right)
    bottom = len(ratios) * row + 2
    for tick in (0, 0.25, 0.5, 0.75, 1.0):
        canvas.line(scale(tick), 0, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 15, f"{100 * tick:.0f} %", "tick mid")
    for index, ratio in enumerate(ratios):
        y = index * row + 4
        name = ratio.block if ratio.name in ("utilisation", "hit_rate") else f"{ratio.block} {ratio.name}"
        tip = f"{name}: {units.percent(ratio.fraction)}. {ratio.sentence}"
        canvas.text(left - 8, y + 12, _shorten(name, 34), "bar-label end")
        canvas.rect(left, y, scale(min(1.0, ratio.fraction)) - left, 15, css, tip=tip)
        canvas.text(scale(min(1.0, ratio.fraction)) + 6, y + 12, units.percent(ratio.fraction), "value small")
    return canvas.render()


def level_bars(levels: Sequence[Occupancy], title: str) -> str:
    """Mean level as a bar and the maximum as a tick, relative to capacity (or to the maximum where there is none)."""
    if not levels:
        return ""
    left, right, row = 300, 250, 22
    canvas = Canvas(WIDTH, len(levels) * row + 24, title)
    scale = Scale(0.0, 1.0, left, WIDTH - right)
    bottom = len(levels) * row + 2
    for tick in (0, 0.25, 0.5, 0.75, 1.0):
        canvas.line(scale(tick), 0, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 15, f"{100 * tick:.0f} %", "tick mid")
    for index, level in enumerate(levels):
        y, whole = index * row + 4, level.capacity or level.maximum or 1.0
        name = level.block if level.name == "occupancy" else f"{level.block} {level.name}"
        canvas.text(left - 8, y + 12, _shorten(name, 46), "bar-label end")
        canvas.rect(left, y, scale(min(1.0, level.mean / whole)) - left, 15, "level", tip=level.sentence)
        if level.capacity:
            top = scale(min(1.0, level.maximum / whole))
            canvas.line(top, y - 1, top, y + 16, "maximum")
        bound = f" of {units.count(level.capacity)}" if level.capacity else ""
        mean = units.digits(level.mean) if level.mean >= 0.001 or level.mean == 0 else "<0.001"
        words = f"{mean} mean, {units.count(level.maximum)} max{bound} {level.unit}"
        canvas.text(WIDTH - right + 8, y + 12, words, "value small")
    return canvas.render()


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else "…" + text[-(limit - 1) :]


def series(one: Series) -> str:
    """A level over simulated time."""
    width, height, left, right, top, bottom = 520, 168, 58, 16, 28, 124
    canvas = Canvas(width, height, one.name)
    step = max(1, len(one.value) // 500)
    times = [float(t) for t in one.time_ns[::step]]
    values = [float(v) for v in one.value[::step]]
    if len(times) < 2:
        return ""
    x = Scale(times[0], times[-1], left, width - right)
    y = Scale(0.0, max(max(values) * 1.08, 1e-9), bottom, top)
    y_axis(canvas, y, left, width - right, units.tick_number, one.name, y.ticks(4))
    x_axis(canvas, x, bottom, bottom, units.tick_time, "simulated time", 5)
    canvas.path([(x(t), y(v)) for t, v in zip(times, values)], "curve thin", f"stroke:{palette.CATEGORIES[0]}")
    return canvas.render()


def bound_bars(limits: Sequence[Dict[str, Any]], reached_per_s: Optional[float]) -> str:
    """Throughput each limit alone would allow, the tightest first, with the throughput that was reached."""
    bounded = sorted((one for one in limits if one.get("bound_jobs_per_s")), key=lambda one: one["bound_jobs_per_s"])[
        :8
    ]
    if not bounded or not reached_per_s:
        return ""
    left, right, row = 300, 160, 24
    canvas = Canvas(WIDTH, len(bounded) * row + 46, "Throughput each limit alone would allow")
    ceiling = min(bounded[-1]["bound_jobs_per_s"], 8 * bounded[0]["bound_jobs_per_s"])
    scale = Scale(0.0, ceiling * 1.02, left, WIDTH - right)
    bottom = len(bounded) * row + 2
    x_axis(canvas, scale, 0, bottom, units.tick_rate, "jobs per second", 6)
    for index, limit in enumerate(bounded):
        y, bound, css = index * row + 4, limit["bound_jobs_per_s"], "bound first" if index == 0 else "bound"
        canvas.text(left - 8, y + 13, _shorten(limit["name"], 46), "bar-label end")
        canvas.rect(left, y, scale(min(bound, ceiling)) - left, 16, css, tip=f"{limit['name']}: {units.rate(bound)}")
        beyond = ", beyond the scale" if bound > ceiling else ""
        canvas.text(WIDTH - right + 8, y + 13, f"{units.rate(bound)}{beyond}", "value small")
    at = scale(min(reached_per_s, ceiling))
    canvas.line(at, 0, at, bottom, "reached")
    return canvas.render()
