#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints "PASSED FAILED" of a CTest JUnit file. A test that did not run although it should have counts as failed."""

import sys
import xml.etree.ElementTree as ElementTree
from typing import Tuple


def count(path: str) -> Tuple[int, int]:
    statuses = [case.get("status") for case in ElementTree.parse(path).getroot().iter("testcase")]
    ignored = sum(status in ("disabled", "notrun") for status in statuses)
    passed = sum(status == "run" for status in statuses)
    return passed, len(statuses) - passed - ignored


if __name__ == "__main__":
    print(*count(sys.argv[1]))
