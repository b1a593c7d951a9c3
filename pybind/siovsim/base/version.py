# SPDX-License-Identifier: Apache-2.0
"""Which siovsim this is, read from the source tree: nothing need be built to ask."""

import re
import subprocess

from siovsim.base import paths


def number() -> str:
    """The version that CMakeLists.txt states."""
    text = (paths.ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(r"project\(siovsim VERSION ([0-9.]+)", text)
    return found.group(1) if found else "unknown"


def revision() -> str:
    """The revision of the source tree, as results carry it."""
    try:
        done = subprocess.run(
            ["git", "-C", str(paths.ROOT), "describe", "--always", "--dirty"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown revision"
    return done.stdout.strip()


def sentence() -> str:
    return f"siovsim {number()} ({revision()})"
