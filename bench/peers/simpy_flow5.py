#!/usr/bin/python3
"""usage: simpy_flow5.py REQUESTS SEED

bench/models/flow5.yaml in SimPy 3, in its usual way: a process per request that asks for three Resources, one after the other, in five steps.

Prints one line: name requests seconds requests_per_s mean_latency_s ci95_half_width_s expected_mean_latency_s
The only statistic kept is a list of the latencies.
"""
import random
import sys

import simpy

from simpy_peer import expected_wait, run_and_report

RATE = 800
POOLS = {"web": (10, 0.005), "cache": (1, 0.001), "database": (20, 0.010)}  # servers, mean service
STEPS = ("web", "cache", "database", "database", "web")


def build(env, requests, latencies):
    resources = {pool: simpy.Resource(env, capacity=servers) for pool, (servers, _) in POOLS.items()}

    def request():
        arrived = env.now
        for pool in STEPS:
            with resources[pool].request() as slot:
                yield slot
                yield env.timeout(random.expovariate(1 / POOLS[pool][1]))
        latencies.append(env.now - arrived)

    def source():
        for _ in range(requests):
            yield env.timeout(random.expovariate(RATE))
            env.process(request())

    env.process(source())


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    requests = int(arguments[0])
    random.seed(int(arguments[1]))
    env = simpy.Environment()
    latencies = []
    build(env, requests, latencies)
    expected = sum(expected_wait(*POOLS[pool]) + POOLS[pool][1] for pool in STEPS)
    run_and_report("simpy_resource", env, requests, latencies, expected)


main(sys.argv[1:])
