# SPDX-License-Identifier: Apache-2.0
"""Circles among files or folders that include or import each other, and what a Python file imports."""

import ast
from typing import Dict, Iterable, Iterator, List, Set, Tuple

Graph = Dict[str, Set[str]]


def folders(files: Dict[str, Iterable[str]]) -> Graph:
    """Which folder reaches into which, of files and what each includes; a folder and one below it are two."""
    graph: Graph = {}
    for path, targets in files.items():
        room = path.rpartition("/")[0]
        graph.setdefault(room, set()).update(other for other in (target.rpartition("/")[0] for target in targets) if other != room)
    return graph


def circles(graph: Graph) -> List[List[str]]:
    """A way round for every circle: ``["a", "b", "a"]``. Of circles that share a place, the shortest through the first."""
    found, left = [], sorted(graph)
    while left:
        start = left.pop(0)
        way = _way(graph, start)
        if way:
            found.append(way)
            left = [one for one in left if one not in way]
    return found


def _way(graph: Graph, start: str) -> List[str]:
    """The shortest way from a place back to it, or nothing."""
    before = {one: start for one in sorted(graph.get(start, ()))}
    todo = list(before)
    for here in todo:
        if here == start:
            break
        for there in sorted(graph.get(here, ())):
            if there not in before:
                before[there] = here
                todo.append(there)
    if start not in before:
        return []
    way = [start, before[start]]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]


def without(graph: Graph, edges: Iterable[Tuple[str, str]]) -> Graph:
    """The graph with some edges left out."""
    left = set(edges)
    return {one: {other for other in targets if (one, other) not in left} for one, targets in graph.items()}


def module_name(path: str, root: str) -> str:
    """``("pybind/siovsim/base/units.py", "pybind/") -> "siovsim.base.units"``."""
    return path.removeprefix(root).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def python_graph(files: Dict[str, str], root: str) -> Graph:
    """Which module below ``root`` imports which, at its top, inside a function or for its types alone."""
    modules = {module_name(path, root): path for path in files if path.startswith(root) and path.endswith(".py")}
    graph: Graph = {}
    for name, path in modules.items():
        wanted = (_known(one, modules) for one in _imports(_tree(files[path])))
        graph[name] = {one for one in wanted if one and one != name}
    return graph


def _tree(text: str) -> ast.AST:
    """What Python makes of a file; of one that it cannot read, which a test will say, nothing."""
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def _imports(tree: ast.AST) -> Iterator[str]:
    """Every name that is imported, in full: of ``from a import b`` that is ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "import_module", "__import__"):
            yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant) and isinstance(one.value, str))


def _known(name: str, modules: Dict[str, str]) -> str:
    """The module that a name is or is in: ``a.b.C`` is in ``a.b``."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name
