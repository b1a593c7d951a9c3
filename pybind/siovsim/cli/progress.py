# SPDX-License-Identifier: Apache-2.0
"""How a long command shows that it moves: a bar on a terminal, JSON lines elsewhere, nothing when asked to be quiet."""

import json
import sys
from typing import Any, Dict, Optional

from siovsim.base import units


class Silent:
    """Shows nothing."""

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, update: Dict[str, Any]) -> None:
        """Takes one update: a run's or a sweep's progress as a flat object."""


class JsonLines(Silent):
    """One JSON object a line on standard error, as programs and log files want it."""

    def __call__(self, update: Dict[str, Any]) -> None:
        print(json.dumps(update, separators=(",", ":")), file=sys.stderr, flush=True)


class Bar(Silent):
    """A bar with what is known: share done, simulated time or points, speed, time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            BarColumn(bar_width=32), TextColumn("{task.description}"), transient=True, console=Console(stderr=True)
        )
        self._task = self._bar.add_task("starting", total=None)

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, update: Dict[str, Any]) -> None:
        done, total = _share(update)
        self._bar.update(self._task, completed=done, total=total, description=describe(update))


def _share(update: Dict[str, Any]) -> tuple:
    if "total" in update:
        return update["done"] + update["failed"], update["total"]
    return update["jobs_done"], update.get("jobs_total")


def describe(update: Dict[str, Any]) -> str:
    """The words beside the bar."""
    left = f", {update['eta_s']:.0f} s left" if update.get("eta_s") is not None else ""
    if "total" in update:
        return f"{update['done']} done, {update['failed']} failed, {update['total']} points{left}"
    return (
        f"{units.time_ns(update['sim_time_ns'])} simulated, {units.count(update['jobs_done'])} jobs, "
        f"{units.rate(update['events_per_s'], ' events/s')}{left}"
    )


def choose(quiet: bool, terminal: Optional[bool] = None) -> Silent:
    """The progress display that fits standard error."""
    if quiet:
        return Silent()
    on_terminal = sys.stderr.isatty() if terminal is None else terminal
    return Bar() if on_terminal else JsonLines()
