# SPDX-License-Identifier: Apache-2.0
"""The mutants of a file: at each place what a slip of the hand, a copy or a misunderstanding would have written."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Dict, Iterator, List, Tuple

from cxx import Place, Places, Token, top_level

# What is read from the other side, where the other name exists as well.
OPPOSITES = [("upstream", "downstream"), ("read", "write"), ("ingress", "egress"), ("first", "second"),
             ("header", "data"), ("posted", "nonposted"), ("front", "back"), ("llc", "dram"), ("high", "low"),
             ("hit", "miss"), ("pasid", "context")]
_SWAPPED = {"<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
            "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "+=": ["-="], "-=": ["+="], "++": ["--"], "--": ["++"],
            "|=": ["&="], "&=": ["|="], "<<": [">>"], ">>": ["<<"], "|": ["&"]}
_UNIT = re.compile(r"^k(?:Ps|Ns|Bytes|Kilo|Giga|Page|Bits)\w*$")


@dataclass
class Mutant:
    """One change: ``text`` stands instead of the place's own."""

    file: str
    place: Place
    kind: str
    text: str
    original: str
    id: int = 0

    @property
    def key(self) -> Tuple[str, str, str]:
        """What stays the same when lines move."""
        return (self.file, " ".join(self.original.split()), " ".join(self.text.split()))


def _spaced(text: str, token: Token) -> bool:
    """A binary operator, as clang-format sets it, and not a template's bracket or a pointer's star."""
    return text[token.start - 1 : token.start].isspace() and text[token.end : token.end + 1].isspace()


class _Maker:
    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.places = Places(text)
        words = {token.text for token in self.places.tokens if token.kind == "word"}
        self.opposite = self._opposites(words)
        self.neighbours = self._neighbours()
        tokens = self.places.tokens
        self.times = list(dict.fromkeys(tokens[at + 2].text for at in range(len(tokens) - 2)
                                        if tokens[at].text == "Time" and tokens[at + 2].kind == "string"))

    @staticmethod
    def _opposites(words: set) -> Dict[str, str]:
        found = {}
        for word in words:
            for one, other in OPPOSITES:
                for a, b in ((one, other), (other, one)):
                    swapped = re.sub(rf"(?<![a-z]){a}(?![a-z])", b, word)
                    if swapped != word and swapped in words:
                        found[word] = swapped
        return found

    def _neighbours(self) -> Dict[Tuple[str, str, bool], str]:
        """For a member of an object the next one that the file reads of the same object in the same way."""
        seen: Dict[Tuple[str, bool], List[str]] = defaultdict(list)
        tokens = self.places.tokens
        for at in range(1, len(tokens) - 1):
            if tokens[at].text in (".", "->") and tokens[at + 1].kind == "word" and at + 2 < len(tokens):
                called = tokens[at + 2].text == "(" and tokens[at + 3].text == ")"
                if tokens[at + 2].text == "(" and not called:
                    continue
                members = seen[(tokens[at - 1].text, called)]
                if tokens[at + 1].text not in members:
                    members.append(tokens[at + 1].text)
        found = {}
        for (owner, called), members in seen.items():
            for index, member in enumerate(members):
                if len(members) > 1:
                    found[(owner, member, called)] = members[(index + 1) % len(members)]
        return found

    def _with(self, place: Place, start: int, end: int, text: str) -> str:
        """The place's text with one part replaced."""
        return self.text[place.start : start] + text + self.text[end : place.end]

    def _token_changes(self, place: Place, tokens: List[Token]) -> Iterator[Tuple[str, str]]:
        for at, token in enumerate(tokens):
            following = tokens[at + 1].text if at + 1 < len(tokens) else ""
            before = tokens[at - 1].text if at else ""
            if token.kind == "mark" and token.text in _SWAPPED:
                if token.text in ("++", "--") or _spaced(self.text, token):
                    for other in _SWAPPED[token.text]:
                        yield "operator", self._with(place, token.start, token.end, other)
                if token.text in ("*", "/") and _UNIT.match(following):
                    yield "unit dropped", self._with(place, token.start, tokens[at + 1].end, "")
            elif token.text == "!" and token.kind == "mark":
                yield "negation dropped", self._with(place, token.start, token.end, "")
            elif token.kind == "number" and re.fullmatch(r"\d+[uUlL]*", token.text) and before not in ("<", "["):
                value = int(re.match(r"\d+", token.text)[0])
                suffix = token.text[len(str(value)) :] if token.text.startswith(str(value)) else ""
                yield "one more", self._with(place, token.start, token.end, f"{value + 1}{suffix}")
            elif token.text in ("true", "false"):
                yield "flag", self._with(place, token.start, token.end, "false" if token.text == "true" else "true")
            elif token.text in ("min", "max") and before == "::":
                yield "min for max", self._with(place, token.start, token.end, "max" if token.text == "min" else "min")
            elif token.kind == "string" and len(self.times) > 1 and token.text in self.times:
                other = self.times[(self.times.index(token.text) + 1) % len(self.times)]
                yield "neighbour", self._with(place, token.start, token.end, other)
            elif token.kind == "word" and token.text in self.opposite:
                yield "other side", self._with(place, token.start, token.end, self.opposite[token.text])
            if before in (".", "->") and token.kind == "word" and at >= 2:
                called = following == "(" and at + 2 < len(tokens) and tokens[at + 2].text == ")"
                other = self.neighbours.get((tokens[at - 2].text, token.text, called))
                if other and (called or following != "("):
                    yield "neighbour", self._with(place, token.start, token.end, other)

    def _arms(self, place: Place, tokens: List[Token]) -> Iterator[Tuple[str, str]]:
        """a ? b : c with b and c exchanged."""
        for question in top_level(tokens, "?"):
            colons = [at for at in top_level(tokens, ":") if at > question]
            if len(colons) != 1 or len(list(top_level(tokens, "?"))) != 1:
                return
            yes = self.text[tokens[question + 1].start : tokens[colons[0] - 1].end]
            no = self.text[tokens[colons[0] + 1].start : tokens[-1].end]
            yield "arms swapped", self._with(place, tokens[question + 1].start, tokens[-1].end, f"{no} : {yes}")

    def _condition(self, place: Place) -> Iterator[Tuple[str, str]]:
        tokens = place.tokens
        whole = self.text[place.start : place.end]
        yield "condition negated", f"!({whole})"
        for joint, rest in (("&&", "true"), ("||", "false")):
            cuts = list(top_level(tokens, joint))
            if not cuts or (joint == "&&" and list(top_level(tokens, "||"))):
                continue
            edges = [-1, *cuts, len(tokens)]
            for left, right in zip(edges, edges[1:]):
                yield "part dropped", self._with(place, tokens[left + 1].start, tokens[right - 1].end, rest)

    def all(self) -> Iterator[Mutant]:
        for place in self.places.found:
            changes: List[Tuple[str, str]] = []
            tokens = place.tokens
            if place.kind == "condition":
                changes += self._condition(place)
            elif place.kind == "statement":
                changes.append(("statement removed", ";"))
            if place.kind == "return":
                tokens = tokens[1:-1]
                if place.arm:
                    changes.append(("arm swapped", f"return {place.arm};"))
            elif place.kind == "statement":
                tokens = tokens[:-1]
            changes += self._token_changes(place, tokens)
            if place.kind != "condition":
                changes += self._arms(place, tokens)
            original = self.text[place.start : place.end]
            seen = {original}
            for kind, text in changes:
                if text not in seen:
                    seen.add(text)
                    yield Mutant(self.file, place, kind, text, original)


def mutants_of(file: str, text: str) -> List[Mutant]:
    """All mutants of a file, in the order of the file."""
    return list(_Maker(file, text).all())


_FLAG = 1_000_000  # line numbers from here on are mutants'


def mutant_of_line(line: int) -> int:
    """The mutant whose text stands on that line of a guarded file; 0: none."""
    return max(line - _FLAG, 0)


def _lined(mutant: Mutant, before: str, after: str) -> str:
    text = " ".join(re.sub(r"//[^\n]*", "", mutant.text).split())
    return f"\n#line {_FLAG + mutant.id}\n{before}{text}{after}"


def guarded(text: str, mutants: List[Mutant]) -> str:
    """The file with all mutants in it, each behind a switch; the compiler's line numbers tell which one it means."""
    by_place: Dict[Tuple[int, int], List[Mutant]] = defaultdict(list)
    for mutant in mutants:
        by_place[(mutant.place.start, mutant.place.end)].append(mutant)
    parts, at = [], 0
    for (start, end), ones in sorted(by_place.items()):
        kind, own = ones[0].place.kind, text[start:end]
        parts.append(text[at:start])
        back = f"\n#line {ones[0].place.line}\n"
        after = f"\n#line {text.count(chr(10), 0, end) + 1}\n"
        if kind == "condition":
            parts += ["("] + [_lined(one, f"::siov_mutation::Is({one.id}) ? static_cast<bool>(", ") :") for one in ones]
            parts += [back, f"static_cast<bool>({own}))", after]
        elif kind == "value":
            parts += [_lined(one, f"::siov_mutation::Is({one.id}) ? (", ") :") for one in ones]
            parts += [back, f"({own})", after]
        else:
            parts += ["{"] + [_lined(one, f"if (::siov_mutation::Is({one.id})) {{ ", " } else") for one in ones]
            parts += [back, f"{{ {own} }} }}", after]
        at = end
    return "".join(parts) + text[at:]
