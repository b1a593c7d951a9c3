# SPDX-License-Identifier: Apache-2.0
"""C++ of this tree as tokens, and the places in it that a mutant can change: conditions, returns, statements, values.

Not a parser: it relies on clang-format's regularity. A place that it takes for what it is not gives a mutant that does
not compile, which the compiler then says (see build.py).
"""

import re
from dataclasses import dataclass
from typing import Iterator, List, Optional

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      |(?P<directive>(?<![^\n])[ \t]*\#[^\n]*(?:\\\n[^\n]*)*)
      |(?P<string>(?:u8|[LuU])?R"(?P<delimiter>[^(\s]*)\(.*?\)(?P=delimiter)"|"(?:\\.|[^"\\])*")
      |(?P<char>'(?:\\.|[^'\\])')
      |(?P<word>[A-Za-z_]\w*)
      |(?P<number>\d(?:[\w.']|[eEpP][+-])*)
      |(?P<mark><<=|>>=|->\*|\.\.\.|::|->|\+\+|--|<<|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass
class Token:
    """A token and where it stands."""

    text: str
    start: int
    end: int
    kind: str


@dataclass
class Place:
    """What one mutant replaces: a condition, the value of a return or of an initialiser, or a whole statement."""

    kind: str  # "condition", "return", "value", "statement"
    start: int
    end: int
    tokens: List[Token]
    line: int
    arm: Optional[str] = None  # of a return in a switch: what the next arm returns


def tokens_of(text: str) -> List[Token]:
    """All tokens but blanks, comments and preprocessor lines."""
    found = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup not in ("comment", "directive") and not match[0].isspace():
            found.append(Token(match[0], match.start(), match.end(), match.lastgroup))
    return found


def closing(tokens: List[Token], index: int) -> int:
    """Index of the bracket that closes the one at ``index``."""
    opens, closes = {"(": "()", "[": "[]", "{": "{}"}[tokens[index].text]
    depth = 0
    for at in range(index, len(tokens)):
        if tokens[at].text == opens:
            depth += 1
        elif tokens[at].text == closes:
            depth -= 1
            if depth == 0:
                return at
    return len(tokens) - 1


def top_level(tokens: List[Token], mark: str) -> Iterator[int]:
    """Indices of ``mark`` outside of all brackets."""
    depth = 0
    for at, token in enumerate(tokens):
        if token.text in "([{" and token.kind == "mark":
            depth += 1
        elif token.text in ")]}" and token.kind == "mark":
            depth -= 1
        elif depth == 0 and token.text == mark:
            yield at


def _opens_block(tokens: List[Token], at: int) -> bool:
    """Is the brace at ``at`` that of a function, a lambda or a control statement?"""
    before = at - 1
    while before >= 0 and tokens[before].text in ("const", "override", "noexcept", "mutable", "final"):
        before -= 1
    if before < 0:
        return False
    text = tokens[before].text
    if text in (")", "else", "do", "try", ":", "{", "}", ";"):
        return text != ":" or tokens[before - 1].kind in ("word", "mark")
    if text == "]":
        return True
    # "-> Type {" of a lambda
    for back in range(before, max(before - 8, 0), -1):
        if tokens[back].text == "->":
            return True
        if tokens[back].text in (";", "{", "}", "=", "("):
            break
    return False


def _declares(tokens: List[Token]) -> bool:
    """Do these tokens, up to an equals sign, name a new variable: two words, or a type's end and a word, in a row?"""
    depth = 0
    for one, other in zip(tokens, tokens[1:]):
        if one.kind == "mark" and one.text in "([{":
            depth += 1
        elif one.kind == "mark" and one.text in ")]}":
            depth -= 1
        if depth == 0 and other.kind == "word" and (one.kind == "word" and one.text not in ("delete", "co_await")):
            return True
        if depth == 0 and (other.kind == "word" or other.text == "[") and one.text in (">", "&", "*") and one is not tokens[0]:
            return True
    return tokens[0].text in ("auto", "const")


class Places:
    """Finds the places of one file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.found: List[Place] = []
        index = 0
        while index < len(self.tokens):
            # Outside of functions only braces matter.
            if self.tokens[index].text == "{" and self._is_function(index):
                index = self._block(index)
            else:
                index += 1

    def _is_function(self, at: int) -> bool:
        text = self.tokens[at - 1].text if at else ""
        if text == "}" and at > 1:  # a constructor's last initialiser "member_{x} {"
            return False
        return text in (")", "const", "override", "noexcept", "]") and _opens_block(self.tokens, at)

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def _add(self, kind: str, first: int, last: int, arm: Optional[str] = None) -> None:
        """Tokens first..last (inclusive); none with a block or an initialiser list inside."""
        chosen = self.tokens[first : last + 1]
        if not chosen or any(token.text in "{}" and token.kind == "mark" for token in chosen):
            return
        self.found.append(Place(kind, chosen[0].start, chosen[-1].end, chosen, self._line(chosen[0].start), arm))

    def _block(self, at: int) -> int:
        """The statements of the block that opens at ``at``; returns the index after its end."""
        end = closing(self.tokens, at)
        index = at + 1
        while index < end:
            index = self._statement(index, end)
        return end + 1

    def _inner_blocks(self, first: int, last: int) -> None:
        """Lambdas inside an expression."""
        index = first
        while index <= last:
            if self.tokens[index].text == "{" and _opens_block(self.tokens, index):
                index = self._block(index)
            else:
                index += 1

    def _statement(self, at: int, end: int) -> int:
        tokens = self.tokens
        text = tokens[at].text
        if text == "{":
            return self._block(at)
        if text in ("if", "while", "switch"):
            opens = at + 1 + (tokens[at + 1].text == "constexpr")
            close = closing(tokens, opens)
            if text != "switch" and opens == at + 1 and not list(top_level(tokens[opens + 1 : close], "=")):
                self._add("condition", opens + 1, close - 1)
            self._inner_blocks(opens, close)
            return close + 1
        if text == "for":
            close = closing(tokens, at + 1)
            halves = [at + 2 + index for index in top_level(tokens[at + 2 : close], ";")]
            if len(halves) == 2 and halves[0] + 1 < halves[1]:
                self._add("condition", halves[0] + 1, halves[1] - 1)
            return close + 1
        if text in ("else", "do", "try"):
            return at + 1
        if text in ("case", "default"):
            while tokens[at].text != ":":
                at += 1
            return at + 1
        return self._simple(at, end)

    def _simple(self, at: int, end: int) -> int:
        """Up to the semicolon."""
        tokens = self.tokens
        stop = at
        while stop < end and tokens[stop].text != ";":
            stop = closing(tokens, stop) + 1 if tokens[stop].text in ("(", "[", "{") else stop + 1
        stop = min(stop, end)
        self._inner_blocks(at, stop - 1)
        if at == stop:
            return stop + 1
        equals = list(top_level(tokens[at:stop], "="))
        if tokens[at].text == "return":
            if at + 1 < stop:
                self._add("return", at, stop, self._next_arm(stop + 1))
        elif tokens[at].text in ("break", "continue", "goto", "using", "throw", "static", "constexpr", "static_assert"):
            pass
        elif not _declares(tokens[at : at + equals[0] if equals else stop]):
            self._add("statement", at, stop)
        elif equals and not list(top_level(tokens[at:stop], ",")):
            self._add("value", at + equals[0] + 1, stop - 1)
        return stop + 1

    def _next_arm(self, at: int) -> Optional[str]:
        """What the next arm of a switch returns."""
        tokens = self.tokens
        if at >= len(tokens) or tokens[at].text != "case":
            return None
        while at < len(tokens) and tokens[at].text in ("case", "::", ":") or tokens[at].kind == "word" and tokens[at].text != "return":
            at += 1
        if tokens[at].text != "return":
            return None
        stop = next((k for k in range(at, len(tokens)) if tokens[k].text == ";"), at)
        return self.text[tokens[at + 1].start : tokens[stop - 1].end] if stop > at + 1 else None
