"""Rows of bench/history.csv: what was measured, when, of which commit."""
import csv
import datetime
import os
import subprocess
from collections import namedtuple

from menu.programs import ROOT

Row = namedtuple("Row", "measure value unit")
FILE = ROOT / "bench" / "history.csv"


def commit():
    """Short; with a '+' if something that is not in it was measured."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", ":!bench/history.csv", ":!bench/README.md")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def record(benchmark, rows):
    with open(FILE, "a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            writer.writerow([datetime.date.today().isoformat(), commit(), benchmark, row.measure, f"{row.value:.4g}",
                             row.unit, os.cpu_count()])
