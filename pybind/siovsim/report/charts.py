# SPDX-License-Identifier: Apache-2.0
"""The pictures of a run's report, each a function from data to SVG text."""

import math
from typing import Callable, Dict, List, Sequence, Tuple

from siovsim.base import units
from siovsim.report import palette
from siovsim.report.model import Histogram, RunData, Stage
from siovsim.report.svg import Canvas, Label, Scale, x_axis, y_axis

WIDTH = 1060


def anatomy(data: RunData, colours: Dict[str, str], as_share: bool) -> str:
    """Stacked bars, one a band: in time (lengths compare bands) or as shares of the band (compositions compare)."""
    bands = data.band_names
    left, right, row, bar = 62, 118, 40, 26
    totals = {band: sum(stage.time_ns[band] for stage in data.stages) for band in bands}
    longest = max(totals.values())
    title = "Mean time in each stage, by latency band" + (", as a share of the band" if as_share else "")
    canvas = Canvas(WIDTH, len(bands) * row + 52, title)
    scale = Scale(0, 1.0 if as_share else longest, left, WIDTH - right)
    bottom = len(bands) * row + 4
    label = units.tick_percent if as_share else units.tick_time
    x_axis(canvas, scale, 2, bottom, label, "share of the band's mean latency" if as_share else "time", 6)
    for index, band in enumerate(bands):
        y = index * row + (row - bar) / 2
        canvas.text(left - 10, y + bar / 2 + 4, data.bands[band].label if band in data.bands else band, "bar-label end")
        whole = totals[band] if as_share else 1.0
        _stack(canvas, data.stages, band, colours, scale, whole or 1.0, totals[band], y, bar)
        canvas.text(WIDTH - right + 10, y + bar / 2 + 4, units.time_ns(totals[band]), "value")
    return canvas.render()


def _stack(
    canvas: Canvas,
    stages: Sequence[Stage],
    band: str,
    colours: Dict[str, str],
    scale: Scale,
    whole: float,
    total: float,
    y: float,
    bar: float,
) -> None:
    at = 0.0
    for stage in stages:
        time = stage.time_ns[band]
        x, width = scale(at / whole), scale((at + time) / whole) - scale(at / whole)
        at += time
        if width < 0.05:
            continue
        share = time / total if total else 0.0
        kind = "waiting" if stage.is_wait else "service"
        tip = f"{stage.name} ({kind}): {units.time_ns(time)}, {units.percent(share)} of this band. {stage.description}."
        canvas.rect(x, y, width, bar, "segment", palette.fill(stage, colours), tip)
        if width > 7.2 * len(stage.name) + 8:
            canvas.text(x + width / 2, y + bar / 2 + 4, stage.name, "in-bar mid" + (" dark" if stage.is_wait else ""))


def _cumulative(histogram: Histogram) -> List[Tuple[float, float]]:
    """(latency_ns, fraction of jobs at or below), thinned to a few hundred points."""
    total = float(histogram.count.sum())
    points, below = [], 0.0
    for upper, count in zip(histogram.upper_ps, histogram.count):
        below += float(count)
        points.append((float(upper) / 1000.0, below / total))
    step = max(1, len(points) // 400)
    tail = max(0, len(points) - 60)  # the tail decides: keep every bin of it
    return [point for index, point in enumerate(points) if index % step == 0 or index >= tail]


def _curves(histograms: Sequence[Histogram]) -> List[Tuple[str, List[Tuple[float, float]]]]:
    filled = [histogram for histogram in histograms if histogram.count.sum() > 0]
    classes = [histogram for histogram in filled if histogram.name != "job_latency"]
    if len(classes) < 2:  # one class is the whole: a second line would hide the first
        filled = [histogram for histogram in filled if histogram.name == "job_latency"]
    return [(_curve_name(histogram.name), _cumulative(histogram)) for histogram in filled[: len(palette.CATEGORIES)]]


def _curve_name(name: str) -> str:
    return "all jobs" if name == "job_latency" else name.split("/", 1)[-1]


_MARKS = (
    ("p50", 0.5, "job.latency.p50_ns"),
    ("p90", 0.9, "job.latency.p90_ns"),
    ("p99", 0.99, "job.latency.p99_ns"),
    ("p99.9", 0.999, "job.latency.p999_ns"),
)


def distribution(data: RunData, tail: bool) -> str:
    """The latency CDF (left half of the page) or its complement on a logarithmic axis (the tail)."""
    curves = _curves(data.histograms)
    if not curves:
        return ""
    width, height, left, right, top, bottom = 520, 300, 58, 14, 34, 250
    canvas = Canvas(width, height, "Jobs slower than a latency" if tail else "Jobs at or below a latency")
    lowest = min(points[0][0] for _, points in curves)
    highest = max(points[-1][0] for _, points in curves)
    x = Scale(max(lowest, 1e-3), highest, left, width - right, log=True)
    x_axis(canvas, x, top, bottom, units.tick_time, "job latency")
    if tail:
        floor = min(1.0 - points[-2][1] if len(points) > 1 else 0.1 for _, points in curves)
        lowest_power = math.floor(math.log10(min(0.1, max(floor, 1e-9))))
        y = Scale(10.0**lowest_power, 1.0, bottom, top, log=True)
        ticks = [10.0**power for power in range(lowest_power, 1)]
        y_axis(canvas, y, left, width - right, units.tick_percent, "share of jobs slower than this", ticks)
    else:
        y = Scale(0.0, 1.0, bottom, top)
        y_axis(
            canvas,
            y,
            left,
            width - right,
            units.tick_percent,
            "share of jobs at or below",
            [0, 0.25, 0.5, 0.75, 1],
        )
    for index, (name, points) in reversed(list(enumerate(curves))):
        shown = [(ns, 1 - part if tail else part) for ns, part in points]
        pixels = [(x(ns), y(value)) for ns, value in shown if value >= y.low]
        canvas.path(pixels, "curve" + (" main" if index == 0 else ""), f"stroke:{palette.CATEGORIES[index]}", name)
    _percentile_marks(canvas, data, x, y, tail)
    _legend(canvas, [name for name, _ in curves], width - right)
    return canvas.render()


def _percentile_marks(canvas: Canvas, data: RunData, x: Scale, y: Scale, tail: bool) -> None:
    for label, part, metric in _MARKS:
        ns = data.metrics.get(metric)
        value = 1 - part if tail else part
        if ns and x.low <= ns <= x.high and value >= y.low:
            canvas.circle(x(ns), y(value), 3.4, "mark", tip=f"{label}: {units.time_ns(ns)}")
            if tail or part < 0.99:
                ends = x(ns) > x.start + 0.75 * (x.end - x.start)  # near the right edge the label goes to the left
                at, css = (x(ns) - 7, "mark-label end") if ends else (x(ns) + 7, "mark-label")
                canvas.text(at, y(value) + (-5 if tail and not ends else 14), f"{label} {units.time_ns(ns)}", css)


def _legend(canvas: Canvas, names: Sequence[str], right: float) -> None:
    if len(names) < 2:
        return
    at = right
    for index, name in reversed(list(enumerate(names))):
        at -= 6.6 * len(name) + 30
        canvas.line(
            at, 12, at + 18, 12, "curve" + (" main" if index == 0 else ""), f"stroke:{palette.CATEGORIES[index]}"
        )
        canvas.text(at + 23, 16, name, "tick")


def histogram(values: Sequence[float], label: str, show: Callable[[float], str], tick: Label, title: str) -> str:
    """How a per-tenant value is distributed over tenants; logarithmic when it spans more than a factor of 20."""
    finite = sorted(value for value in values if math.isfinite(value))
    if not finite:
        return ""
    width, height, left, right, top, bottom = 520, 236, 58, 20, 34, 186
    low, high = finite[0], finite[-1]
    log = low > 0 and high / low > 20
    x = Scale(low, high, left, width - right, log=log)
    bins = min(36, max(8, int(len(finite) ** 0.5) * 2))
    edges = [_edge(x, index / bins) for index in range(bins + 1)]
    counts = [0] * bins
    for value in finite:
        counts[min(bins - 1, max(0, int((x(value) - left) / (width - right - left) * bins)))] += 1
    canvas = Canvas(width, height, title)
    y = Scale(0, max(counts) * 1.05, bottom, top)
    y_axis(
        canvas,
        y,
        left,
        width - right,
        lambda value, _: units.count(value),
        "tenants",
        [t for t in y.ticks(5) if float(t).is_integer()],
    )
    for index, tally in enumerate(counts):
        if tally:
            x0, x1 = x(edges[index]), x(edges[index + 1])
            tip = f"{tally:,} tenants between {show(edges[index])} and {show(edges[index + 1])}"
            canvas.rect(x0 + 0.5, y(tally), x1 - x0 - 1, bottom - y(tally), "bin", tip=tip)
    x_axis(canvas, x, bottom, bottom, tick, label, 5)
    middle = finite[len(finite) // 2]
    canvas.line(x(middle), top, x(middle), bottom, "median")
    anchor = "end" if x(middle) > (left + width - right) / 2 else ""
    canvas.text(x(middle) + (-6 if anchor else 6), top + 10, f"median {show(middle)}", f"mark-label {anchor}")
    return canvas.render()


def _edge(scale: Scale, share: float) -> float:
    if scale.log:
        return scale.low * (scale.high / scale.low) ** share
    return scale.low + share * (scale.high - scale.low)
