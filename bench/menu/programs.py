"""Runs loadstone and other programs, and says how long they took and what memory they held."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "bench"
MODELS = ROOT / "bench" / "models"


class Unavailable(Exception):
    """The program cannot be measured here; the text says why."""


class Done:
    """A program that ran: what it printed, its wall time and its CPU time, the most memory that it held."""

    def __init__(self, text, seconds, usage):
        self.text, self.seconds = text, seconds
        self.cpu_seconds, self.mebibytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    def json(self):
        return json.loads(self.text)


def run(command):
    """Raises Unavailable if it is not there or fails."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=errors)
        except FileNotFoundError as missing:
            raise Unavailable(f"no {missing.filename}: not built or not installed") from missing
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            lines = errors.read().strip().splitlines() or [f"exit status {process.returncode}"]
            raise Unavailable(lines[-1])
        output.seek(0)
        return Done(output.read(), seconds, usage)


def loadstone(*arguments):
    return run([BUILD / "loadstone", *arguments])


def files_of(model):
    """The topology and the workload of a model in bench/models."""
    return MODELS / f"{model}.yaml", MODELS / f"{model}-load.yaml"


def run_model(model, seed=1, setting=None):
    """One replication by one thread."""
    settings = ["--set", setting] if setting else []
    return loadstone("run", *files_of(model), "--replications", 1, "--threads", 1, "--seed", seed, "--json", *settings)


def start_up(model):
    """What `run` takes before anything is simulated: reading and checking the same files. The least of three."""
    return min((loadstone("validate", *files_of(model)) for _ in range(3)), key=lambda done: done.seconds)


def spread(values, form):
    """The median and the extremes, each as `form` says."""
    return f"{statistics.median(values):{form}} ({min(values):{form}} .. {max(values):{form}})"


def verdict(met):
    return "met" if met else "MISSED"


def build():
    for command in (["cmake", "--preset", "bench"], ["cmake", "--build", "--preset", "bench"]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}\nbench/run: failed: {' '.join(command)}")
