"""Which words a module of the pipeline can write into its rows, read off its code.

`outcomes` follows what `ibis.cases`, `ibis.ifelse` and `ibis.literal` can give; `finding_rules` puts together
every rule that the steps can write into the table `finding`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gisement.clean.identifiers import RULES
from gisement.enrich.findings import NULLED
from gisement.enrich.ledgers import DROPPED

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "gisement"
PREFIXED: Mapping[str, Iterable[str]] = {
    "identifier_": RULES,
    "amount_": NULLED,
    "amendment_amount_": NULLED,
    "payment_amount_": ("missing", "unreadable", "tax_included_only"),
    "ledger_": DROPPED,
    "account_gap_": ("unexplained", "no_line_in_ledger", "not_in_accounts"),
}
"""What may stand behind each prefix that `finding` joins to a word of another column."""
FINDERS = ("enrich/findings.py", "enrich/ledgers.py")
NO_FINDING = {"single"}
"""A contract told by one record alone: there is nothing to say."""


def parsed(module: str) -> ast.Module:
    """The syntax of a module, by its path in the package."""
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def outcomes(node: ast.expr) -> set[str]:
    """The texts that an expression can give; none if it does not say."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return set()
    if node.func.attr == "cases":
        pairs = [pair.elts[1] for pair in node.args if isinstance(pair, ast.Tuple)]
        pairs += [keyword.value for keyword in node.keywords if keyword.arg == "else_"]
        return set().union(*map(outcomes, pairs))
    if node.func.attr == "ifelse":
        return outcomes(node.args[1]) | outcomes(node.args[2])
    given = node.args if node.func.attr == "coalesce" else node.args[:1] if node.func.attr == "literal" else []
    return set().union(*map(outcomes, given))


def words_of(module: str, *names: str) -> set[str]:
    """The texts that a module gives to variables or columns of these names."""
    return set().union(*(outcomes(value) for name, value in _named(parsed(module)) if name in names))


def _named(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def returned(module: str, function: str) -> set[str]:
    """The texts that a function returns."""
    found = [n for n in ast.walk(parsed(module)) if isinstance(n, ast.FunctionDef) and n.name == function]
    returns = [n.value for f in found for n in ast.walk(f) if isinstance(n, ast.Return) and n.value]
    return set().union(*map(outcomes, returns))


def finding_rules() -> set[str]:
    """Every rule that the table `finding` can hold."""
    rules = words_of("clean/identity.py", "decision_rule") | words_of("clean/amendment_lines.py", "decision_rule")
    rules |= words_of("enrich/outliers.py", "rule")
    for module in FINDERS:
        tree = parsed(module)
        rules |= {rule for call, loop in _calls_of_rows(tree, {}) for rule in _spelled(call.args[1], loop)}
        rules |= words_of(module, "rule")
        rules |= {prefix + word for prefix in prefixes(tree) for word in PREFIXED[prefix]}
    return rules - NO_FINDING


def finding_actions() -> set[str]:
    """Every action that the table `finding` can hold."""
    calls = [call for module in FINDERS for call, _ in _calls_of_rows(parsed(module), {})]
    told = set().union(*(outcomes(call.args[-1]) for call in calls))
    return told | set().union(*(words_of(module, "action") for module in FINDERS))


def prefixes(tree: ast.AST) -> set[str]:
    """The texts that something is joined to: `ibis.literal("amount_") + …`."""
    sums = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)]
    return {word for node in sums for word in outcomes(node.left) if word.endswith("_")}


def _calls_of_rows(
    node: ast.AST, loop: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[ast.Call, Mapping[str, tuple[str, ...]]]]:
    """Every call of `rows(...)` or `Problem(...)`, with the texts that the variables of the loops around it take."""
    if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Tuple):
        values = tuple(e.value for e in node.iter.elts if isinstance(e, ast.Constant) and isinstance(e.value, str))
        loop = {**loop, node.target.id: values}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("rows", "Problem"):
        yield node, loop
    for child in ast.iter_child_nodes(node):
        yield from _calls_of_rows(child, loop)


def _spelled(node: ast.expr, loop: Mapping[str, tuple[str, ...]]) -> set[str]:
    if not isinstance(node, ast.JoinedStr):
        return outcomes(node)
    spelled = {""}
    for part in node.values:
        if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
            spelled = {start + value for start in spelled for value in loop[part.value.id]}
        else:
            spelled = {start + word for start in spelled for word in outcomes(part)}
    return spelled
