# SPDX-License-Identifier: Apache-2.0
"""Writes a small result folder in the engine's format, for tests of the Python front.

The numbers are those of a simple queueing story (a shared device with an address translation cache), drawn from a
seeded generator: same arguments, same bytes. Nothing here is a simulation.
"""

import csv
import json
import zlib
from pathlib import Path

import h5py
import numpy

# name, kind, sentence, share of the mean, how its share grows towards the tail
STAGES = [
    ("submit_wait", "wait", "Job waits for a submitting CPU.", 0.01, 0.6),
    ("submit", "service", "The CPU prepares the descriptor and executes the submission instruction.", 0.03, 0.2),
    ("exit", "service", "VM exit and software in the submission path.", 0.0, 0.0),
    ("retry_backoff", "wait", "After a Retry from a full shared queue, until the next attempt.", 0.04, 2.6),
    ("link_wait", "wait", "TLP waits for the link's serialiser.", 0.08, 1.1),
    ("link_credit_wait", "wait", "TLP waits for flow-control credits.", 0.02, 1.2),
    ("link_wire", "service", "Serialisation and propagation on the link.", 0.11, 0.25),
    ("port", "service", "Fixed latency of device port and switches and root port.", 0.02, 0.2),
    ("queue_wait", "wait", "Accepted job waits in its work queue.", 0.20, 1.5),
    ("arbitration", "service", "Portal decode, admission and dispatch.", 0.01, 0.3),
    ("engine", "service", "Descriptor set-up, storing and staging in the device, compute and completion generation.", 0.12, 0.3),
    ("atc", "service", "ATC lookup.", 0.02, 0.3),
    ("ats_wait", "wait", "Merged behind another request's translation of the same page.", 0.06, 1.2),
    ("iotlb", "service", "IOTLB lookup.", 0.02, 0.3),
    ("walk_wait", "wait", "Waits for a page walker, or merged behind an equal walk.", 0.07, 1.6),
    ("walk_memory", "service", "Dependent reads of table entries from memory.", 0.08, 0.8),
    ("memory", "service", "LLC or DRAM access.", 0.05, 0.3),
    ("page_fault", "service", "Page request path and handler service.", 0.03, 6.0),
    ("interrupt", "service", "IMS, interrupt remapping and delivery to the vCPU.", 0.01, 0.6),
    ("completion", "service", "Tenant notices the completion: poll or handler.", 0.02, 0.3),
]
BANDS = [("mean", 0, 100), ("p50", 45, 55), ("p90", 89, 91), ("p99", 98.9, 99.1), ("p999", 99.9, 100)]
PERCENTILES = [("p50_ns", 50), ("p90_ns", 90), ("p99_ns", 99), ("p999_ns", 99.9)]


def _write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _stage_rows(latency_ns):
    band_means = []
    for name, low, high in BANDS:
        low_ns, high_ns = numpy.percentile(latency_ns, [low, high])
        band = latency_ns[(latency_ns >= low_ns) & (latency_ns <= high_ns)]
        band_means.append(float(band.mean()))
    mean = band_means[0]
    rows = []
    weights = numpy.array(
        [
            [
                share * (1 + growth * max(0.0, total / mean - 1)) ** (1.0 if growth > 1 else 0.3)
                for _, _, _, share, growth in STAGES
            ]
            for total in band_means
        ]
    )
    weights /= weights.sum(axis=1, keepdims=True)
    for index, (name, kind, sentence, _, _) in enumerate(STAGES):
        times = [weights[b][index] * band_means[b] for b in range(len(BANDS))]
        rows.append(
            [name, kind, sentence, f"{times[0]:.3f}", f"{weights[0][index]:.6f}", *[f"{t:.3f}" for t in times[1:]]]
        )
    return rows, weights


def _histogram(group, latency_ns):
    edges = numpy.unique(numpy.round(numpy.geomspace(latency_ns.min() * 0.98, latency_ns.max() * 1.02, 400) * 1000))
    count, _ = numpy.histogram(latency_ns * 1000, edges)
    keep = count > 0
    group["lower_ps"] = edges[:-1][keep].astype("u8")
    group["upper_ps"] = edges[1:][keep].astype("u8")
    group["count"] = count[keep].astype("u8")


def _structures(seed, entries):
    random = numpy.random.default_rng(seed + 7)
    hit = entries / (entries + 96)
    lookups = 240000
    rows = []

    def add(block, statistic, unit, value, sentence):
        rows.append([block, statistic, unit, f"{value:.6g}", sentence])

    for block, hits, misses in (
        ("dsa0.atc", hit * lookups, (1 - hit) * lookups),
        ("iommu0.iotlb", 0.62 * (1 - hit) * lookups, 0.38 * (1 - hit) * lookups),
        ("iommu0.pasid_cache", 61000, 2200),
    ):
        add(block, "hits", "lookups", round(hits), "Lookups answered from the cache.")
        add(block, "misses", "lookups", round(misses), "Lookups that had to ask further.")
        add(block, "hit_rate", "fraction", hits / (hits + misses), "hits / (hits + misses)")
        add(block, "evictions", "entries", round(misses * 0.97), "Valid entries replaced to make room.")
        add(block, "occupancy.mean", "entries", 0.93 * entries, "Entries in use, time-weighted.")
        add(block, "occupancy.max", "entries", entries, "Entries in use, time-weighted.")
        add(block, "occupancy.capacity", "entries", entries, "Entries in use, time-weighted.")
    for block, busy in (
        ("dsa0.engines", 0.71),
        ("port0.link.up", 0.64),
        ("port0.link.down", 0.41),
        ("iommu0.walker", 0.86),
        ("llc0", 0.22),
        ("host0.fault_service", 0.12),
    ):
        add(block, "utilisation", "fraction", busy + 0.02 * random.random(), "Share of time its servers were busy.")
        add(block, "served", "requests", round(90000 * busy), "Requests served.")
    for block, mean, capacity in (
        ("dsa0.swq0.queue", 51.2, 128),
        ("iommu0.walk_queue", 9.7, 32),
        ("iommu0.prq", 0.6, 2048),
    ):
        add(block, "occupancy.mean", "entries", mean, "Entries waiting, time-weighted.")
        add(block, "occupancy.max", "entries", min(capacity, round(mean * 3)), "Entries waiting, time-weighted.")
        add(block, "occupancy.capacity", "entries", capacity, "Entries waiting, time-weighted.")
    add("dsa0.swq0", "accepted", "descriptors", 60000, "Submissions accepted by the portal.")
    add("dsa0.swq0", "retries", "descriptors", 7400, "Submissions answered Retry.")
    add("iommu0.prq", "requests", "messages", 812, "Page request messages stored.")
    add("dsa0.ims", "interrupts", "messages", 60000, "Messages sent.")
    return rows


def write_done(folder, run_id, partial=False):
    """DONE as the engine writes it, of the files that are in the folder."""
    lines = []
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if path.name != "DONE":
            lines.append("- - speed.json" if path.name == "speed.json" else f"{len(data)} {zlib.crc32(data):08x} {path.name}")
    head = f"siovsim result 1 {'partial' if partial else 'complete'} {len(lines)}"
    (folder / "DONE").write_text("\n".join([run_id, head, *lines]) + "\n", encoding="utf-8")


def _class_metrics(name, latency, sim_time_ns):
    """The metrics of a class, as summary.json has them."""
    rate = len(latency) / sim_time_ns * 1e9
    found = {"job.completed": len(latency), "job.failed": 0, "job.throughput_per_s": rate}
    found.update({f"job.latency.{key}": float(numpy.percentile(latency, q)) for key, q in PERCENTILES})
    found.update({"job.latency.mean_ns": float(latency.mean()), "job.latency.max_ns": float(latency.max())})
    return {f"class.{name}.{metric}": round(value, 3) for metric, value in found.items()}


def _class(name, tenants, latency, weights):
    """A class of tenants, with the anatomy of its bands."""
    bands = {}
    for index, (band, low, high) in enumerate(BANDS):
        low_ns, high_ns = (float(value) for value in numpy.percentile(latency, [low, high]))
        band_jobs = latency[(latency >= low_ns) & (latency <= high_ns)]
        mean = float(band_jobs.mean()) if len(band_jobs) else high_ns
        stages = {stage[0]: float(weights[index][at]) * mean for at, stage in enumerate(STAGES) if weights[index][at]}
        bands[band] = {"latency_from_ns": low_ns, "latency_to_ns": high_ns, "jobs": len(latency), "stages_ns": stages}
    top = [max(bands[band]["stages_ns"], key=bands[band]["stages_ns"].get) for band in ("mean", "p999")]
    return {
        "name": name,
        "tenants": tenants,
        "dominant_stage_mean": top[0],
        "dominant_stage_p999": top[1],
        "bands": bands,
    }


SETUP = {
    "platform": "sample",
    "workload": [
        "interactive: 896 tenants of dsa0, closed loop, 1 job outstanding each; moves of 4 KiB at random in 1 MiB",
        "bulk: 128 tenants of dsa0, closed loop, 4 jobs outstanding each; moves of 64 KiB one after another in 1 GiB",
    ],
    "boxes": [
        {"name": "mem0", "kind": "memory", "lines": ["DRAM 80.0 ns"]},
        {"name": "host0", "kind": "host", "lines": ["vCPUs: 64"]},
        {"name": "iommu0", "kind": "iommu", "lines": ["IOTLB: 512 entries, 8 ways", "walkers: 16"]},
        {"name": "rp0", "kind": "root_port", "lines": []},
        {"name": "dsa0", "kind": "endpoint", "lines": ["ATC: 128 entries", "SWQ swq0: 128"]},
    ],
    "lines": [
        {"from": "mem0", "to": "host0", "words": []},
        {"from": "mem0", "to": "iommu0", "words": []},
        {"from": "iommu0", "to": "rp0", "words": ["52.5 ns"]},
        {"from": "rp0", "to": "dsa0", "words": ["rp0-dsa0", "Gen5 x16"]},
    ],
}


def write_sample(
    folder,
    seed=1,
    tenants=1024,
    jobs=60000,
    entries=128,
    name="sample",
    target_ns=90000,
    timeseries=True,
    partial=False,
):
    """Writes the folder and returns the metrics."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(seed)
    slow = 1 + 0.35 * random.standard_gamma(2.0, tenants) / 2
    owner = random.integers(0, tenants, jobs)
    base = 2100 + 1.3e6 / entries * 0.1
    latency = base * slow[owner] * random.lognormal(0.0, 0.42, jobs)
    faulting = random.random(jobs) < 0.004
    latency[faulting] += random.gamma(4.0, 2.5e4, int(faulting.sum()))
    sim_time_ns = 40e6

    stage_rows, weights = _stage_rows(latency)
    _write_csv(
        folder / "stages.csv",
        ["stage", "kind", "description", "mean_ns", "share_mean", "p50_ns", "p90_ns", "p99_ns", "p999_ns"],
        stage_rows,
    )
    _write_csv(
        folder / "bands.csv",
        ["band", "latency_from_ns", "latency_to_ns", "jobs"],
        [
            [
                b,
                f"{numpy.percentile(latency, lo):.3f}",
                f"{numpy.percentile(latency, hi):.3f}",
                round(jobs * (hi - lo) / 100),
            ]
            for b, lo, hi in BANDS
        ],
    )
    rows = []
    for tenant in range(tenants):
        mine = latency[owner == tenant]
        if len(mine) == 0:
            mine = numpy.array([base])
        rows.append(
            [
                tenant,
                "bulk" if tenant % 8 == 0 else "interactive",
                len(mine),
                0,
                len(mine) * 4096,
                f"{mine.mean():.3f}",
                f"{numpy.percentile(mine, 99):.3f}",
                f"{mine.max():.3f}",
                f"{len(mine) / sim_time_ns * 1e9:.3f}",
                int(random.poisson(7)),
                int(random.poisson(0.2)),
            ]
        )
    _write_csv(
        folder / "tenants.csv",
        [
            "tenant",
            "class",
            "jobs",
            "failed",
            "bytes",
            "mean_ns",
            "p99_ns",
            "max_ns",
            "throughput_per_s",
            "retries",
            "faults",
        ],
        rows,
    )
    _write_csv(
        folder / "structures.csv", ["block", "statistic", "unit", "value", "sentence"], _structures(seed, entries)
    )
    with h5py.File(folder / "histograms.h5", "w") as file:
        _histogram(file.create_group("job_latency"), latency)
        _histogram(file.create_group("class/interactive"), latency[owner % 8 != 0])
        _histogram(file.create_group("class/bulk"), latency[owner % 8 == 0] * 1.4)
        if timeseries:
            times = numpy.linspace(0, sim_time_ns, 200)
            for key, level, wobble in (
                ("dsa0.swq0.queue.occupancy", 51, 12),
                ("iommu0.walk_queue.occupancy", 10, 4),
                ("port0.link.up.utilisation", 0.64, 0.05),
            ):
                group = file.create_group(f"timeseries/{key}")
                group["time_ns"] = times
                group["value"] = numpy.clip(level + wobble * random.standard_normal(200), 0, None)
                group["value"].attrs["unit"] = "fraction" if key.endswith("utilisation") else "entries"

    metrics = {
        "job.latency.mean_ns": latency.mean(),
        "job.latency.min_ns": latency.min(),
        "job.latency.max_ns": latency.max(),
    }
    metrics.update({f"job.latency.{key}": numpy.percentile(latency, q) for key, q in PERCENTILES})
    metrics = {key: round(float(value), 3) for key, value in metrics.items()}
    throughput = jobs / sim_time_ns * 1e9
    metrics.update(
        {
            "job.completed": jobs,
            "job.failed": 0,
            "job.throughput_per_s": throughput,
            "job.goodput_bytes_per_s": throughput * 4096,
            "translation.completed": 240000,
            "translation.rate_per_s": 240000 / sim_time_ns * 1e9,
        }
    )
    by_class = {"interactive": latency[owner % 8 != 0], "bulk": latency[owner % 8 == 0] * 1.4}
    for name_of_class, mine in by_class.items():
        metrics.update(_class_metrics(name_of_class, mine, sim_time_ns))
    p99 = metrics["job.latency.p99_ns"]
    top = lambda band: STAGES[int(weights[band].argmax())][0]
    document = {
        "setup": SETUP,
        "metrics": metrics,
        "classes": [_class(one, round(len(mine) / jobs * tenants), mine, weights) for one, mine in by_class.items()],
        "run": {
            "name": name,
            "run_id": f"{seed:016x}",
            "seed": seed,
            "engine_version": "0.1.0",
            "source_revision": "0123456789ab",
            "trace": "traces/nvme_mixed8.siovtrace",
            "sim_time_ns": sim_time_ns,
            "warmup_ns": 2e6,
            "events": 4200000,
            "partial": partial,
        },
        "bound": {
            "jobs_per_s": throughput / 0.86,
            "bottleneck": "iommu0.walker",
            "fraction_reached": 0.86,
            "resources": [
                {"name": "iommu0.walker", "kind": "server", "utilisation": 0.86},
                {"name": "dsa0.engines", "kind": "server", "utilisation": 0.71},
                {"name": "port0.link.up", "kind": "server", "utilisation": 0.64},
                {"name": "port0.link.down", "kind": "server", "utilisation": 0.41},
            ],
            "limits": [
                {"name": "iommu0.walker", "bound_jobs_per_s": throughput / 0.86, "in_cut": True, "classes": []},
                {"name": "load of bulk", "bound_jobs_per_s": throughput / 6, "in_cut": False, "classes": ["bulk"]},
                {"name": "dsa0.engines", "bound_jobs_per_s": throughput / 0.71},
                {"name": "port0.link.up", "bound_jobs_per_s": throughput / 0.64},
                {"name": "port0.link.down", "bound_jobs_per_s": throughput / 0.41},
            ],
        },
        "verdict": {
            "targets": [
                {
                    "metric": "job.latency.p99_ns",
                    "min": None,
                    "max": target_ns,
                    "value": p99,
                    "met": p99 <= target_ns,
                    "why": None,
                }
            ],
            "warnings": [],
            "dominant_stage_mean": top(0),
            "dominant_stage_p999": top(4),
            "bottleneck": "iommu0.walker",
            "sentences": [
                f"{top(0)} (waiting) takes 20.0 % of the mean latency, 4.93 µs.",
                f"{top(4)} (waiting) takes 33.0 % of the latency of the slowest 0.1 % of jobs, 162 µs.",
                "The bottleneck is iommu0.walker (94.0 % busy); throughput is 86.0 % of the bound set by iommu0.walker.",
            ],
        },
        "conservation": {
            "jobs_checked": jobs,
            "violations": 0,
            "broken": [],
            "submitted": jobs + 40,
            "succeeded": jobs,
            "failed": 0,
            "in_flight": 40,
            "drained": False,
        },
        "confidence": {
            "job.latency.mean_ns": {
                "half_width_95_ns": round(metrics["job.latency.mean_ns"] * 0.012, 3),
                "lag1_correlation": 0.08,
                "batches": 30,
            }
        },
        "trace": {
            "records": 18211,
            "skipped_lines": 0,
            "mapping_events_skipped": 412,
            "notes": ["The recorder lost 12 events: counts of the machine it was made on are higher."],
        },
        "unverified_parameters": [
            {
                "path": "nodes[name=dsa0].endpoint.atc.hit_latency_cycles",
                "value": "4",
                "note": "engineering knowledge only",
            },
            {"path": "nodes[name=iommu0].iommu.remap_latency_ns", "value": "20", "note": "no primary source states it"},
        ],
    }
    (folder / "speed.json").write_text(
        '{"command": "siovsim run sample.txtpb --set run.seed=1", "written_utc": "2026-01-01 00:00:00", "wall_s": 1.25, "events": 4200000, "events_per_s": 3.36e6}\n', encoding="utf-8"
    )
    (folder / "summary.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (folder / "resolved.txtpb").write_text(f'name: "{name}"\nrun {{ seed: {seed} }}\n', encoding="utf-8")
    (folder / "graph.dot").write_text("digraph platform {\n  host0 -> port0 -> dsa0;\n}\n", encoding="utf-8")
    write_done(folder, f"{seed:016x}", partial)
    return metrics
