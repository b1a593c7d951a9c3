# SPDX-License-Identifier: Apache-2.0
"""``siovsim describe``: the engine's analysis of a platform, and its picture through Graphviz."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from siovsim import engine
from siovsim.errors import InputError, RunError


def draw(dot: Path, picture: Path) -> None:
    """Turns a DOT file into an SVG picture."""
    done = subprocess.run(["dot", "-Tsvg", "-o", str(picture), str(dot)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RunError(f"graphviz cannot draw {picture}: {done.stderr.strip()}")


def main(arguments: argparse.Namespace) -> int:
    """Prints what the engine says of the platform and writes the pictures asked for."""
    with tempfile.TemporaryDirectory(prefix="siovsim-") as folder:
        dot = Path(arguments.dot) if arguments.dot else Path(folder) / "platform.dot"
        ended = engine.run(["describe", arguments.file, *engine.overrides_as_options(arguments.overrides),
                            "--dot", str(dot), *(["--json"] if arguments.json else [])])
        sys.stderr.write(ended.log)
        if ended.code == 2 and not ended.log:
            raise InputError(ended.sentence())
        if ended.code == 0 and arguments.svg:
            draw(dot, Path(arguments.svg))
        sys.stdout.write(ended.output)
        return ended.code
