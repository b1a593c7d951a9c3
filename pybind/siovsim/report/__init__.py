# SPDX-License-Identifier: Apache-2.0
"""The HTML reports: one file each, no network, prints to PDF."""

from pathlib import Path
from typing import TYPE_CHECKING

from siovsim.folders import replace
from siovsim.result import Result

if TYPE_CHECKING:
    from siovsim.sweep_table import SweepTable
    from siovsim.validation import Report


def write(result: Result) -> Path:
    """Writes ``report.html`` into the result folder."""
    from siovsim.report import model, run_report

    return replace(result.path / "report.html", run_report.html(model.read(result)))


def inline(result: Result) -> str:
    """Verdict and anatomy as one HTML fragment, for notebooks."""
    from siovsim.report import model, run_report

    return run_report.fragment(model.read(result))


def write_sweep(table: "SweepTable", folder: Path) -> Path:
    """Writes ``report.html`` of a sweep into its folder."""
    from siovsim.report import sweep_report

    return replace(folder / "report.html", sweep_report.html(table))


def write_validation(report: "Report", folder: Path) -> Path:
    """Writes ``report.html`` of the validation suite into its folder."""
    from siovsim.report import validation_report

    return replace(folder / "report.html", validation_report.html(report))
