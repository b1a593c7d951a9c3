# SPDX-License-Identifier: Apache-2.0
"""Writes the HTML reports: one file each, no network, prints to PDF."""

from pathlib import Path
from typing import Union

from siovsim.report import model, run_report
from siovsim.results import folders
from siovsim.results.result_folder import ResultFolder
from siovsim.sweeps import point_table
from siovsim.sweeps.point_table import SweepTable
from siovsim.validation.suite import Report

NAME = "report.html"


def of_run(result: ResultFolder) -> Path:
    """Writes the report of a run into its folder."""
    return folders.replace(result.path / NAME, run_report.html(model.read(result)))


def inline(result: ResultFolder) -> str:
    """Verdict and anatomy of a run as one HTML fragment, for notebooks."""
    return run_report.fragment(model.read(result))


def of_sweep(table: SweepTable, folder: Path) -> Path:
    """Writes the report of a sweep into its folder."""
    from siovsim.report import sweep_report

    return folders.replace(folder / NAME, sweep_report.html(table))


def of_validation(report: Report, folder: Path) -> Path:
    """Writes the report of the validation suite into its folder."""
    from siovsim.report import validation_report

    return folders.replace(folder / NAME, validation_report.html(report))


def of_folder(folder: Union[str, Path]) -> Path:
    """(Re)writes the report of a result folder, of a run or of a sweep. Raises InputError if it is damaged."""
    folder = Path(folder)
    if (folder / folders.SWEEP).exists():
        table = point_table.read(folder)
        point_table.verify_points(table, folder)
        return of_sweep(table, folder)
    return of_run(ResultFolder(folder).verified())
