#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the commands of a Markdown file that CI executes: fenced sh blocks right after a line `<!-- ci -->`."""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^<!-- ci -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(text: str) -> str:
    """The blocks one after the other."""
    return "".join(BLOCK.findall(text))


if __name__ == "__main__":
    found = commands(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if not found:
        sys.exit(f"{sys.argv[1]}: no block is marked <!-- ci -->")
    print(found, end="")
