"""Reads a Grafana dashboard and Prometheus rules without running either, and prints one line a fault (exit 1).

python dashboard.py DASHBOARD.json RULES.yml KNOWN_METRICS.txt

Asks of the dashboard: that Grafana's typed model loses no key of it; that it cannot be edited in place; that every panel
has a title, a description and a unit, and overlaps no other; that every query parses, names metrics that exist, filters
by job and instance, takes counters by rate only and over $__rate_interval. Of the rules: that they parse and name
metrics that exist. Of both together: that every metric is looked at somewhere.
"""
import json
import re
import sys

import grafana_foundation_sdk.cog.plugins as plugins
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

import promql

SUFFIXES = ("_bucket", "_sum", "_count")
RATES = {"rate", "irate", "increase"}
# not copydesk's own: the process', the broker's, Prometheus'
FOREIGN = ("process_", "rabbitmq_", "up")


def lost(given, kept, path=""):
    """Keys of `given` that are not in `kept`."""
    if isinstance(given, dict):
        for key, value in given.items():
            if not isinstance(kept, dict) or key not in kept:
                yield f"{path}/{key}"
            else:
                yield from lost(value, kept[key], f"{path}/{key}")
    elif isinstance(given, list):
        for index, (a, b) in enumerate(zip(given, kept or [])):
            yield from lost(a, b, f"{path}[{index}]")
        if len(given) != len(kept or []):
            yield f"{path}: {len(given)} entries became {len(kept or [])}"


def family(name, known):
    """The metric that a series belongs to, or None."""
    if name in known:
        return name
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in known:
            return name.removesuffix(suffix)
    return None


def check_query(where, expr, known, seen, on_dashboard):
    try:
        tree = promql.parse(promql.substitute(expr, "1m") if on_dashboard else expr)
    except ValueError as error:
        yield f"{where}: {error}: {expr}"
        return
    for selector, inside in promql.selectors(tree):
        metric = family(selector.name, known)
        if metric:
            seen.add(metric)
        elif not selector.name.startswith(FOREIGN):
            yield f"{where}: no such metric: {selector.name}"
        if selector.name.endswith(("_total", *SUFFIXES)) and not RATES & set(inside):
            yield f"{where}: the counter {selector.name} is taken without rate"
        if on_dashboard and not selector.name.startswith("rabbitmq_"):
            filters = {m.name: m.value for m in selector.matchers.matchers}
            for label in ("job", "instance"):
                if label not in filters:
                    yield f"{where}: {selector.name} is not filtered by {label}"
    if on_dashboard and re.search(r"\[\d", expr):
        yield f"{where}: a rate over something else than $__rate_interval"


def check_panel(panel, known, seen):
    where = f"panel {panel.get('title') or panel.get('id')}"
    for key in ("title", "description"):
        if not panel.get(key):
            yield f"{where}: no {key}"
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield f"{where}: no unit"
    if panel.get("datasource", {}).get("uid") != "${datasource}":
        yield f"{where}: its data source is not the variable"
    if not panel.get("targets"):
        yield f"{where}: no query"
    for target in panel.get("targets", []):
        if target.get("datasource", {}).get("uid") != "${datasource}":
            yield f"{where}: the data source of query {target['refId']} is not the variable"
        yield from check_query(where, target["expr"], known, seen, True)


def overlaps(panels):
    taken = {}
    for panel in panels:
        grid = panel["gridPos"]
        if grid["x"] + grid["w"] > 24:
            yield f"panel {panel['title']}: wider than the grid"
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                other = taken.setdefault((x, y), panel["title"])
                if other != panel["title"]:
                    yield f"panel {panel['title']}: lies over {other}"
                    return


def faults(dashboard, rules, known):
    plugins.register_default_plugins()
    kept = json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))
    for path in lost(dashboard, kept):
        yield f"Grafana knows no {path}"
    if dashboard.get("editable") is not False:
        yield "the dashboard can be edited in place, and loses it with the next start"
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(ids) != len(set(ids)):
        yield "two panels share an id"
    yield from overlaps(dashboard["panels"])
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query" and variable["datasource"]["uid"] != "${datasource}":
            yield f"variable {variable['name']}: its data source is not the variable"
    seen = set()
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield from check_panel(panel, known, seen)
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield from check_query(f"rule {rule.get('alert') or rule.get('record')}", rule["expr"], known, seen, False)
    for metric in sorted(known - seen):
        yield f"{metric} is on no panel and in no rule"


def main(dashboard, rules, known):
    with open(dashboard, encoding="utf-8") as d, open(rules, encoding="utf-8") as r, open(known, encoding="utf-8") as k:
        found = list(faults(json.load(d), yaml.safe_load(r), set(k.read().split())))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
