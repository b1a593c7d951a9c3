# SPDX-License-Identifier: Apache-2.0
"""The words of every command: one parser for all, also for the commands that the engine carries out.

Needs nothing but Python itself, so that help is there before anything is installed or built.
"""

import argparse
import difflib
import math
import os
from typing import Callable, Dict, List, NoReturn, Tuple, Type, TypeVar

BY_ENGINE = ("check", "describe", "resolve", "trace", "bench")
SET_HELP = "override one field by dotted path; may be repeated"


def _once(kind: Type[argparse.Action]) -> Type[argparse.Action]:
    """The kind of action, refused when its option is given again: nobody knows which of two values was meant."""

    class Once(kind):
        def __call__(self, parser, namespace, values, option_string=None) -> None:
            if option_string is not None:
                before = parser.given.get(self.dest)
                if before is not None:
                    parser.error(f"{option_string}: it is given twice" if before == option_string else f"{option_string}: {before} is given as well")
                parser.given[self.dest] = option_string
            super().__call__(parser, namespace, values, option_string)

    return Once


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and what may have been meant; options are written out in full, and once."""

    def __init__(self, *args, **options) -> None:
        self._options: List[str] = []
        self.given: Dict[str, str] = {}  # which option set what
        super().__init__(*args, allow_abbrev=False, **options)
        for name in (None, "store", "store_true"):
            self.register("action", name, _once(self._registry_get("action", name)))

    def add_argument(self, *names, **options) -> argparse.Action:
        self._options += [name for name in names if name.startswith("--")]
        return super().add_argument(*names, **options)

    def parse_known_args(self, args=None, namespace=None):
        """As of a command alone, whose parser knows what its unknown words may have been meant for."""
        self.given.clear()
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            meant = [near for word in unknown for near in difflib.get_close_matches(word.split("=")[0], self._options, 1)]
            did_you = f"; did you mean {' '.join(meant)}?" if meant else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{did_you}")
        return known, unknown

    def error(self, message: str) -> NoReturn:
        # argparse says "argument --jobs: ..." of a value that is wrong.
        self.exit(2, f"siovsim: {message.removeprefix('argument ')}; see {self.prog} --help\n")


Number = TypeVar("Number", int, float)


def _above_zero(kind: Callable[[str], Number]) -> Callable[[str], Number]:
    """A number of the kind, as the type of an option."""

    def convert(text: str) -> Number:
        value = kind(text)
        if not 0 < value < math.inf:
            raise argparse.ArgumentTypeError(f"{text}: it must be above 0")
        return value

    convert.__name__ = kind.__name__  # which argparse names in "invalid int value"
    return convert


def shard(text: str) -> Tuple[int, int]:
    """``"1/4" -> (1, 4)``."""
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and int(part) < int(parts)):
        raise argparse.ArgumentTypeError(f"{text}: it must be I/N with I from 0 to N-1, for instance 0/4")
    return int(part), int(parts)


def _overrides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", dest="overrides", help=SET_HELP
    )


def _jobs(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--jobs",
        type=_above_zero(int),
        default=os.cpu_count() or 1,
        metavar="N",
        help=f"{what} at the same time (default: one per processor)",
    )


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="experiment file")
    _overrides(parser)
    parser.add_argument("--trace", metavar="FILE", help="replay this recorded trace")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of every random stream")
    parser.add_argument("--out", metavar="DIR", help="result folder (default: results/<name>)")
    parser.add_argument("--timeline", type=int, metavar="JOBS", help="write a Perfetto timeline of the first JOBS jobs")
    parser.add_argument("--requests", action="store_true", help="write requests.h5, one row per job with its ledger")
    parser.add_argument("--no-report", action="store_true", help="do not write report.html")
    parser.add_argument("--quiet", action="store_true", help="no progress and no table")


def _sweep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="sweep file")
    _jobs(parser, "points run")
    parser.add_argument("--shard", type=shard, metavar="I/N", help="run only every N-th point, starting with the I-th (from 0)")
    parser.add_argument("--out", metavar="DIR", help="result folder (default: results/<name>)")
    parser.add_argument(
        "--resume",
        action=_once(argparse.BooleanOptionalAction),
        default=True,
        help="keep finished points (default); --no-resume refuses a folder that has some",
    )
    parser.add_argument("--force", action="store_true", help="run finished points again")
    parser.add_argument("--filter", metavar="EXPR", help="run only points where this holds, e.g. 'entries >= 64'")
    parser.add_argument("--max-runs", type=_above_zero(int), metavar="N", help="run at most N points now")
    parser.add_argument(
        "--timeout", type=_above_zero(float), metavar="SECONDS", help="kill a point that takes longer; it counts as failed"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress and no table")


def _validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rows", nargs="*", metavar="ROW", help="row of the suite, such as VP4 (default: all)")
    parser.add_argument("--short", action="store_true", help="a few points of each curve, with shorter runs")
    parser.add_argument("--output", "--out", dest="out", metavar="DIR", help="result folder (default: results/validation)")
    _jobs(parser, "runs")
    parser.add_argument("--quiet", action="store_true", help="no progress and no table")


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="configuration file of any kind")
    _overrides(parser)


def _describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="platform, experiment or sweep")
    _overrides(parser)
    parser.add_argument("--out", metavar="DIR", help="folder of the picture (default: results/describe)")
    parser.add_argument(
        "--config-space",
        choices=("fields", "hex"),
        help="only the configuration space of each function, by register or as lspci -F reads it",
    )
    parser.add_argument("--address", metavar="ADDRESS", help="only who answers a CPU's access there, and the way")


def _resolve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="experiment file")
    _overrides(parser)
    parser.add_argument("--out", metavar="FILE", help="write it here instead of to standard output")
    parser.add_argument("--id", action="store_true", help="print only the id that a run of it would have")


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", metavar="NAME,...", help="cases to run (default: all of the folder's standard ones)")
    parser.add_argument("--tenants", metavar="N,...", help="numbers of tenants (default: 16,1024,65536,1048576)")
    parser.add_argument("--dir", metavar="DIR", help="folder of the cases (default: configs/bench of this checkout)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _lenient(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lenient", action="store_true", help="skip and count damaged lines instead of refusing the file")


def _trace(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="trace_command", metavar="info|convert", required=True)
    info = commands.add_parser("info", help="what a recorded trace holds", description="What a recorded trace holds.")
    info.add_argument("file", metavar="FILE", help="trace of any format that is read")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.add_argument("--lru", action="store_true", help="also the misses of LRU caches of several sizes, and an oracle's")
    _lenient(info)
    convert = commands.add_parser(
        "convert",
        help="to siovsim's own format",
        description="Converts a recording, or two recordings of one run (--guest and --qemu), to siovsim's own format.",
    )
    convert.add_argument("files", nargs="+", metavar="FILE", help="input and OUT.siovtrace; with --guest and --qemu only OUT")
    convert.add_argument("--from", metavar="FORMAT", help="auto (default), ftrace, qemu or siovtrace")
    convert.add_argument("--guest", action="append", metavar="FTRACE", help="the guest's recording of the run; one for each processor")
    convert.add_argument("--qemu", metavar="LOG", help="QEMU's recording of the same run")
    _lenient(convert)
    convert.add_argument("--window", action="store_true", help="keep only the workload's window")
    convert.add_argument("--drop-shadow-doorbells", action="store_true", help="leave shadow doorbell accesses out")
    convert.add_argument("--force", action="store_true", help="replace the output if it is there already")


def _results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help="result folder")


def _test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--conformance", action="store_true", help="only the tests of requirements, and a table of them")
    parser.add_argument("ctest", nargs="*", metavar="ARGUMENT", help="arguments of CTest, such as -L unit or -R NAME")


COMMANDS = {
    "run": (_run, "run one experiment and write its report"),
    "check": (_check, "report every fault of configuration files at once"),
    "describe": (_describe, "the platform: zero-load latencies, throughput bound, picture"),
    "resolve": (_resolve, "print the complete configuration, defaults included"),
    "sweep": (_sweep, "run every point of a sweep"),
    "validate": (_validate, "published measurements against the simulator"),
    "compare": (_results, "runs side by side, with what makes any of them doubtful"),
    "report": (_results, "(re)build the HTML report of runs and sweeps"),
    "trace": (_trace, "look at or convert recorded traces"),
    "bench": (_bench, "measure the simulator's own speed"),
    "test": (_test, "run the test suite (./siovsim test)"),
}


class _Version(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None) -> NoReturn:
        from siovsim.base import version

        print(version.sentence())
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = Parser(prog="siovsim", description="Latency and throughput of many tenants sharing one I/O device.")
    top.add_argument("--version", action=_Version, nargs=0, help="print version and source revision")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (add, sentence) in COMMANDS.items():
        add(commands.add_parser(name, help=sentence, description=f"{sentence[0].upper()}{sentence[1:]}."))
    return top
