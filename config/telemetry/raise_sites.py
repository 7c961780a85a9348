"""What an error's text is in the code that raises it: the constant part may be told, whatever was put into it may not."""

import ast
import linecache
import re
from functools import lru_cache

GAP = "…"
_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+)?(?:\.\d+)?[diouxXeEfFgGcrsa%]")
_BRACES = re.compile(r"\{[^{}]*\}")
_CONTROL = re.compile(r"\s+")
LONGEST = 200


def said_at(path: str, line: int) -> str:
    """The constant words of the `raise` at this line, with a gap for each value; empty when there are none."""
    words = _raises(path).get(line, "")
    return words if re.search(r"\w", words) else ""


@lru_cache(maxsize=128)
def _raises(path: str) -> dict[int, str]:
    """For each line of a file's `raise` statements, what they say. Empty when the file cannot be read as Python."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            words = _CONTROL.sub(" ", _words(node.exc.args[0]))[:LONGEST]
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), words)
    return found


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part) if isinstance(part, ast.Constant) else GAP for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _PERCENT.sub(GAP, _words(node.left))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (_words(node.left) or GAP) + (_words(node.right) or GAP)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _BRACES.sub(GAP, _words(node.func.value))
    return ""
