# SPDX-License-Identifier: Apache-2.0
"""``python -m siovsim``: what ./siovsim starts."""

import sys

from siovsim import console
from siovsim.cli import main

sys.exit(console.run(main))
