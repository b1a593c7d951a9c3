# SPDX-License-Identifier: Apache-2.0
"""The table of requirements: id, test, result, or why it is not modelled.

Requirements are the headings of docs/requirements, results what CTest wrote (JUnit), reasons docs/requirements/
not_modelled.txt. A requirement has a test or a reason, never both and never neither; tests are named
``TEST(Conformance, IOM_07_NestedWalkReads)``.

It counts as met only if one of its tests went through a whole platform that a configuration file describes. Names do not
say so: test processes leave a note of each platform they ran (platforms/build/system_note.h). What no configuration can
bring about is tested on its parts alone, and listed as such with the reason.

    python3 -m siovsim.conformance RESULTS.xml NOTES [--only-run]
"""

import re
import sys
import textwrap
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Set

from siovsim.base.paths import ROOT
from siovsim.cli.arguments import Parser

REQUIREMENTS = ROOT / "docs" / "requirements"
_HEADING = re.compile(r"^#{2,3} ([A-Z]+-\d+) (.+)$", re.MULTILINE)
_TITLE = re.compile(r"^# [A-Z]+: (.+)$", re.MULTILINE)
_PAGE = re.compile(r"^\| \[([a-z]+\.md)\]", re.MULTILINE)
_REASON = re.compile(r"^(?:(group) ([A-Z]+)|([A-Z]+-\d+)( partly| parts)?): (\S.*)$")
_TEST = re.compile(r"\bConformance\.([A-Z]+)_(\d+)_(\w+)$")


_BAD = ("FAILED", "NO TEST", "NO SYSTEM")


@dataclass
class Requirement:
    """One requirement and what is known of it."""

    id: str
    title: str
    group: str
    tests: Dict[str, bool] = field(default_factory=dict)  # name: passed
    whole: Set[str] = field(default_factory=set)  # those of them that went through a whole platform
    parts: Optional[str] = None  # why none of them can
    reason: Optional[str] = None  # not modelled
    missing: Optional[str] = None  # the part that is not modelled
    planned: Optional[str] = None  # the group is yet to come

    @property
    def result(self) -> str:
        if self.tests and not all(self.tests.values()):
            return "FAILED"
        if self.tests:
            return "passed" if self.whole else "parts only" if self.parts else "NO SYSTEM"
        if self.reason:
            return "not modelled"
        return "planned" if self.planned else "NO TEST"


@dataclass
class Table:
    """All requirements in the order of the pages, the groups' titles, and what does not fit together."""

    requirements: Dict[str, Requirement]
    titles: Dict[str, str]
    faults: List[str]

    def failed(self) -> bool:
        return bool(self.faults) or any(one.result in _BAD for one in self.requirements.values())


def catalogue(folder: Path = REQUIREMENTS) -> Table:
    """Every requirement of the pages that the README of ``folder`` lists."""
    table = Table({}, {}, [])
    for page in _PAGE.findall((folder / "README.md").read_text(encoding="utf-8")):
        text = (folder / page).read_text(encoding="utf-8")
        for identity, title in _HEADING.findall(text):
            group = identity.split("-")[0]
            table.titles.setdefault(group, _TITLE.search(text)[1])
            if identity in table.requirements:
                table.faults.append(f"{identity} is there twice, the second time on {page}")
            table.requirements[identity] = Requirement(identity, title, group)
    return table


def add_reasons(table: Table, file: Path) -> None:
    """Notes what is not modelled."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _REASON.match(line)
        place = f"{file.name}:{number}"
        if not match:
            forms = "'ID: reason', 'ID partly: ...', 'ID parts: reason' or 'group NAME: reason'"
            table.faults.append(f"{place}: expected {forms}, not '{line}'")
            continue
        is_group, group, identity, partly, reason = match.groups()
        if is_group:
            members = [one for one in table.requirements.values() if one.group == group]
            if not members:
                table.faults.append(f"{place}: there is no group {group}")
            for one in members:
                one.planned = reason
        elif identity not in table.requirements:
            table.faults.append(f"{place}: there is no requirement {identity}")
        elif partly == " parts":
            table.requirements[identity].parts = reason
        elif partly:
            table.requirements[identity].missing = reason
        else:
            table.requirements[identity].reason = reason


def add_tests(table: Table, results: Dict[str, bool]) -> None:
    """Notes the tests' results; names that are not of conformance tests are passed over."""
    for name, passed in results.items():
        match = _TEST.search(name)
        if not match:
            if re.search(r"\bConformance\.", name):
                table.faults.append(f"{name}: a conformance test is named after a requirement, e.g. IOM_07_NestedWalkReads")
            continue
        group, number, rest = match.groups()
        identity = f"{group}-{number}"
        if identity not in table.requirements:
            table.faults.append(f"{name}: there is no requirement {identity}")
        elif rest in table.requirements[identity].tests:
            table.faults.append(f"{name}: another test of {identity} has that name")
        else:
            table.requirements[identity].tests[rest] = passed


def whole_tests(folder: Path) -> Set[str]:
    """Names of the tests that ran a platform described by files, in which jobs ended; from the notes of their processes."""
    found = set()
    for file in sorted(folder.glob("*.systems")):
        whole = False
        for line in file.read_text(encoding="utf-8").splitlines():
            words = line.split("\t")
            if words[0] == "system":
                whole = whole or (words[1] == "files" and int(words[2]) > 0 and int(words[3]) > 0)
            elif words[0] == "test":
                if whole:
                    found.add(words[1])
                whole = False
    return found


def add_whole(table: Table, whole: Set[str]) -> None:
    """Notes which tests went through a whole platform."""
    for name in whole:
        match = _TEST.search(name)
        one = table.requirements.get(f"{match[1]}-{match[2]}") if match else None
        if one is not None and match[3] in one.tests:
            one.whole.add(match[3])


def check(table: Table) -> None:
    """A test or a reason, never both; a part can only be missing of what is tested."""
    for one in table.requirements.values():
        if one.parts and (one.whole or not one.tests):
            what = "went through a whole platform" if one.whole else "has no test"
            table.faults.append(f"{one.id} is listed as tested on its parts alone, but {what}: {one.parts}")
        if one.tests and one.reason:
            table.faults.append(f"{one.id} is tested and listed as not modelled: {one.reason}")
        if one.missing and not one.tests:
            table.faults.append(f"{one.id} is listed as modelled in part, but has no test")


def junit_results(file: Path) -> Dict[str, bool]:
    """Test names and whether they passed, of a JUnit file that CTest wrote."""
    cases = ElementTree.parse(file).getroot().iter("testcase")
    return {case.get("name", ""): case.get("status") == "run" for case in cases}


def _words(name: str) -> str:
    """NestedWalkReads as words: nested walk reads."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("_", " "))


def lines(table: Table, shown: Iterable[Requirement]) -> List[str]:
    """The table as text, a block for each group."""
    text: List[str] = []
    group = None
    for one in shown:
        if one.group != group:
            group = one.group
            text += ["", f"{group}: {table.titles[group]}" + (f" ({one.planned})" if one.planned else "")]
        text.append(f"  {one.id:<8} {one.result:<13} {one.title}")
        notes = [
            f"{'' if passed else 'FAILED: '}{_words(name)}{' (whole platform)' if name in one.whole else ''}"
            for name, passed in one.tests.items()
        ]
        if one.parts:
            notes.append(f"on its parts alone: {one.parts}")
        if one.missing:
            notes.append(f"not modelled: {one.missing}")
        if one.reason and not one.tests:
            notes.append(one.reason)
        for note in notes:
            text += textwrap.wrap(note, 120, initial_indent=" " * 25 + "- ", subsequent_indent=" " * 27)
    return text


def summary(shown: List[Requirement]) -> str:
    """How many of what."""
    counts = {}
    for one in shown:
        counts[one.result] = counts.get(one.result, 0) + 1
    tests = sum(len(one.tests) for one in shown)
    whole = sum(len(one.whole) for one in shown)
    keys = ("passed", "FAILED", "NO TEST", "NO SYSTEM", "parts only", "not modelled", "planned")
    parts = [f"{counts[key]} {key}" for key in keys if key in counts]
    return f"{len(shown)} requirements: {', '.join(parts)}; {tests} tests, {whole} of them through a whole platform"


def main(arguments: Optional[List[str]] = None) -> int:
    """Prints the table; 0 if all that is modelled passed and tests and reasons agree, else 1."""
    parser = Parser(prog="siovsim.conformance", description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="JUnit file that CTest wrote")
    parser.add_argument("notes", type=Path, help="folder of the notes that test processes left: BUILD/statistics")
    parser.add_argument("--only-run", action="store_true", help="only requirements whose tests ran")
    options = parser.parse_args(arguments)
    if not options.results.is_file():
        print(f"siovsim: no test wrote {options.results}", file=sys.stderr)
        return 1
    table = catalogue()
    add_reasons(table, REQUIREMENTS / "not_modelled.txt")
    add_tests(table, junit_results(options.results))
    add_whole(table, whole_tests(options.notes))
    if not options.only_run:
        check(table)
    shown = [one for one in table.requirements.values() if one.tests or not options.only_run]
    print("\n".join(lines(table, shown)).lstrip("\n"))
    print()
    for fault in table.faults:
        print(f"siovsim: {fault}", file=sys.stderr)
    print(summary(shown))
    if options.only_run:
        return int(bool(table.faults) or any(one.result in _BAD for one in shown))
    return int(table.failed())


if __name__ == "__main__":
    sys.exit(main())
