# SPDX-License-Identifier: Apache-2.0
"""A section of a run's report: one file of report/sections and one row of run_report.SECTIONS.

The file has what the section shows of a run and the HTML around that, a Jinja template with the filters of
report/page.py and the macros of templates/parts.html.j2 as ``parts``.
"""

from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional

from siovsim.report import page
from siovsim.report.model import RunData


@dataclass(frozen=True)
class Section:
    """``context`` gives what the template shows, or None of a run about which there is nothing to say."""

    id: str
    title: str
    context: Callable[[RunData], Optional[Dict[str, Any]]]
    template: str

    def html(self, data: RunData) -> str:
        """What stands below the heading; nothing where there is nothing to say."""
        shown = self.context(data)
        return "" if shown is None else page.fill(self.template, shown)
