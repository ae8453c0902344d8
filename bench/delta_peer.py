"""The steps of the case `delta` for deltalake (delta-rs): `delta_peer.py NAME JSON`; answers JSON like delta-steps.ts."""

import json
import resource
import sys
import time

import pyarrow.parquet
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake


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


def latency(times):
    return {"p50_ms": quantile(times, 0.5), "p99_ms": quantile(times, 0.99)}


def stream(folder, source, commits, rows, configuration, compact_every, vacuum_every):
    batch = pyarrow.parquet.ParquetFile(source).read().slice(0, rows)
    write_deltalake(folder, batch, configuration=configuration)
    table = DeltaTable(folder)
    times = []
    for i in range(1, commits + 1):
        properties = CommitProperties(app_transactions=[Transaction("bench", i)])
        timed(times, lambda: write_deltalake(table, batch, mode="append", commit_properties=properties))
        if i % compact_every == 0:
            table.optimize.compact()
        if i % vacuum_every == 0:
            table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    window = min(2000, commits // 4)
    return {
        "append": {"early": latency(times[100 : 100 + window]), "late": latency(times[commits - window :])},
        "max_ms": quantile(times, 1),
        "live_files": len(table.file_uris()),
        "peak_rss_mb": peak_rss_mb(),
    }


STEPS = {"open": open_table, "append": append, "stream": stream}
print(json.dumps(STEPS[sys.argv[1]](**json.loads(sys.argv[2]))))
