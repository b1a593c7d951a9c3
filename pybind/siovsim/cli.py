# SPDX-License-Identifier: Apache-2.0
"""The command line.

Exit codes: 0 done; 1 the run failed or a target was missed; 2 the input is wrong; 130 interrupted.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import List, NoReturn, Optional

from siovsim import engine, paths, progress, running
from siovsim.errors import InputError, Interrupted, SiovsimError

PASSED_ON = {
    "check": "report every fault of configuration files at once",
    "describe": "the platform: zero-load latencies, throughput bound, picture",
    "trace": "look at or convert recorded traces",
    "bench": "measure the simulator's own speed",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"siovsim: {message}; see {self.prog} --help\n")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="experiment file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="overrides",
        help="override one field by dotted path; may be repeated",
    )
    parser.add_argument("--trace", metavar="FILE", help="replay this recorded trace")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every random stream")
    parser.add_argument("--out", metavar="DIR", help="result folder (default: results/<name>)")
    parser.add_argument("--timeline", type=int, metavar="JOBS", help="write a Perfetto timeline of the first JOBS jobs")
    parser.add_argument("--requests", action="store_true", help="write requests.h5, one row per job with its ledger")
    parser.add_argument("--no-report", action="store_true", help="do not write report.html")
    parser.add_argument("--quiet", action="store_true", help="no progress and no table")


def _sweep_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="sweep file")
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="points run at the same time (default: one per processor)",
    )
    parser.add_argument("--shard", metavar="I/N", help="run only every N-th point, starting with the I-th (from 0)")
    parser.add_argument("--out", metavar="DIR", help="result folder (default: results/<name>)")
    parser.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep finished points (default); --no-resume refuses a folder that has some",
    )
    parser.add_argument("--force", action="store_true", help="run finished points again")
    parser.add_argument("--filter", metavar="EXPR", help="run only points where this holds, e.g. 'entries >= 64'")
    parser.add_argument("--max-runs", type=int, metavar="N", help="run at most N points now")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="kill a point that takes longer; it counts as failed"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress and no table")


def _validate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rows", nargs="*", metavar="ROW", help="row of the suite, such as VP4 (default: all)")
    parser.add_argument("--short", action="store_true", help="a few points of each curve, with shorter runs")
    parser.add_argument("--output", "--out", dest="out", metavar="DIR", help="result folder (default: results/validation)")
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="runs at the same time (default: one per processor)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress and no table")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="siovsim",
        description="Latency and throughput of many tenants sharing one I/O device.",
        epilog="siovsim test runs the test suite.",
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _run_arguments(commands.add_parser("run", help="run one experiment and write its report"))
    for name, sentence in PASSED_ON.items():
        commands.add_parser(name, help=sentence, add_help=False)
    _sweep_arguments(commands.add_parser("sweep", help="run every point of a sweep"))
    _validate_arguments(commands.add_parser("validate", help="published measurements against the simulator"))
    report = commands.add_parser("report", help="(re)build the HTML report of runs and sweeps")
    report.add_argument("runs", nargs="+", metavar="RUN", help="result folder")
    compare = commands.add_parser("compare", help="runs side by side, per percentile and stage")
    compare.add_argument("runs", nargs="+", metavar="RUN", help="result folder")
    return top


def _run(arguments: argparse.Namespace) -> int:
    experiment = running.Experiment(arguments.file, arguments.overrides)
    status = 0
    asked = running.output_folder(experiment, arguments.out)
    with progress.choose(arguments.quiet) as display:
        try:
            result = running.run(
                experiment,
                out=asked,
                seed=arguments.seed,
                trace=arguments.trace,
                timeline=arguments.timeline,
                requests=arguments.requests,
                progress=display,
            )
        except Interrupted as interruption:
            if interruption.folder is None:
                raise
            result, status = running.Result(interruption.folder), interruption.exit_code
            print(f"siovsim: {interruption}", file=sys.stderr)
    _say_where(result, asked, experiment.name if arguments.out is None else "")
    report = None if arguments.no_report else str(result.report())
    if not arguments.quiet:
        from siovsim import terminal

        terminal.show(result, report)
    return status or (0 if result.ok else 1)


def _say_where(result: running.Result, asked: Path, name: str) -> None:
    """A sentence for a result that is not where one would look for it."""
    if result.path != asked and result.finished:  # where a partial one went has been said
        what = f"something else came into {asked} during the run and stays there"
    elif name and asked.name != name:
        what = f"{asked.with_name(name)} holds a sweep"
    else:
        return
    print(f"siovsim: {what}; this run's result is in {result.path}.", file=sys.stderr)


def _sweep(arguments: argparse.Namespace) -> int:
    from siovsim import sweep_cli

    return sweep_cli.main(arguments)


def _validate(arguments: argparse.Namespace) -> int:
    from siovsim import validation_cli

    return validation_cli.main(arguments)


def _report(arguments: argparse.Namespace) -> int:
    from siovsim import sweep_table

    for run in arguments.runs:
        print(sweep_table.write_any_report(run))
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from siovsim import compare

    compare.show([running.Result(run) for run in arguments.runs])
    return 0


def _pass_on(words: List[str]) -> int:
    """Replaces this process by the engine: these commands need nothing from Python."""
    binary = str(paths.engine_binary())
    sys.stdout.flush()
    os.execv(binary, [binary, *words])
    raise AssertionError("unreachable")


COMMANDS = {"run": _run, "sweep": _sweep, "validate": _validate, "report": _report, "compare": _compare}


def _on_terminate(*_: object) -> None:
    raise KeyboardInterrupt


def main(words: Optional[List[str]] = None) -> int:
    """Runs one command and returns its exit code."""
    words = sys.argv[1:] if words is None else words
    signal.signal(signal.SIGTERM, _on_terminate)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, _on_terminate)
    try:
        if words and words[0] in PASSED_ON:
            return _pass_on(words)
        arguments = parser().parse_args(words)
        return COMMANDS[arguments.command](arguments)
    except SiovsimError as error:
        text = str(error)
        print(text if isinstance(error, InputError) and text.count("\n") else f"siovsim: {text}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        where = f" {error.filename}:" if error.filename else ""
        print(f"siovsim:{where} {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        engine.interrupt_all()
        print("siovsim: interrupted.", file=sys.stderr)
        return 130
