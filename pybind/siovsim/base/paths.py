# SPDX-License-Identifier: Apache-2.0
"""Where things are: the source tree, the build tree and the engine binary."""

import os
from pathlib import Path

from siovsim.base.errors import InputError

ROOT = Path(__file__).resolve().parents[3]


def build_dir() -> Path:
    """The build tree the launcher keeps; ``SIOVSIM_BUILD`` names another one (a sanitizer build, for instance)."""
    return Path(os.environ.get("SIOVSIM_BUILD", ROOT / "build" / "release")).resolve()


def engine_binary() -> Path:
    """The engine; ``SIOVSIM_ENGINE`` names another executable with the same command line."""
    path = Path(os.environ.get("SIOVSIM_ENGINE", build_dir() / "platforms" / "siovsim-engine"))
    if not os.access(path, os.X_OK):
        raise InputError(f"the engine {path} does not exist or is not executable; ./siovsim builds it.")
    return path.resolve()


def front_build_dir() -> Path:
    """Where the build leaves what Python loads: schema.binpb and the extension module."""
    return build_dir() / "pybind"
