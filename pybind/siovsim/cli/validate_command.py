# SPDX-License-Identifier: Apache-2.0
"""``siovsim validate``: the command around siovsim.validation."""

import argparse
import sys

from siovsim.cli import progress
from siovsim.report import write
from siovsim.results.folders import DEFAULT_ROOT, checked
from siovsim.sweeps.executors import local
from siovsim.validation.rows import load_rows
from siovsim.validation.suite import Report, validate
from siovsim.validation.words import point_cells


def main(arguments: argparse.Namespace) -> int:
    """Runs the rows, prints a line per comparison; 1 if one is outside its tolerance or could not be run."""
    rows = load_rows(arguments.rows)
    folder = checked(arguments.out) if arguments.out is not None else DEFAULT_ROOT / "validation"
    with local(arguments.jobs) as executor, progress.choose(arguments.quiet) as display:
        report = validate(rows, folder, short=arguments.short, executor=executor, progress=display)
    path = write.of_validation(report, folder)
    for point in report.points:
        if point.problem:
            print(f"siovsim: {point.row}, {point.curve} at {point.x}: {point.problem}", file=sys.stderr)
    if not arguments.quiet:
        show(report, str(path))
    return 0 if report.passed else 1


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
