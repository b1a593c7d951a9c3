# SPDX-License-Identifier: Apache-2.0
"""``python -m siovsim``: what ./siovsim starts."""

import sys

from siovsim.base import console, starting
from siovsim.cli.main import main

try:
    code = console.run(main)
except KeyboardInterrupt:  # while the last words of a command are shown
    starting.end()
starting.end_at_interrupts()
sys.exit(code)
