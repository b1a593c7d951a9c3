# SPDX-License-Identifier: Apache-2.0
"""A very small SVG writer: a canvas, linear and logarithmic scales, axes. Colours and fonts come from report.css."""

import math
from html import escape
from typing import Callable, List, Optional, Sequence, Tuple

# Writes a value with so many significant digits.
Label = Callable[[float, int], str]


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Canvas:
    """Collects SVG elements; every chart has a title for screen readers."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._items: List[str] = []

    def _add(self, tag: str, attributes: str, css: str, style: str, tip: str) -> None:
        head = f'<{tag} class="{css}"' + (f' style="{style}"' if style else "") + f" {attributes}"
        self._items.append(f"{head}><title>{escape(tip)}</title></{tag}>" if tip else f"{head}/>")

    def rect(self, x: float, y: float, w: float, h: float, css: str, style: str = "", tip: str = "") -> None:
        self._add("rect", f'x="{_n(x)}" y="{_n(y)}" width="{_n(max(w, 0))}" height="{_n(h)}"', css, style, tip)

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str, style: str = "") -> None:
        self._add("line", f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"', css, style, "")

    def circle(self, x: float, y: float, r: float, css: str, style: str = "", tip: str = "") -> None:
        self._add("circle", f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}"', css, style, tip)

    def path(self, points: Sequence[Tuple[float, float]], css: str, style: str = "", tip: str = "") -> None:
        data = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        self._add("path", f'd="{data}"', css, style, tip)

    def text(self, x: float, y: float, content: str, css: str = "", style: str = "") -> None:
        styled = f' style="{style}"' if style else ""
        self._items.append(f'<text class="{css}"{styled} x="{_n(x)}" y="{_n(y)}">{escape(content)}</text>')

    def raw(self, markup: str) -> None:
        self._items.append(markup)

    def render(self) -> str:
        return (
            f'<svg class="chart" role="img" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'style="max-width:{_n(self.width)}px"><title>{escape(self.title)}</title>{"".join(self._items)}</svg>'
        )


class Scale:
    """Maps values to pixels; ``ticks`` are round numbers inside the domain."""

    def __init__(self, low: float, high: float, start: float, end: float, log: bool = False) -> None:
        if log and low <= 0:
            raise ValueError("a logarithmic scale needs positive values")
        if high <= low:
            low, high = (low / 1.5, low * 1.5) if log else (low - 0.5, low + 0.5)
        self.low, self.high, self.start, self.end, self.log = low, high, start, end, log

    def __call__(self, value: float) -> float:
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, wanted: int = 6) -> List[float]:
        return self._log_ticks() if self.log else linear_ticks(self.low, self.high, wanted)

    def _log_ticks(self) -> List[float]:
        decades = math.log10(self.high / self.low)
        steps: Sequence[int] = (1,) if decades > 3.5 else (1, 3) if decades > 2 else (1, 2, 5)
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        found = [tick for tick in found if self.low * 0.999 <= tick <= self.high * 1.001]
        return found if len(found) >= 2 else linear_ticks(self.low, self.high, 4)


def linear_ticks(low: float, high: float, wanted: int = 6) -> List[float]:
    """About ``wanted`` multiples of 1, 2 or 5 times a power of ten within the range."""
    span = high - low
    if span <= 0:
        return [low]
    raw = span / max(1, wanted - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.7)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def tick_labels(ticks: Sequence[float], label: Label) -> List[str]:
    """A label for each tick, with as many digits as it takes to tell neighbours apart."""
    for significant in (3, 4, 5, 6):
        shown = [label(tick, significant) for tick in ticks]
        if len(set(shown)) == len(shown):
            break
    return shown if ticks else []


def x_axis(canvas: Canvas, scale: Scale, top: float, bottom: float, label: Label, title: str, wanted: int = 6) -> None:
    """Vertical grid lines with labels below and the axis title under them."""
    ticks = scale.ticks(wanted)
    for tick, shown in zip(ticks, tick_labels(ticks, label)):
        x = scale(tick)
        canvas.line(x, top, x, bottom, "grid")
        canvas.text(x, bottom + 16, shown, "tick mid")
    canvas.line(scale.start, bottom, scale.end, bottom, "axis")
    canvas.text((scale.start + scale.end) / 2, bottom + 34, title, "axis-title mid")


def y_axis(
    canvas: Canvas,
    scale: Scale,
    left: float,
    right: float,
    label: Label,
    title: str,
    ticks: Optional[Sequence[float]] = None,
) -> None:
    """Horizontal grid lines with labels at the left; the axis title stands above them."""
    ticks = scale.ticks(5) if ticks is None else ticks
    for tick, shown in zip(ticks, tick_labels(ticks, label)):
        y = scale(tick)
        canvas.line(left, y, right, y, "grid")
        canvas.text(left - 6, y + 4, shown, "tick end")
    canvas.text(left, min(scale.start, scale.end) - 9, title, "axis-title")
