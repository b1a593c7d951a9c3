# SPDX-License-Identifier: Apache-2.0
"""The report of one run: its header, and its sections in their order."""

from typing import Any, Dict, Tuple

from siovsim.report import page
from siovsim.report.model import RunData
from siovsim.report.sections import anatomy, method, structures, tenants, verdict

# A section keeps its number where one before it has nothing to show.
SECTIONS = (
    verdict.SECTION,
    anatomy.SECTION,
    tenants.SECTION,
    structures.SECTION,
    method.SECTION,
)


def html(data: RunData) -> str:
    """The whole page."""
    bodies = [(number, section, section.html(data)) for number, section in enumerate(SECTIONS, 1)]
    shown = [(f"{number} {section.title}", section.id, body) for number, section, body in bodies if body]
    return page.render("run.html.j2", {**_header(data), "tenants": len(data.tenants.get("jobs", ())), "sections": shown})


def fragment(data: RunData) -> str:
    """Verdict and anatomy only."""
    return page.render("fragment.html.j2", {**verdict.context(data), **anatomy.context(data), **_header(data)})


def _header(data: RunData) -> Dict[str, Any]:
    return {
        "run": data.document.get("run", {}),
        "metrics": data.metrics,
        "title": data.result.name,
        "status": _status(data),
    }


def _status(data: RunData) -> Tuple[str, str]:
    """(css class, words) of the badge beside the title."""
    if data.document.get("conservation", {}).get("violations", 0):
        return "missed", "conservation violated"
    if not data.result.finished:
        return "partial", "partial: interrupted before the end"
    targets = data.document.get("verdict", {}).get("targets", [])
    if not targets:
        return "none", "no targets set"
    missed = sum(not target["met"] for target in targets)
    if missed:
        return "missed", f"{missed} of {len(targets)} target{'s' if len(targets) > 1 else ''} missed"
    return "met", "target met" if len(targets) == 1 else f"all {len(targets)} targets met"
