"""What the checks of the dashboard and of the rules share: PromQL with Grafana's variables, walked."""
import re

import promql_parser as promql

COMPARISONS = {"==", "!=", ">", "<", ">=", "<="}
SETS = {"and", "or", "unless"}


def substitute(expr, rate_interval, job=".+", instance=".+"):
    """The query as Prometheus would get it from Grafana."""
    expr = expr.replace("$__rate_interval", rate_interval).replace("$job", job).replace("$instance", instance)
    left = re.search(r"\$\w+", expr)
    if left:
        raise ValueError(f"unknown variable {left.group()}")
    return expr


def selectors(node, inside=()):
    """(vector selector, names of the functions and aggregations around it) of every selector below `node`."""
    kind = type(node).__name__
    if kind == "VectorSelector":
        yield node, inside
    elif kind == "MatrixSelector":
        yield from selectors(node.vector_selector, inside)
    elif kind == "Call":
        for arg in node.args:
            yield from selectors(arg, inside + (node.func.name,))
    elif kind == "AggregateExpr":
        yield from selectors(node.expr, inside + (str(node.op),))
    elif kind == "BinaryExpr":
        yield from selectors(node.lhs, inside)
        yield from selectors(node.rhs, inside)
    elif kind in ("ParenExpr", "UnaryExpr", "SubqueryExpr"):
        yield from selectors(node.expr, inside)


def quantities(node):
    """What an alert compares: the sides of its `and`s, without the comparisons, so that it says something at peace too."""
    kind = type(node).__name__
    if kind == "BinaryExpr" and str(node.op) in SETS:
        return quantities(node.lhs) + quantities(node.rhs)
    if kind == "BinaryExpr" and str(node.op) in COMPARISONS:
        return quantities(node.lhs)
    if kind == "ParenExpr":
        return quantities(node.expr)
    if kind == "Call" and node.func.name == "absent":
        return quantities(node.args[0])
    return [str(node)]


def parse(expr):
    return promql.parse(expr)
