# SPDX-License-Identifier: Apache-2.0
"""The rows of the validation suite: what was published, and the experiment that must reproduce it.

A row is a folder of configs/validation with a ``row.json``: id, title, setup, source, status, tolerance, axes, and
curves. A curve names its experiment (or several, for metrics that compare runs), the overrides of a point (``{x}`` is
the point's x, ``{=1 / x}`` is computed), the metric as an expression over the run's metrics, and the published points,
inline or as a selection of a CSV file.
"""

import ast
import csv
import json
import operator
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from siovsim.base import paths
from siovsim.base.errors import InputError

FOLDER = paths.ROOT / "configs" / "validation"
FITTED_ON = ("VP1", "VP4", "VP6", "VP24")  # the only rows whose points may set a parameter
_FITTED = re.compile(r"^\s*(?P<path>\w+):\s*(?P<value>[^\s#]+)\s+#\s*fitted:\s*(?P<rows>[\w, ]+)$")
_FIELD = re.compile(r"(?:[^=\[]|\[[^\]]*\])*")  # up to the = that is not in brackets
_COMPUTED = re.compile(r"\{=([^}]*)\}")
_OPERATORS: Dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class Curve:
    """One published curve: ``points`` are (x, y); ``runs`` are (experiment file, overrides) by name."""

    name: str
    metric: str
    runs: Mapping[str, Tuple[Path, Tuple[str, ...]]]
    points: Tuple[Tuple[Any, float], ...]
    tolerance: float
    short: Tuple[Any, ...]
    short_set: Tuple[str, ...]
    constants: Mapping[str, float]
    knee: Optional[Mapping[str, float]] = None

    def chosen(self, short: bool) -> List[Tuple[Any, float]]:
        """The points of the full or of the short form."""
        return [point for point in self.points if not short or point[0] in self.short]

    def overrides(self, run: str, x: Any, short: bool) -> Tuple[str, ...]:
        """The --set values of one run of one point; those of the short form replace others of the same field."""
        templates = self.runs[run][1] + (self.short_set if short else ())

        def computed(match: "re.Match[str]") -> str:
            return repr(evaluate(match[1], lambda name: {"x": float(x)}[name]))

        by_field = {_FIELD.match(template)[0]: template for template in templates}  # type: ignore[index]
        return tuple(_COMPUTED.sub(computed, template).replace("{x}", str(x)) for template in by_field.values())


@dataclass(frozen=True)
class Row:
    """One row: a published figure or table."""

    id: str
    title: str
    setup: str
    source: str
    status: str
    x: Mapping[str, Any]
    y: Mapping[str, Any]
    curves: Tuple[Curve, ...]
    notes: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Fitted:
    """A parameter that was fitted: where it is set, its value, and the rows it was fitted on."""

    file: str
    path: str
    value: str
    rows: Tuple[str, ...] = field(default=())


def load_rows(wanted: Sequence[str] = (), folder: Optional[Path] = None) -> List[Row]:
    """The rows asked for (all: none named), in the order of their numbers. Raises InputError for an unknown id."""
    rows = [load_row(file) for file in sorted((folder or FOLDER).glob("*/row.json"))]
    rows.sort(key=lambda row: (int(re.sub(r"\D", "", row.id) or 0), row.id))
    known = {row.id.lower(): row for row in rows}
    for name in wanted:
        if name.lower() not in known:
            raise InputError(f"there is no validation row {name}; there are {', '.join(row.id for row in rows)}.")
    names = [name.lower() for name in wanted]
    return [row for row in rows if not names or row.id.lower() in names]


def load_row(file: Path) -> Row:
    """Reads one row file."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        curves = tuple(_curve(curve, document, file.parent) for curve in document["curves"])
        return Row(
            document["id"],
            document["title"],
            document["setup"],
            document["source"],
            document["status"],
            document["x"],
            document["y"],
            curves,
            tuple(document.get("notes", ())),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file} is not a row of the validation suite: {error!r}.") from error


def _curve(curve: Dict[str, Any], row: Dict[str, Any], folder: Path) -> Curve:
    runs = curve.get("runs") or {"run": {"experiment": curve["experiment"], "set": curve.get("set", [])}}
    points = tuple((x, float(y)) for x, y in (curve.get("points") or _published(curve["published"], folder)))
    known = [x for x, _ in points]
    short = tuple(curve.get("short", known))
    unknown = [x for x in short if x not in known]
    if unknown or not points:
        raise ValueError(f"curve {curve['name']}: no published point at x = {unknown}")
    _parse(curve["metric"])
    return Curve(
        curve["name"],
        curve["metric"],
        {name: (folder / run["experiment"], tuple(run.get("set", ()))) for name, run in runs.items()},
        points,
        float(curve.get("tolerance", row["tolerance"])),
        short,
        tuple(curve.get("short_set", ())),
        {name: float(value) for name, value in curve.get("constants", {}).items()},
        curve.get("knee"),
    )


def _published(selection: Dict[str, Any], folder: Path) -> List[Tuple[Any, float]]:
    """The rows of a CSV file whose columns have the values of ``where``, as (x, y) in the file's order."""
    with open(folder / selection["file"], newline="", encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
            if all(row[column] == str(value) for column, value in selection["where"].items())
        ]
    points = [(int(row[selection["x"]]), float(row[selection["y"]])) for row in rows]
    only = selection.get("only")
    return [point for point in points if only is None or point[0] in only]


def _parse(expression: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"metric '{expression}': {error.msg}") from error


def evaluate(expression: str, value_of: Callable[[str], float]) -> float:
    """An arithmetic expression over dotted names, for instance ``job.throughput_per_s * 64 * 8 / 1e9``."""
    return _evaluate(_parse(expression), value_of)


def _evaluate(node: ast.expr, value_of: Callable[[str], float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left, value_of), _evaluate(node.right, value_of))
    if isinstance(node, (ast.Attribute, ast.Name)):
        return value_of(ast.unparse(node))
    raise InputError(f"'{ast.unparse(node)}' is not part of a metric: numbers, names and + - * / ( ) are.")


def fitted_parameters(root: Path = paths.ROOT / "configs") -> List[Fitted]:
    """Every parameter marked ``# fitted: <row>`` where it is set, in any configuration file below ``root``."""
    found = []
    for file in sorted(root.rglob("*.txtpb")):
        for line in file.read_text(encoding="utf-8").splitlines():
            match = _FITTED.match(line)
            if match:
                rows = tuple(name.strip() for name in match["rows"].split(","))
                found.append(Fitted(str(file.relative_to(root)), match["path"], match["value"], rows))
    return found
