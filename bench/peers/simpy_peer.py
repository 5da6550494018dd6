"""What the peers in SimPy share: the interval of a mean, what an M/M/c queue's wait should be, the line they print."""
import math
import time

BATCHES = 20
STUDENT_95 = 2.093  # 19 degrees of freedom
UTILISATION = 0.8


def half_width(values):
    """Of the 95 % interval of their mean, by twenty batches."""
    size = len(values) // BATCHES
    if size == 0:
        return math.nan
    means = [sum(values[i * size:(i + 1) * size]) / size for i in range(BATCHES)]
    mean = sum(means) / BATCHES
    variance = sum((m - mean) ** 2 for m in means) / (BATCHES - 1)
    return STUDENT_95 * math.sqrt(variance / BATCHES)


def expected_wait(servers, service):
    """Erlang C: P(wait) / (c mu - lambda)."""
    blocking = 1.0  # Erlang B, by its recursion
    for n in range(1, servers + 1):
        blocking = UTILISATION * servers * blocking / (n + UTILISATION * servers * blocking)
    return blocking / (1 - UTILISATION * (1 - blocking)) * service / (servers * (1 - UTILISATION))


def run_and_report(name, env, requests, values, expected):
    """Runs the model, which appends to `values` for each request, and prints the line that bench/run reads."""
    begin = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - begin
    if len(values) != requests:
        raise SystemExit(f"{name}: {len(values)} of {requests} requests were served")
    print(name, requests, f"{seconds:.6f} {requests / seconds:.0f} {sum(values) / requests:.6f}",
          f"{half_width(values):.6f} {expected:.6f}")
