# SPDX-License-Identifier: Apache-2.0
"""The command line.

Exit codes: 0 done; 1 the run failed or a target was missed; 2 the input is wrong; 130 interrupted.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import List, Optional

from siovsim.base import interrupts, paths
from siovsim.base.console import OutputError
from siovsim.base.errors import InputError, Interrupted, SiovsimError
from siovsim.cli import arguments as words_of
from siovsim.cli import progress
from siovsim.engine import process
from siovsim.runs import running


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
        from siovsim.cli import terminal

        terminal.show(result, report)
    if arguments.quiet and not status and not result.ok:
        from siovsim.cli import terminal

        print(f"siovsim: {terminal.why_not_ok(result)}.", file=sys.stderr)
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
    from siovsim.cli import sweep_command

    return sweep_command.main(arguments)


def _validate(arguments: argparse.Namespace) -> int:
    from siovsim.cli import validate_command

    return validate_command.main(arguments)


def _report(arguments: argparse.Namespace) -> int:
    from siovsim.report import write

    for run in arguments.runs:
        print(write.of_folder(run))
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from siovsim.cli import compare

    compare.show([running.Result(run) for run in arguments.runs])
    return 0


def _options(arguments: argparse.Namespace) -> List[str]:
    """The options of an engine's command as the engine takes them."""
    options = process.overrides_as_options(getattr(arguments, "overrides", ()))
    for name, value in vars(arguments).items():
        if name in ("command", "trace_command", "file", "files", "overrides") or value is None or value is False:
            continue
        for one in value if isinstance(value, list) else [value]:
            options += [f"--{name.replace('_', '-')}", *([] if one is True else [str(one)])]
    return options


def _plans_refused(command: List[str], files: List[str]) -> bool:
    """What the plans of sweep files get wrong, after what the engine finds; False: nothing, and nothing was shown."""
    from siovsim.sweeps import faults

    refused = faults.sweep_faults(files)
    if refused:
        ended = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", errors="replace", check=False)
        # The engine does not look at plans: what it finds no fault in may have one.
        praised = tuple(f"{file}: Sweep, " for file in refused)
        print("".join(line for line in ended.stdout.splitlines(True) if not line.startswith(praised)), end="")
        print("\n".join(refused.values()), file=sys.stderr)
    return bool(refused)


def _by_engine(arguments: argparse.Namespace) -> int:
    """Replaces this process by the engine: these commands need nothing from Python."""
    if arguments.command == "bench" and arguments.dir is None:
        arguments.dir = str(paths.ROOT / "configs" / "bench")
    part = [arguments.trace_command] if arguments.command == "trace" else []
    files = getattr(arguments, "files", None) or [file for file in [getattr(arguments, "file", None)] if file]
    binary = str(paths.engine_binary())
    command = [binary, arguments.command, *part, *files, *_options(arguments)]
    if arguments.command == "check" and _plans_refused(command, files):
        return 2
    sys.stdout.flush()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and that would be inherited
    os.execv(binary, command)
    raise AssertionError("unreachable")


def _test(_: argparse.Namespace) -> int:
    raise InputError("the test suite is run by ./siovsim test.")


COMMANDS = {
    "run": _run,
    "sweep": _sweep,
    "validate": _validate,
    "report": _report,
    "compare": _compare,
    "test": _test,
    **dict.fromkeys(words_of.BY_ENGINE, _by_engine),
}


def main(words: Optional[List[str]] = None) -> int:
    """Runs one command and returns its exit code."""
    words = sys.argv[1:] if words is None else words
    try:
        interrupts.install(process.kill_all)
        arguments = words_of.parser().parse_args(words)
        return COMMANDS[arguments.command](arguments)
    except SiovsimError as error:
        print(error if isinstance(error, InputError) and error.faults else f"siovsim: {error}", file=sys.stderr)
        return error.exit_code
    except OutputError:
        raise
    except OSError as error:
        where = f" {error.filename}:" if error.filename else ""
        print(f"siovsim:{where} {error.strerror or error}.", file=sys.stderr)
        return 1
    except MemoryError:
        print("siovsim: there is not enough memory for this.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        process.interrupt_all()
        print("siovsim: interrupted.", file=sys.stderr)
        return 130
