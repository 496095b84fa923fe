"""Asks a running Prometheus every query of a dashboard and of rules; each must answer with a finite number (exit 1 if not).

python queries.py PROMETHEUS_URL DASHBOARD.json RULES.yml RATE_INTERVAL

A rule is asked for what it compares, without the comparison: it must have data at peace too. Prints one line a query.
"""
import json
import math
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

import promql


def finite_points(url, query):
    """How many finite numbers the query gave over the last minute."""
    now = time.time()
    asked = urllib.parse.urlencode({"query": query, "start": now - 60, "end": now, "step": 1})
    with urllib.request.urlopen(f"{url}/api/v1/query_range?{asked}", timeout=10) as answer:
        series = json.load(answer)["data"]["result"]
    return sum(math.isfinite(float(value)) for one in series for _, value in one["values"])


def questions(dashboard, rules, rate_interval):
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"panel {panel['title']} {target['refId']}", promql.substitute(target["expr"], rate_interval)
    for group in rules["groups"]:
        for rule in group["rules"]:
            for quantity in promql.quantities(promql.parse(rule["expr"])):
                yield f"rule {rule['alert']}", quantity


def main(url, dashboard, rules, rate_interval):
    with open(dashboard, encoding="utf-8") as d, open(rules, encoding="utf-8") as r:
        asked = list(questions(json.load(d), yaml.safe_load(r), rate_interval))
    silent = 0
    for where, query in asked:
        try:
            points, why = finite_points(url, query), "no finite point"
        except urllib.error.HTTPError as error:
            points, why = 0, error.read().decode(errors="replace")
        if points:
            print(f"ok      {where}: {points} points")
        else:
            silent += 1
            print(f"SILENT  {where}: {why}: {query}")
    print(f"{len(asked)} queries, {silent} silent")
    return 1 if silent or not asked else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
