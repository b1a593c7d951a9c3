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


class _Tree:
    """Where the boxes of a platform stand: memories and host at the left, what is below another to the right of it, and
    what is below one of them above what is below the next, so that no line crosses another."""

    def __init__(self, boxes: Sequence[Dict[str, Any]], lines: Sequence[Dict[str, Any]]) -> None:
        self.boxes = {box["name"]: box for box in boxes}
        first = {box["name"] for box in boxes if box["kind"] in ("host", "memory")}
        above = {one["to"]: one for one in lines if one["to"] not in first and one["from"] in self.boxes}
        self.below: Dict[str, List[str]] = {name: [] for name in self.boxes}
        for name in self.boxes:
            if name in above:
                self.below[above[name]["from"]].append(name)
        self.words = {name: len(above[name].get("words", [])) if name in above else 0 for name in self.boxes}
        # Between sockets there is room for what is said of the link that joins their memories.
        for one in lines:
            if _joins_memories(boxes, one):
                self.words[one["from"]] = len(one.get("words", []))
        self.at: Dict[str, Tuple[int, float]] = {}  # column, and middle
        self.height = 0.0
        for name in sorted(self.boxes, key=lambda name: self.boxes[name]["kind"] == "host"):
            if name not in above:
                self._place(name, 0, self.height)
                self.height += self._room(name)

    def _own_room(self, name: str) -> float:
        return max(_height(self.boxes[name]) + 14, 2 * (13 * self.words[name] + 8))

    def _room(self, name: str) -> float:
        return max(self._own_room(name), sum(self._room(one) for one in self.below[name]))

    def _place(self, name: str, column: int, top: float) -> None:
        room = self._room(name)
        self.at[name] = (column, top + room / 2)
        top += (room - sum(self._room(one) for one in self.below[name])) / 2
        for one in self.below[name]:
            self._place(one, column + 1, top)
            top += self._room(one)


def platform(setup: Dict[str, Any]) -> str:
    """Memory and host at the left, devices at the right, with the main parameters of each."""
    boxes, lines = setup.get("boxes", []), setup.get("lines", [])
    if not boxes:
        return ""
    shown = boxes[:_MOST_BOXES]
    tree = _Tree(shown, lines)
    width, gap = 172, 124
    columns = 1 + max(column for column, _ in tree.at.values())
    canvas = Canvas(columns * (width + gap) - gap, int(tree.height) + 1, f"Platform {setup.get('platform', '')}")
    at = {name: (float(column * (width + gap)), middle) for name, (column, middle) in tree.at.items()}
    for one in lines:
        if one["from"] in at and one["to"] in at:
            if _joins_memories(shown, one):
                _socket_wire(canvas, at[one["from"]], at[one["to"]], one.get("words", []), width)
            else:
                _wire(canvas, at[one["from"]], at[one["to"]], one.get("words", []), width)
    for box in shown:
        x, middle = at[box["name"]]
        tall = _height(box)
        canvas.rect(x, middle - tall / 2, width, tall, f"box {box['kind']}")
        canvas.text(x + 8, middle - tall / 2 + 16, _shorten(box["name"], 26), "box-name")
        for row, words in enumerate(box["lines"]):
            canvas.text(x + 8, middle - tall / 2 + 32 + row * _LINE, _shorten(words, 29), "tick")
    return canvas.render()


_LINE = 14
_MOST_BOXES = 48  # more would be a picture nobody can read


def _height(box: Dict[str, Any]) -> int:
    return 24 + _LINE * len(box["lines"])


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
    if start[0] == end[0]:  # host and memory, one above the other, beside what joins memories
        canvas.line(start[0] + width - 16, start[1], end[0] + width - 16, end[1], "axis")
        return
    bend = start[0] + width + 8
    canvas.line(start[0] + width, start[1], bend, start[1], "axis")
    canvas.line(bend, start[1], bend, end[1], "axis")
    canvas.line(bend, end[1], end[0], end[1], "axis")
    for row, word in enumerate(words):
        y = end[1] - 6 - 13 * (len(words) - 1 - row)
        canvas.text((bend + end[0]) / 2, y, _shorten(word, 22), "tick mid")
