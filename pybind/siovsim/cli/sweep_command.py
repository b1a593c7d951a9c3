# SPDX-License-Identifier: Apache-2.0
"""``siovsim sweep``: the command around siovsim.sweep."""

import argparse
import sys
from pathlib import Path
from typing import List

from siovsim.base import metrics, units
from siovsim.cli import progress
from siovsim.report import write
from siovsim.results import folders
from siovsim.results.result_folder import ResultFolder
from siovsim.sweeps import answers, faults, metric_names, point_table
from siovsim.sweeps.executors import local
from siovsim.sweeps.plan import Sweep
from siovsim.sweeps.running import Options, result_folder, run_points

MAX_LISTED = 40  # lines; the files have every point


def main(arguments: argparse.Namespace) -> int:
    """Runs the sweep, writes its report and prints a row per point; 1 if a point failed or missed a target."""
    plan = faults.load_sound_sweep(arguments.file)
    folder = result_folder(plan, arguments.out)
    if arguments.out is None and folder != folders.DEFAULT_ROOT / plan.name:
        print(f"siovsim: {folders.DEFAULT_ROOT / plan.name} holds the result of a run; the sweep is in {folder}.", file=sys.stderr)
    with local(arguments.jobs) as executor, progress.choose(arguments.quiet) as display:
        options = Options(
            out=folder,
            resume=arguments.resume,
            force=arguments.force,
            filter=arguments.filter,
            max_runs=arguments.max_runs,
            shard=arguments.shard,
            timeout_s=arguments.timeout,
        )
        run_points(plan, executor, options, display)
    table = point_table.read(folder)
    path = write.of_sweep(table, folder)
    failed = [row for row in table.rows if row["status"] == "failed"]
    for row in failed[:MAX_LISTED]:
        print(f"siovsim: point {int(row['index'])} failed: {row['error'].strip()}", file=sys.stderr)
    if len(failed) > MAX_LISTED:
        print(f"siovsim: {len(failed) - MAX_LISTED} more points failed; points.csv lists them.", file=sys.stderr)
    for sentence in _empty_columns(plan, table, folder):
        print(f"siovsim: {sentence}", file=sys.stderr)
    for sentence in _without_jobs(table):
        print(f"siovsim: {sentence}", file=sys.stderr)
    if not arguments.quiet:
        _show(table, str(path))
    missed = sum(row["targets_met"] == 0 for row in table.rows)
    if missed:
        print(f"siovsim: {missed} of {len(table.rows)} points missed a target; points.csv has them.", file=sys.stderr)
    return 1 if failed or missed else 0


def _empty_columns(plan: Sweep, table: point_table.SweepTable, folder: Path) -> List[str]:
    """What the sweep's columns ask of blocks that do not have it: known only when a point has run."""
    ended = [row["run_id"] for row in table.rows if row["status"] == "done"]
    if not ended:
        return []
    ends = {ended[0], ended[-1]}
    return metric_names.unknown_statistics(plan, [ResultFolder(folder / point_table.POINTS / run_id) for run_id in sorted(ends)])


def _without_jobs(table: point_table.SweepTable) -> List[str]:
    """Points in whose measured time no job was finished: of jobs nothing is known there."""
    points = [str(int(row["index"])) for row in point_table.without_jobs(table)]
    if not points:
        return []
    listed = ", ".join(points[:MAX_LISTED]) + (", ..." if len(points) > MAX_LISTED else "")
    word = "point" if len(points) == 1 else "points"
    return [f"{word} {listed} of {len(table.rows)} finished no job in the measured time: its latencies are not known."]


def _show(table: point_table.SweepTable, path: str) -> None:
    shown = metrics.names(metrics.POINT)
    header = ["point", *table.axes, "seed", "status", *(name.rsplit(".", 1)[-1] for name in shown)]
    lines = [
        [
            str(int(row["index"])),
            *(row[axis] for axis in table.axes),
            "" if row["seed"] is None else str(int(row["seed"])),
            row["status"],
            *(units.metric(name, row.get(name)) for name in shown),
        ]
        for row in table.rows
    ]
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    for line in [header, *lines[:MAX_LISTED]]:
        print("  ".join(f"{word:<{width}}" for word, width in zip(line, widths)).rstrip())
    if len(lines) > MAX_LISTED:
        print(f"... {len(lines) - MAX_LISTED} more points in points.csv")
    for findings in answers.read(table):
        print(f"{findings.answer.axis} for {findings.answer.metric}:")
        for line in findings.lines:
            where = ", ".join(f"{axis} = {value}" for axis, value in zip(findings.axes, line.others))
            print(f"  {where}: {line.sentence}" if where else f"  {line.sentence}")
    print(f"report  {path}")
