# SPDX-License-Identifier: Apache-2.0
"""``siovsim validate``: the command around siovsim.validation."""

import argparse
import sys
from typing import List

from siovsim import progress, units
from siovsim.errors import InputError
from siovsim.folders import DEFAULT_ROOT, checked
from siovsim.sweep import local
from siovsim.validation import Checked, Report, validate
from siovsim.validation_rows import load_rows


def main(arguments: argparse.Namespace) -> int:
    """Runs the rows, prints a line per comparison; 1 if one is outside its tolerance or could not be run."""
    if arguments.jobs <= 0:
        raise InputError(f"--jobs {arguments.jobs}: it must be above 0.")
    rows = load_rows(arguments.rows)
    folder = checked(arguments.out) if arguments.out is not None else DEFAULT_ROOT / "validation"
    with local(arguments.jobs) as executor, progress.choose(arguments.quiet) as display:
        report = validate(rows, folder, short=arguments.short, executor=executor, progress=display)
    for point in report.points:
        if point.problem:
            print(f"siovsim: {point.row}, {point.curve} at {point.x}: {point.problem}", file=sys.stderr)
    if not arguments.quiet:
        show(report, str(folder / "report.html"))
    return 0 if report.passed else 1


def point_cells(point: Checked) -> List[str]:
    """published, simulated, error, tolerance, verdict of a comparison as text."""
    if point.simulated is None:
        return [units.digits(point.published, 4), units.NOTHING, units.NOTHING, tolerance(point), "NOT RUN"]
    error = units.NOTHING if point.error is None else f"{100 * point.error:+.1f} %"
    verdict = "pass" if point.passed else "FAIL"
    return [units.digits(point.published, 4), units.digits(point.simulated, 4), error, tolerance(point), verdict]


def tolerance(point: Checked) -> str:
    """``5 %``, or for the place of a knee a number of steps."""
    return f"{100 * point.tolerance:g} %" if point.tolerance < 1 else f"{point.tolerance:g} step"


def show(report: Report, path: str) -> None:
    """The table on standard output."""
    names = {row.id: row for row in report.rows}
    lines = [["row", "metric", "set-up", "published", "simulated", "error", "tolerance", "verdict"]]
    for point in report.points:
        row = names[point.row]
        where = "" if point.x == "" else f"{row.x['label']} {point.x}"
        lines.append([point.row, f"{point.curve}, {row.y['unit']}", where, *point_cells(point)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(f"{word:<{width}}" for word, width in zip(line, widths)).rstrip())
    for parameter in report.fitted:
        print(f"fitted  {parameter.path} = {parameter.value} on {', '.join(parameter.rows)} ({parameter.file})")
    good = sum(point.passed for point in report.points)
    print(f"{good} of {len(report.points)} comparisons within their tolerance")
    print(f"report  {path}")
