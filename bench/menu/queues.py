"""M/M/1, M/M/20 and a flow of five steps: loadstone beside the peers, every program once a round."""
import math
import statistics

from menu import programs
from menu.history import Row
from menu.programs import BUILD, ROOT, Unavailable, verdict

PEERS = ROOT / "bench" / "peers"
PYTHON = "/usr/bin/python3"  # the one that Debian's python3-simpy3 is installed for
SMALL_STACKS = ["--cfg=contexts/stack-size:64", "--cfg=contexts/guard-size:0", "--log=root.threshold:warning"]
# Of the budgets: loadstone's rate over the peer's on M/M/1 must be at least this.
BUDGETS = {"simpy_store": 45, "simgrid": 180, "handwritten": 0.5}
# The same for loadstone itself: plain M/M/1 may be at most this much faster than with parts that nobody uses.
UNUSED_PARTS = "loadstone, unused parts"
MOST = {UNUSED_PARTS: 1.15}


class Sample:
    def __init__(self, requests, seconds, mean, half_width):
        self.requests, self.rate, self.mean, self.half_width = requests, requests / seconds, mean, half_width


class Peer:
    """A program that times itself and prints: name requests seconds requests_per_s mean_s ci95_s expected_s."""

    def __init__(self, name, command, requests, options=()):
        self.name, self.command, self.requests, self.options = name, command, requests, list(options)

    def measure(self, seed, scale):
        requests = max(1000, int(self.requests * scale))
        line = programs.run([*self.command, requests, seed, *self.options]).text.split()
        return Sample(int(line[1]), float(line[2]), float(line[4]), float(line[5]))


class Loadstone:
    """The command as a user calls it: the wall time of `run` without that of `validate`, which is the start-up."""

    def __init__(self, model, mean_of, name="loadstone"):
        self.name, self.model, self.mean_of = name, model, mean_of

    def measure(self, seed, scale):
        del scale  # the number of requests stands in the workload
        done = programs.run_model(self.model, seed)
        result = done.json()
        mean = self.mean_of(result)
        interval = mean.get("ci95") or [math.nan, math.nan]
        return Sample(result["flows"]["serve"]["completed"], done.seconds - programs.start_up(self.model).seconds,
                      mean["value"] / 1000, (interval[1] - interval[0]) / 2000)


class Queue:
    """A model, what its requests' mean is of and should be, and who simulates it."""

    def __init__(self, name, title, mean, expected, all_programs):
        self.name, self.title, self.mean, self.expected, self.programs = name, title, mean, expected, all_programs


def expected_wait(servers, service, utilisation=0.8):
    """Erlang C."""
    blocking = 1.0  # Erlang B, by its recursion
    for n in range(1, servers + 1):
        blocking = utilisation * servers * blocking / (n + utilisation * servers * blocking)
    return blocking / (1 - utilisation * (1 - blocking)) * service / (servers * (1 - utilisation))


def mean_wait(result):
    return result["resources"]["server"]["wait_ms"]["mean"]


def mean_latency(result):
    return result["flows"]["serve"]["latency_ms"]["mean"]


def mmc(servers):
    simgrid = BUILD / "peers" / "simgrid_mm1"
    more = [Loadstone("mm1-more", mean_wait, UNUSED_PARTS)] if servers == 1 else []
    return Queue(
        f"mm{servers}", f"M/M/{servers}, utilisation 0.8, service 10 ms", "wait", expected_wait(servers, 0.010),
        [Loadstone(f"mm{servers}", mean_wait), *more,
         Peer("handwritten", [BUILD / "peers" / "handwritten", servers], 10_000_000),
         Peer("simpy_store", [PYTHON, PEERS / "simpy_mm1.py", "store", servers], 500_000),
         Peer("simpy_resource", [PYTHON, PEERS / "simpy_mm1.py", "resource", servers], 500_000),
         Peer("simgrid", [simgrid, servers], 100_000),
         Peer("simgrid_small_stacks", [simgrid, servers], 200_000, SMALL_STACKS)])


def flow5():
    """By Jackson's theorem each pool is an M/M/c queue: two visits to web and database, one to cache."""
    expected = 2 * (expected_wait(10, 0.005) + 0.005) + expected_wait(1, 0.001) + 0.001
    expected += 2 * (expected_wait(20, 0.010) + 0.010)
    return Queue("flow5", "Five steps over three pools, utilisation 0.8", "latency", expected,
                 [Loadstone("flow5", mean_latency),
                  Peer("simpy_resource", [PYTHON, PEERS / "simpy_flow5.py"], 50_000)])


def measure(queue, rounds, scale):
    """name -> samples, and name -> why it could not be measured."""
    samples, reasons = {}, {}
    for number in range(rounds):
        for program in queue.programs if number % 2 == 0 else queue.programs[::-1]:
            if program.name in reasons:
                continue
            try:
                samples.setdefault(program.name, []).append(program.measure(number + 1, scale))
            except Unavailable as reason:
                reasons[program.name] = str(reason)
                samples.pop(program.name, None)
    return samples, reasons


def ratio_to(queue, name, rates):
    """The text of loadstone's rate over that of `name`, the budget's, and the ratio; nothing of loadstone's own."""
    if name == "loadstone" or "loadstone" not in rates:
        return "", "", None
    ratio, budget = rates["loadstone"] / rates[name], ""
    if queue.name == "mm1" and name in BUDGETS:
        budget = f"{BUDGETS[name]:g} {verdict(ratio >= BUDGETS[name])}"
    if name in MOST:
        budget = f"at most {MOST[name]:g} {verdict(ratio <= MOST[name])}"
    return f"{ratio:.2f} x", budget, ratio


def report(queue, rounds, scale):
    samples, reasons = measure(queue, rounds, scale)
    print(f"\n{queue.title}: expected mean {queue.mean} {queue.expected * 1e3:.4f} ms\n")
    print(f"{'program':<24}{'requests':>11}{'requests/s':>13}{'slowest':>13}{'fastest':>13}"
          f"{f'mean {queue.mean}, ms':>18}{'ci95 +-':>10}{'loadstone is':>15}  budget")
    rates = {name: statistics.median(s.rate for s in runs) for name, runs in samples.items()}
    rows = []
    for name in (program.name for program in queue.programs):
        if name in reasons:
            print(f"{name:<24}  not measured: {reasons[name]}")
            continue
        runs = samples[name]
        text, budget, ratio = ratio_to(queue, name, rates)
        mean = statistics.mean(s.mean for s in runs)
        half_width = math.sqrt(sum(s.half_width ** 2 for s in runs)) / len(runs)
        print(f"{name:<24}{runs[0].requests:>11,}{rates[name]:>13,.0f}{min(s.rate for s in runs):>13,.0f}"
              f"{max(s.rate for s in runs):>13,.0f}{mean * 1e3:>18.4f}{half_width * 1e3:>10.4f}"
              f"{text:>15}  {budget}".rstrip())
        rows.append(Row("rate", rates[name], "requests/s") if ratio is None else Row(f"over {name}", ratio, "x"))
    return rows
