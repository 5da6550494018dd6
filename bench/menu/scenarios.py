"""loadstone alone: whole runs, each with the budget that it has."""
import math
import statistics

from menu import programs
from menu.history import Row
from menu.programs import spread, verdict

GROWTH = 5  # of the cost of an event, at most, from 10^2 to 10^6 pending
MEMORY = 768  # bytes a request in flight
SWEEP = 1.85  # two threads against one, at least
COMPARE = 10  # seconds
START = 20  # milliseconds
SYSTEMS = ("ratiba", "rithmxo", "construction", "sutazai", "ai-service")


def crowd(rounds):
    print("\n100,000 requests in flight, each with a timeout pending that is cancelled\n")
    rates = []
    for number in range(rounds):
        done = programs.run_model("crowd", number + 1)
        completed = done.json()["flows"]["serve"]["completed"]
        rates.append(completed / (done.seconds - programs.start_up("crowd").seconds))
    print(f"loadstone: {completed:,} requests, {spread(rates, ',.0f')} requests/s")
    return [Row("rate", statistics.median(rates), "requests/s")]


def growth(rounds):
    """The same number of requests at each size. CPU time, since one that waits for a core is not a cost of an event."""
    families = {"crowd: ends, and timeouts that are cancelled": ("crowd", lambda pending: f"stay={pending / 2000}s"),
                "users who think": ("users", lambda pending: f"users={pending}")}
    sizes = [10 ** power for power in range(2, 7)]
    print("\nNanoseconds of CPU time an event, by the number of events pending\n")
    print(f"{'':<46}" + "".join(f"{size:>11,}" for size in sizes) + f"{'growth':>10}")
    rows = []
    for title, (model, setting) in families.items():
        cost = {size: [] for size in sizes}
        for number in range(rounds):
            for size in sizes if number % 2 == 0 else sizes[::-1]:
                done = programs.run_model(model, number + 1, setting(size))
                seconds = done.cpu_seconds - programs.start_up(model).cpu_seconds
                cost[size].append(seconds / done.json()["events"] * 1e9)
        medians = [statistics.median(cost[size]) for size in sizes]
        times = medians[-1] / medians[0]
        print(f"{title:<46}" + "".join(f"{ns:>11.1f}" for ns in medians)
              + f"{times:>8.1f} x  under {GROWTH}: {verdict(times < GROWTH)}")
        rows.append(Row(f"{model}, 10^6 over 10^2 pending", times, "x"))
    return rows


def whole_run(title, model, rounds, most_mebibytes, most_seconds=math.inf, least_events=0):
    """Wall time with the start-up, CPU time, and the most memory held."""
    print(f"\n{title}\n")
    runs = [programs.run_model(model, number + 1) for number in range(rounds)]
    result = runs[-1].json()
    completed = sum(flow["completed"] for flow in result["flows"].values())
    events = result["events"] / completed
    seconds, cpu = (statistics.median(values) for values in zip(*((run.seconds, run.cpu_seconds) for run in runs)))
    mebibytes = max(run.mebibytes for run in runs)
    budget = f"{most_mebibytes} MiB" + (f" and {most_seconds} s" if most_seconds < math.inf else "")
    met = seconds < most_seconds and mebibytes < most_mebibytes and events >= least_events
    print(f"loadstone: {completed:,} requests, {events:.1f} events each, {spread([run.seconds for run in runs], '.1f')} s"
          f" and {cpu:.1f} s of CPU time, {result['events'] / cpu:,.0f} events/s of it, {mebibytes:.0f} MiB; "
          f"under {budget}: {verdict(met)}")
    return [Row("wall time", seconds, "s"), Row("CPU time", cpu, "s"), Row("resident", mebibytes, "MiB")]


def services(rounds):
    return whole_run("1,000 services at 100 requests/s each for a minute: balancer, CPU, pool, two queries, Redis",
                     "services", rounds, 1024, 30, least_events=8)


def users(rounds):
    return whole_run("1,000,000 users who think for 10 s, for 30 s", "users", rounds, 1024)


def rithmxo_5000(rounds):
    return whole_run("rithmXO's services, 5,000 of them at 20 requests/s each, for a minute", "rithmxo-5000", rounds,
                     2048, 60)


def memory(_):
    """Nobody leaves before the last one has come, so all are in flight at one time."""
    print("\nMemory of a request in flight: two resources held, three attributes, a timeout pending\n")
    small, large = (programs.run_model("memory", setting=f"stay={stay}s") for stay in (100, 1000))
    counts = [done.json()["flows"]["serve"]["offered"] for done in (small, large)]
    grown = (large.mebibytes - small.mebibytes) * 1024 * 1024 / (counts[1] - counts[0])
    print(f"loadstone: {small.mebibytes:.1f} MiB with {counts[0]:,} in flight, {large.mebibytes:.1f} MiB with "
          f"{counts[1]:,}: {grown:.0f} bytes each; at most {MEMORY}: {verdict(grown <= MEMORY)}")
    return [Row("a request in flight", grown, "bytes")]


def sweep(rounds):
    """Wall time of the whole command, one thread and two in turn: reading, running, and writing what was found."""
    print("\nA sweep of 160 runs: ratiba under saas-mix at eight loads\n")
    ratios, seconds = [], {1: [], 2: []}
    for number in range(rounds):
        for threads in (1, 2) if number % 2 == 0 else (2, 1):
            seconds[threads].append(programs.loadstone(
                "sweep", "topologies/ratiba.yaml", "workloads/saas-mix.yaml", "--grid", "load=1..8:1",
                "--replications", 20, "--threads", threads, "--seed", number + 1).seconds)
        ratios.append(seconds[1][-1] / seconds[2][-1])
    ratio = statistics.median(ratios)
    print(f"loadstone: {statistics.median(seconds[1]):.1f} s by one thread, {statistics.median(seconds[2]):.1f} s by "
          f"two: {spread(ratios, '.2f')} x; at least {SWEEP}: {verdict(ratio >= SWEEP)}")
    return [Row("two threads over one", ratio, "x")]


def compare(rounds):
    print("\nWhat breaks first in five systems, as scripts/demo compares them, on all cores\n")
    files = [f"topologies/{system}.yaml" for system in SYSTEMS] + ["workloads/saas-mix.yaml"]
    runs = [programs.loadstone("compare", *files, "--seed", number + 1) for number in range(rounds)]
    seconds, cpu = [run.seconds for run in runs], statistics.median(run.cpu_seconds for run in runs)
    met = statistics.median(seconds) < COMPARE
    print(f"loadstone: {spread(seconds, '.1f')} s and {cpu:.1f} s of CPU time; under {COMPARE} s: {verdict(met)}")
    return [Row("wall time", statistics.median(seconds), "s"), Row("CPU time", cpu, "s")]


def start(rounds):
    print("\nThe start: loadstone validate topologies/ratiba.yaml workloads/saas-mix.yaml\n")
    files = ["topologies/ratiba.yaml", "workloads/saas-mix.yaml"]
    times = [programs.loadstone("validate", *files).seconds * 1e3 for _ in range(20 * rounds)]
    met = statistics.median(times) < START
    print(f"loadstone: {spread(times, '.1f')} ms over {len(times)} calls; under {START} ms: {verdict(met)}")
    return [Row("wall time", statistics.median(times), "ms")]
