"""The programs of bench/event_lists and bench/micro: their own tables, and the rows that they give."""
import statistics

from menu import programs
from menu.history import Row
from menu.programs import BUILD, MODELS


def event_lists(rounds):
    print("\nOperations of loadstone's own runs on four event sets, ns each\n")
    text = programs.run([BUILD / "event_lists", MODELS, rounds]).text
    print(text, end="")
    sets = 4  # the first is the one in use
    rows = []
    for name, pending, *cells in (line.split() for line in text.splitlines()[1:]):
        values = [float(cell.rstrip("x")) for cell in cells[-sets:]]
        rows.append(Row(f"{name}, growth of the set in use", values[0], "x") if pending == "growth" else
                    Row(f"{name}, {pending} pending, the best other set over the one in use",
                        min(values[1:]) / values[0], "x"))
    return rows


def micro(rounds):
    print("\nParts of the engine by themselves, ns of CPU time each\n")
    result = programs.run([BUILD / "micro", f"--benchmark_repetitions={rounds}", "--benchmark_format=json"]).json()
    times = {}
    for case in result["benchmarks"]:
        if case["run_type"] == "iteration":
            times.setdefault(case["name"], []).append(case["cpu_time"])
    rows = []
    for name, values in times.items():
        print(f"{name:<52}{programs.spread(values, '.1f')}")
        rows.append(Row(name, statistics.median(values), "ns"))
    return rows
