# SPDX-License-Identifier: Apache-2.0
"""Fills the templates: style and script are written into the page, so that it needs nothing else."""

import functools
import json
import math
from pathlib import Path
from typing import Any, Dict, List, Sequence

import jinja2

from siovsim.base import units

_TEMPLATES = Path(__file__).resolve().parent / "templates"


@functools.lru_cache(maxsize=None)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        time_ns=units.time_ns,
        rate=units.rate,
        bytes_rate=units.bytes_rate,
        count=units.count,
        percent=units.percent,
        digits=units.digits,
    )
    environment.globals.update(metric=units.metric, shown=units.statistic)
    return environment


def render(template: str, context: Dict[str, Any]) -> str:
    """The finished text of a template; every page gets ``css`` and ``js``."""
    css = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    js = (_TEMPLATES / "report.js").read_text(encoding="utf-8")
    return _environment().get_template(template).render(css=css, js=js, **context)


def fill(template: str, context: Dict[str, Any]) -> str:
    """The text of a template that stands in a program, with the macros of parts.html.j2 as ``parts``."""
    return _environment().from_string('{% import "parts.html.j2" as parts %}\n' + template).render(**context)


def grid(columns: Sequence[Dict[str, Any]], rows: Sequence[Sequence[Any]], total: int) -> str:
    """The data of a sortable table (see report.js) as JSON that is safe inside a script element."""
    clean: List[List[Any]] = [[_clean(value) for value in row] for row in rows]
    text = json.dumps({"columns": list(columns), "rows": clean, "total": total}, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _clean(value: Any) -> Any:
    if isinstance(value, float):
        return None if not math.isfinite(value) else float(f"{value:.6g}")
    return value
