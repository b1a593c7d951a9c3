# SPDX-License-Identifier: Apache-2.0
"""The pictures of blocks and resources: rates, utilisation, levels, levels over time, throughput bounds."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

from siovsim.base import units
from siovsim.report import palette
from siovsim.report.charts import WIDTH
from siovsim.report.levels import Occupancy, Ratio
from siovsim.report.model import Series
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
        if level.unit == "bytes":
            words = f"{units.rate(level.mean, 'B')} mean, {units.rate(level.maximum, 'B')} max"
        canvas.text(WIDTH - right + 8, y + 12, words, "value small")
    return canvas.render()


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else "…" + text[-(limit - 1) :]


def series(one: Series) -> str:
    """A level over simulated time, with its unit."""
    width, height, left, right, top, bottom = 520, 184, 58, 16, 36, 132
    share = one.unit == "fraction"
    canvas = Canvas(width, height, one.name)
    step = max(1, len(one.value) // 500)
    times = [float(t) for t in one.time_ns[::step]]
    values = [float(v) for v in one.value[::step]]
    if len(times) < 2:
        return ""
    x = Scale(times[0], times[-1], left, width - right)
    y = Scale(0.0, max(max(values) * 1.08, 1e-9), bottom, top)
    label = units.tick_percent if share else units.tick_number
    y_axis(canvas, y, left, width - right, label, "share of time or places" if share else one.unit, y.ticks(4))
    x_axis(canvas, x, bottom, bottom, units.tick_time, "simulated time", 5)
    canvas.text(left, 12, _shorten(one.name, 62), "bar-label")
    canvas.path([(x(t), y(v)) for t, v in zip(times, values)], "curve thin", f"stroke:{palette.CATEGORIES[0]}")
    return canvas.render()


@dataclass(frozen=True)
class Limit:
    """What one resource allows the jobs that need it, and what those jobs reached."""

    name: str
    bound: float
    reached: Optional[float]
    sets_bound: bool


def limits(bound: Dict[str, Any], metrics: Dict[str, Optional[float]]) -> List[Limit]:
    """The bound of the whole first, then the limits the jobs that need them come nearest to."""

    def reached(classes: Sequence[str]) -> Optional[float]:
        names = [f"class.{name}.job.throughput_per_s" for name in classes] or ["job.throughput_per_s"]
        rates = [metrics.get(name) for name in names]
        return None if any(rate is None for rate in rates) else sum(rate for rate in rates if rate is not None)

    found = [
        Limit(one["name"], one["bound_jobs_per_s"], reached(one.get("classes", [])), one.get("in_cut", False))
        for one in bound.get("limits", [])
        if one.get("bound_jobs_per_s")
    ]
    found.sort(key=lambda one: (-(one.reached or 0.0) / one.bound, one.bound))
    if not bound.get("jobs_per_s"):
        return found[:8]
    return [Limit("bound of all jobs together", bound["jobs_per_s"], reached([]), True), *found[:8]]


def bound_bars(bound: Dict[str, Any], metrics: Dict[str, Optional[float]]) -> str:
    """How much of each limit was used: a bar to 100 % is the limit, the filled part what its jobs reached.

    A limit of some classes' jobs is held against the throughput of those classes only.
    """
    rows = [one for one in limits(bound, metrics) if one.reached is not None]
    if not rows or not any(one.reached for one in rows):
        return ""
    left, right, row = 300, 250, 24
    canvas = Canvas(WIDTH, len(rows) * row + 28, "Throughput reached as a share of what each limit would allow")
    scale = Scale(0.0, max(1.0, *((one.reached or 0.0) / one.bound for one in rows)), left, WIDTH - right)
    bottom = len(rows) * row + 2
    for tick in (0, 0.25, 0.5, 0.75, 1.0):
        canvas.line(scale(tick), 0, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 15, f"{100 * tick:.0f} %", "tick mid")
    for index, one in enumerate(rows):
        y, share = index * row + 4, (one.reached or 0.0) / one.bound
        tip = f"{one.name}: {units.rate(one.reached)} of {units.rate(one.bound)}, {units.percent(share)}"
        canvas.text(left - 8, y + 13, _shorten(one.name, 46), "bar-label end")
        canvas.rect(left, y, scale(1.0) - left, 16, "room", tip=tip)
        canvas.rect(left, y, scale(share) - left, 16, "bound first" if one.sets_bound else "bound", tip=tip)
        words = f"{units.percent(share)}: {units.rate(one.reached, '')} of {units.rate(one.bound)}"
        canvas.text(WIDTH - right + 8, y + 13, words, "value small")
    return canvas.render()


def _columns(boxes: Sequence[Dict[str, Any]], lines: Sequence[Dict[str, Any]]) -> List[List[Dict[str, Any]]]:
    """Memories and host, what is next to memory, what is below that, and at last the devices."""
    above = {one["to"]: one["from"] for one in lines}
    first = {box["name"] for box in boxes if box["kind"] in ("host", "memory")}

    def steps(name: str) -> int:
        return 1 + steps(above[name]) if name in above and name not in first else 0

    column = {box["name"]: steps(box["name"]) for box in boxes}
    last = max(column.values())
    for box in boxes:
        if box["kind"] == "endpoint":
            column[box["name"]] = last
    return [[box for box in boxes if column[box["name"]] == index] for index in range(last + 1)]


def platform(setup: Dict[str, Any]) -> str:
    """Memory and host at the left, devices at the right, with the main parameters of each."""
    boxes, lines = setup.get("boxes", []), setup.get("lines", [])
    if not boxes:
        return ""
    shown = boxes[:_MOST_BOXES]
    columns = _columns(shown, lines)
    width, gap, line = 172, 124, 14
    # Between sockets there is room for what is said of the link that joins their memories.
    below = {one["from"]: 14 * len(one.get("words", [])) for one in lines if _joins_memories(shown, one)}
    heights = [sum(_height(box, line) + 14 + below.get(box["name"], 0) for box in column) for column in columns]
    height = max(heights)
    canvas = Canvas(len(columns) * (width + gap) - gap, height, f"Platform {setup.get('platform', '')}")
    at: Dict[str, Tuple[float, float]] = {}
    for index, column in enumerate(columns):
        y = (height - heights[index]) / 2 + 7
        for box in column:
            at[box["name"]] = (index * (width + gap), y + _height(box, line) / 2)
            y += _height(box, line) + 14 + below.get(box["name"], 0)
    for one in lines:
        if one["from"] in at and one["to"] in at:
            if _joins_memories(shown, one):
                _socket_wire(canvas, at[one["from"]], at[one["to"]], one.get("words", []), width)
            else:
                _wire(canvas, at[one["from"]], at[one["to"]], one.get("words", []), width)
    for box in shown:
        x, middle = at[box["name"]]
        tall = _height(box, line)
        canvas.rect(x, middle - tall / 2, width, tall, f"box {box['kind']}")
        canvas.text(x + 8, middle - tall / 2 + 16, _shorten(box["name"], 26), "box-name")
        for row, words in enumerate(box["lines"]):
            canvas.text(x + 8, middle - tall / 2 + 32 + row * line, _shorten(words, 29), "tick")
    return canvas.render()


_MOST_BOXES = 48  # more would be a picture nobody can read


def _height(box: Dict[str, Any], line: int) -> int:
    return 24 + line * len(box["lines"])


def _joins_memories(boxes: Sequence[Dict[str, Any]], one: Dict[str, Any]) -> bool:
    memories = {box["name"] for box in boxes if box["kind"] == "memory"}
    return one["from"] in memories and one["to"] in memories


def _socket_wire(
    canvas: Canvas, start: Tuple[float, float], end: Tuple[float, float], words: Sequence[str], width: int
) -> None:
    x, middle = start[0] + 3 * width / 4, (start[1] + end[1]) / 2
    canvas.line(x, start[1], x, end[1], "axis")
    for row, word in enumerate(words):
        canvas.text(x - 6, middle + 5 + 13 * (row - (len(words) - 1) / 2), _shorten(word, 22), "tick end")


def _wire(
    canvas: Canvas, start: Tuple[float, float], end: Tuple[float, float], words: Sequence[str], width: int
) -> None:
    if start[0] == end[0]:  # host and memory, one above the other
        canvas.line(start[0] + width / 2, start[1], end[0] + width / 2, end[1], "axis")
        return
    canvas.line(start[0] + width, start[1], end[0], end[1], "axis")
    middle = ((start[0] + width + end[0]) / 2, (start[1] + end[1]) / 2)
    for row, word in enumerate(words):
        canvas.text(middle[0], middle[1] - 6 - 13 * (len(words) - 1 - row), _shorten(word, 22), "tick mid")
