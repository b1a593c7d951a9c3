# SPDX-License-Identifier: Apache-2.0
"""The pictures of a run's report, each a function from data to SVG text."""

import math
from typing import Dict, List, Optional, Sequence, Tuple

from siovsim import units
from siovsim.report import palette
from siovsim.report.model import Histogram, Occupancy, Ratio, RunData, Series, Stage
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
    label = (lambda v: f"{100 * v:.0f} %") if as_share else units.tick_time
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
        y_axis(canvas, y, left, width - right, _tail_label, "share of jobs slower than this", ticks)
    else:
        y = Scale(0.0, 1.0, bottom, top)
        y_axis(
            canvas,
            y,
            left,
            width - right,
            lambda v: f"{100 * v:.0f} %",
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


def _tail_label(value: float) -> str:
    return f"{100 * value:g} %" if value >= 1e-5 else f"1e{math.log10(value):.0f}"


def _percentile_marks(canvas: Canvas, data: RunData, x: Scale, y: Scale, tail: bool) -> None:
    for label, part, metric in _MARKS:
        ns = data.metrics.get(metric)
        value = 1 - part if tail else part
        if ns and x.low <= ns <= x.high and value >= y.low:
            canvas.circle(x(ns), y(value), 3.4, "mark", tip=f"{label}: {units.time_ns(ns)}")
            if tail or part < 0.99:
                canvas.text(
                    x(ns) + 7, y(value) - 5 if tail else y(value) + 14, f"{label} {units.time_ns(ns)}", "mark-label"
                )


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


def histogram(values: Sequence[float], label: str, show: Label, tick: Label, title: str) -> str:
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
    y_axis(canvas, y, left, width - right, units.count, "tenants", [t for t in y.ticks(5) if float(t).is_integer()])
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


def ratio_bars(ratios: Sequence[Ratio], title: str, css: str) -> str:
    """One horizontal bar a ratio, 0 to 100 %."""
    if not ratios:
        return ""
    width, left, right, row = 520, 208, 56, 22
    canvas = Canvas(width, len(ratios) * row + 24, title)
    scale = Scale(0.0, 1.0, left, width - right)
    bottom = len(ratios) * row + 2
    for tick in (0, 0.25, 0.5, 0.75, 1.0):
        canvas.line(scale(tick), 0, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 15, f"{100 * tick:.0f} %", "tick mid")
    for index, ratio in enumerate(ratios):
        y = index * row + 4
        name = ratio.block if ratio.name in ("utilisation", "hit rate") else f"{ratio.block} {ratio.name}"
        tip = f"{name}: {units.percent(ratio.fraction)}. {ratio.detail} {ratio.sentence}"
        canvas.text(left - 8, y + 12, _shorten(name, 32), "bar-label end")
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
        top = scale(min(1.0, level.maximum / whole))
        canvas.line(top, y - 1, top, y + 16, "maximum")
        bound = f" of {units.count(level.capacity)}" if level.capacity else ", unbounded"
        words = f"{units.digits(level.mean)} mean, {units.count(level.maximum)} max{bound} {level.unit}"
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
    y_axis(canvas, y, left, width - right, lambda v: units.tick(units.digits(v)), one.name, y.ticks(4))
    x_axis(canvas, x, bottom, bottom, units.tick_time, "simulated time", 5)
    canvas.path([(x(t), y(v)) for t, v in zip(times, values)], "curve thin", f"stroke:{palette.CATEGORIES[0]}")
    return canvas.render()


def bound_bars(resources: Sequence[Dict], reached_per_s: Optional[float]) -> str:
    """Throughput each resource alone would allow, on one scale, with the throughput that was reached."""
    bounded = [r for r in resources if r.get("bound_jobs_per_s")]
    if not bounded or not reached_per_s:
        return ""
    bounded = sorted(bounded, key=lambda r: r["bound_jobs_per_s"])[:8]
    left, right, row = 208, 190, 24
    canvas = Canvas(WIDTH, len(bounded) * row + 46, "Throughput bound of each resource")
    ceiling = min(max(r["bound_jobs_per_s"] for r in bounded), 8 * bounded[0]["bound_jobs_per_s"])
    scale = Scale(0.0, ceiling * 1.02, left, WIDTH - right)
    bottom = len(bounded) * row + 2
    x_axis(canvas, scale, 0, bottom, units.tick_rate, "jobs per second this resource alone would allow", 6)
    for index, resource in enumerate(bounded):
        y, bound = index * row + 4, resource["bound_jobs_per_s"]
        canvas.text(left - 8, y + 13, _shorten(resource["name"], 30), "bar-label end")
        canvas.rect(
            left,
            y,
            scale(min(bound, ceiling)) - left,
            16,
            "bound first" if index == 0 else "bound",
            tip=f"{resource['name']}: at most {units.rate(bound)}",
        )
        beyond = " (beyond the scale)" if bound > ceiling else ""
        used = f", {units.percent(resource['utilisation'])} busy" if resource.get("utilisation") is not None else ""
        canvas.text(WIDTH - right + 8, y + 13, f"{units.rate(bound)}{used}{beyond}", "value small")
    at = scale(min(reached_per_s, ceiling))
    canvas.line(at, 0, at, bottom, "reached")
    return canvas.render()
