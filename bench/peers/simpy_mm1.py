#!/usr/bin/python3
"""usage: simpy_mm1.py store|resource SERVERS REQUESTS SEED

M/M/c at utilisation 0.8 (service 10 ms on average) in SimPy 3, the two ways in which people write it:

  store     arrivals put their time into a Store; each server is a process that gets one and serves it
  resource  each request is a process that asks a Resource for a slot, is served and gives it back

Prints one line: name requests seconds requests_per_s mean_wait_s ci95_half_width_s expected_mean_wait_s
The only statistic kept is a list of the waits; loadstone and handwritten keep far more.
"""
import random
import sys

import simpy

from simpy_peer import UTILISATION, expected_wait, run_and_report

SERVICE_S = 0.010


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


PROGRAMS = {"store": with_store, "resource": with_resource}


def main(arguments):
    if len(arguments) != 4 or arguments[0] not in PROGRAMS:
        sys.exit(__doc__)
    program, servers, requests = arguments[0], int(arguments[1]), int(arguments[2])
    random.seed(int(arguments[3]))
    env = simpy.Environment()
    waits = []
    PROGRAMS[program](env, servers, requests, UTILISATION * servers / SERVICE_S, waits)
    run_and_report(f"simpy_{program}", env, requests, waits, expected_wait(servers, SERVICE_S))


main(sys.argv[1:])
