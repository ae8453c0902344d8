"""The steps of the case `delta` for deltalake (delta-rs): `delta_peer.py NAME JSON`; answers JSON like delta-steps.ts."""

import json
import resource
import sys
import time

import pyarrow.parquet
from deltalake import DeltaTable, write_deltalake


def peak_rss_mb():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def timed(times, work):
    started = time.perf_counter()
    value = work()
    times.append((time.perf_counter() - started) * 1000)
    return value


def quantile(times, share):
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


def open_table(folder, again):
    first, later = [], []
    before = time.process_time()
    table = timed(first, lambda: DeltaTable(folder))
    cpu = round((time.process_time() - before) * 1000)
    files = len(table.file_uris())
    peak = peak_rss_mb()
    for _ in range(again):
        timed(later, lambda: DeltaTable(folder))
    answer = {"version": table.version(), "files": files, "first_ms": quantile(first, 0), "first_cpu_ms": cpu, "peak_rss_mb": peak}
    return {**answer, "p50_ms": quantile(later, 0.5)} if later else answer


def append(folder, source, appends):
    rows = pyarrow.parquet.ParquetFile(source).read()
    times = []
    for _ in range(appends):
        timed(times, lambda: write_deltalake(folder, rows, mode="append"))
    return {"p50_ms": quantile(times, 0.5), "p99_ms": quantile(times, 0.99), "peak_rss_mb": peak_rss_mb()}


STEPS = {"open": open_table, "append": append}
print(json.dumps(STEPS[sys.argv[1]](**json.loads(sys.argv[2]))))
