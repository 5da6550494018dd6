#!/usr/bin/python3
"""usage: simpy_mm1.py store|resource SERVERS REQUESTS SEED

M/M/c at utilisation 0.8 (service 10 ms on average) in SimPy 3, the two ways in which people write it:

  store     arrivals put their time into a Store; each server is a process that gets one and serves it
  resource  each request is a process that asks a Resource for a slot, is served and gives it back

Prints one line: name requests seconds requests_per_s mean_wait_s ci95_half_width_s expected_mean_wait_s
The only statistic kept is a list of the waits; loadstone and handwritten keep far more.
"""
import math
import random
import sys
import time

import simpy

SERVICE_S = 0.010
UTILISATION = 0.8
BATCHES = 20
STUDENT_95 = 2.093  # 19 degrees of freedom


def half_width(waits):
    """Of the 95 % interval of their mean, by twenty batches."""
    size = len(waits) // BATCHES
    if size == 0:
        return math.nan
    means = [sum(waits[i * size:(i + 1) * size]) / size for i in range(BATCHES)]
    mean = sum(means) / BATCHES
    variance = sum((m - mean) ** 2 for m in means) / (BATCHES - 1)
    return STUDENT_95 * math.sqrt(variance / BATCHES)


def with_store(env, servers, requests, rate, waits):
    store = simpy.Store(env)

    def source():
        for _ in range(requests):
            yield env.timeout(random.expovariate(rate))
            yield store.put(env.now)

    def server():
        while True:
            arrived = yield store.get()
            waits.append(env.now - arrived)
            yield env.timeout(random.expovariate(1 / SERVICE_S))

    env.process(source())
    for _ in range(servers):
        env.process(server())


def with_resource(env, servers, requests, rate, waits):
    resource = simpy.Resource(env, capacity=servers)

    def request():
        arrived = env.now
        with resource.request() as slot:
            yield slot
            waits.append(env.now - arrived)
            yield env.timeout(random.expovariate(1 / SERVICE_S))

    def source():
        for _ in range(requests):
            yield env.timeout(random.expovariate(rate))
            env.process(request())

    env.process(source())


def expected_wait(servers):
    """Erlang C: P(wait) / (c mu - lambda)."""
    blocking = 1.0  # Erlang B, by its recursion
    for n in range(1, servers + 1):
        blocking = UTILISATION * servers * blocking / (n + UTILISATION * servers * blocking)
    return blocking / (1 - UTILISATION * (1 - blocking)) * SERVICE_S / (servers * (1 - UTILISATION))


PROGRAMS = {"store": with_store, "resource": with_resource}


def main(arguments):
    if len(arguments) != 4 or arguments[0] not in PROGRAMS:
        sys.exit(__doc__)
    program, servers, requests = arguments[0], int(arguments[1]), int(arguments[2])
    random.seed(int(arguments[3]))
    env = simpy.Environment()
    waits = []
    PROGRAMS[program](env, servers, requests, UTILISATION * servers / SERVICE_S, waits)
    begin = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - begin
    if len(waits) != requests:
        sys.exit(f"simpy_mm1.py: {len(waits)} of {requests} requests were served")
    print(f"simpy_{program}", requests, f"{seconds:.6f} {requests / seconds:.0f} {sum(waits) / requests:.6f}",
          f"{half_width(waits):.6f} {expected_wait(servers):.6f}")


main(sys.argv[1:])
