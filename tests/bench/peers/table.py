#!/usr/bin/env python3
"""The table of `scripts/peers`: every tool's predictions scored by `copydesk eval`, beside its time."""
import json
import pathlib
import subprocess
import sys

gold, out, copydesk = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
rows = {}
for name in ("python.txt", "rust.txt"):
    for line in (out / name).read_text().splitlines():
        row = json.loads(line)
        rows[row["tool"]] = row
own = json.loads((out / "copydesk.json").read_text())
rows["copydesk"] = {"tool": "copydesk", "failed": 0, **own["time"]}
base = rows["trafilatura"]["pages_per_second"]
print("| tool | body F1 | precision | recall | title | authors F1 | date right / wrong | pages/s | MB/s | × trafilatura |")
print("|---|---|---|---|---|---|---|---|---|---|")
table = []
for name, row in rows.items():
    said = subprocess.run([copydesk, "eval", gold, "--json", "--score", str(out / f"{name}.jsonl")],
                          capture_output=True, text=True, check=True).stdout
    score = json.loads(said)
    pick = lambda field, key: f"{score[field][key]:.3f}" if field in score else "–"
    date = f"{pick('published', 'right')} / {pick('published', 'wrong')}"
    table.append((score.get("body", {}).get("f1", 0), f"| {name} | {pick('body', 'f1')} | {pick('body', 'precision')} | "
                  f"{pick('body', 'recall')} | {pick('title', 'exact')} | {pick('authors', 'f1')} | {date} | "
                  f"{row['pages_per_second']:.0f} | {row['mb_per_second']:.1f} | {row['pages_per_second'] / base:.1f} |"))
for _, line in sorted(table, reverse=True):
    print(line)
