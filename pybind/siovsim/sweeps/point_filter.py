# SPDX-License-Identifier: Apache-2.0
"""The expression that chooses points of a sweep: comparisons of its columns, and nothing that runs code or for long.

Numbers, texts, columns, + - * / // % **, comparisons (in, not in), and, or, not, and & | ~ for them, as pandas writes
them. A column whose name is no word stands in backquotes: ``\\`ATC entries\\` >= 64``. Powers are of floating point, so
that no expression takes longer than it is long.
"""

import ast
import io
import math
import operator
import re
import tokenize
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from siovsim.base.errors import InputError

LONGEST = 1000  # letters
Value = Union[int, float, str, bool]

_ARITHMETIC: Dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: math.pow,
}
_COMPARISONS: Dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_WORDS = {"&": "and", "|": "or", "~": "not"}


class _Refused(Exception):
    """Why an expression cannot be used, in a few words."""


def column(values: Sequence[Optional[Value]]) -> List[Value]:
    """A column as it is compared: numbers where every value is one, texts otherwise; what is not known equals nothing."""
    numbers = [_number(value) for value in values]
    if all(number is not None for number in numbers):
        return numbers  # type: ignore[return-value]
    return [str(value) for value in values]


def _number(value: Optional[Value]) -> Optional[Value]:
    if value is None:
        return math.nan
    if isinstance(value, (int, float)):
        return value
    if "_" in value:
        return None
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return None


def choose(expression: str, columns: Dict[str, Sequence[Optional[Value]]], rows: int) -> List[bool]:
    """Of each row, whether the expression holds there. Raises InputError for one that cannot be used or holds nowhere."""
    if not isinstance(expression, str):
        raise InputError(f"filter = {expression!r}: it must be text, such as 'seed > 1'.")
    shown = expression if len(expression) <= 80 else f"{expression[:80]}..."
    may_name = f"it may name {', '.join(columns)}."
    try:
        test = _Test(expression, list(columns))
        known = [column(values) for values in columns.values()]
        holds = [test(row) for row in zip(*known)]
    except _Refused as refusal:
        raise InputError(f"filter '{shown}' cannot be used ({refusal}); {may_name}") from refusal
    if not test.names_a_column or not all(isinstance(one, bool) for one in holds):
        raise InputError(f"filter '{shown}' is no comparison, such as 'seed > 1'; {may_name}")
    if not any(holds):
        raise InputError(f"filter '{shown}' holds at none of the sweep's {rows:,} points; {may_name}")
    return holds


class _Test:
    """An expression that was read, to be asked row by row."""

    def __init__(self, expression: str, names: Sequence[str]) -> None:
        if len(expression) > LONGEST:
            raise _Refused(f"it has {len(expression):,} letters; at most {LONGEST:,} are possible")
        quoted: List[str] = []
        self._places = {name: place for place, name in enumerate(names)}
        text = re.sub(r"`([^`]*)`", lambda match: quoted.append(match[1]) or f" _quoted_{len(quoted) - 1}_ ", expression)
        self._quoted = {f"_quoted_{number}_": name for number, name in enumerate(quoted)}
        self.names_a_column = False
        try:
            self._tree = ast.parse(_in_words(text).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
            raise _Refused(getattr(error, "msg", None) or "it is no expression") from error
        self._row: Sequence[Value] = ()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name):
                self._place(node.id)

    def __call__(self, row: Sequence[Value]) -> Any:
        self._row = row
        try:
            return self._value(self._tree)
        except RecursionError as error:
            raise _Refused("it is nested too deeply") from error
        except (TypeError, ValueError, ArithmeticError) as error:
            raise _Refused(str(error) or type(error).__name__) from error

    def _place(self, word: str) -> int:
        name = self._quoted.get(word, word)
        if name not in self._places:
            raise _Refused("the sweep gives no seeds" if name == "seed" else f"there is no column {name}")
        self.names_a_column = True
        return self._places[name]

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str)):
            return node.value
        if isinstance(node, ast.Name):
            return self._row[self._place(node.id)]
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return [self._value(one) for one in node.elts]
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            return _ARITHMETIC[type(node.op)](self._operand(node.left), self._operand(node.right))
        if isinstance(node, ast.BoolOp):
            parts = [self._truth(one) for one in node.values]
            return all(parts) if isinstance(node.op, ast.And) else any(parts)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        raise _Refused(f"{ast.unparse(node)} is no part of a comparison")

    def _unary(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return not self._truth(node.operand)
        value = self._operand(node.operand)
        return -value if isinstance(node.op, ast.USub) else value

    def _operand(self, node: ast.expr) -> Union[int, float]:
        """What is calculated with. Of texts that is nothing."""
        value = self._value(node)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _Refused(f"{ast.unparse(node)} is no number")
        return value

    def _truth(self, node: ast.expr) -> bool:
        value = self._value(node)
        if not isinstance(value, bool):
            raise _Refused(f"{ast.unparse(node)} is no comparison")
        return value

    def _compare(self, node: ast.Compare) -> bool:
        left = self._value(node.left)
        for kind, part in zip(node.ops, node.comparators):
            if type(kind) not in _COMPARISONS:
                raise _Refused(f"{ast.unparse(node)} is no comparison of values")
            right = self._value(part)
            if not _COMPARISONS[type(kind)](left, right):
                return False
            left = right
        return True


def _in_words(text: str) -> str:
    """The text with ``& | ~`` as ``and or not``, which bind as weakly as people who write them mean."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return tokenize.untokenize(
        (tokenize.NAME, _WORDS[token.string]) if token.type == tokenize.OP and token.string in _WORDS else token[:2]
        for token in tokens
    )
