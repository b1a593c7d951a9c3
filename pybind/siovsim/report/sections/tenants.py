# SPDX-License-Identifier: Apache-2.0
"""Tenants: how evenly they are served, and the slowest of them."""

import math
import statistics
from typing import Any, Dict, List, Optional, Tuple

from siovsim.base import units
from siovsim.report import charts, page
from siovsim.report.evenness import evenness, jain
from siovsim.report.model import RunData
from siovsim.report.section import Section

TABLE_ROWS = 4096  # tenants listed in the page; more would make the file slow to open


def context(data: RunData) -> Optional[Dict[str, Any]]:
    """The tenants; None of a result that lists none."""
    tenants = _tenants(data)
    return None if tenants is None else {"tenants": tenants}


def _tenants(data: RunData) -> Optional[Dict[str, Any]]:
    columns = data.tenants
    if not columns:
        return None
    p99 = [value for value in columns["p99_ns"] if value > 0]
    ranked_by = "p99_ns" if p99 else "mean_ns"  # no histogram per tenant
    throughput = columns["throughput_per_s"]
    slowness = columns[ranked_by]
    known = [value for value in slowness if math.isfinite(value)]
    scale, unit = _time_unit(statistics.median(known) if known else 1.0)
    # A tenant that finished no job is slower than any that did.
    order = sorted(range(len(throughput)), key=lambda i: (-slowness[i] if math.isfinite(slowness[i]) else -math.inf, i))
    listed = sorted(order[:TABLE_ROWS])
    rows = [{key: columns[key][i] for key in columns} for i in order]
    names = [one["name"] for one in data.classes]
    return {
        "count": len(throughput),
        "jain": jain(throughput),
        "silent": sum(jobs == 0 for jobs in columns["jobs"]),
        "by_class": [evenness(name, rows) for name in names],
        "ranked_by": ranked_by.removesuffix("_ns"),
        "p99_chart": charts.histogram(
            p99, "p99 latency of a tenant", units.time_ns, units.tick_time, "Tenants by p99 latency"
        ),
        "rate_chart": charts.histogram(
            throughput, "throughput of a tenant, jobs/s", units.rate, units.tick_rate, "Tenants by throughput"
        ),
        "spread": max(p99) / min(p99) if p99 and min(p99) > 0 else None,
        "slowest": [("Slowest ten", rows[:10])]
        + [(f"Slowest five of class {name}", [row for row in rows if row["class"] == name][:5]) for name in names],
        "adi_types": data.document.get("adi_types", []),
        "listed": len(listed),
        "grid": page.grid(
            _tenant_columns(columns, unit), [_tenant_row(columns, i, scale) for i in listed], len(throughput)
        ),
    }


def _time_unit(typical_ns: float) -> Tuple[float, str]:
    """One unit for a whole column, so that its numbers can be compared at a glance."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if typical_ns >= factor:
            return 1.0 / factor, unit
    return 1.0, "ns"


_TENANT_LABELS = {
    "tenant": "Tenant",
    "class": "Class",
    "jobs": "Jobs",
    "failed": "Failed",
    "bytes": "Bytes",
    "mean_ns": "Mean",
    "p99_ns": "p99",
    "max_ns": "Max",
    "throughput_per_s": "Throughput",
    "retries": "Retries",
    "faults": "Faults",
}


def _tenant_columns(columns: Dict[str, List[Any]], unit: str) -> List[Dict[str, Any]]:
    described = []
    for key in columns:
        if key.endswith("_ns"):
            described.append({"label": _TENANT_LABELS.get(key, key), "unit": unit, "digits": 2})
        elif key == "throughput_per_s":
            described.append({"label": _TENANT_LABELS[key], "unit": "jobs/s", "digits": 0})
        else:
            described.append({"label": _TENANT_LABELS.get(key, key), "text": key in ("tenant", "class")})
    return described


def _tenant_row(columns: Dict[str, List[Any]], index: int, scale: float) -> List[Any]:
    row: List[Any] = []
    for key, values in columns.items():
        value = values[index]
        if key.endswith("_ns"):
            row.append(value * scale)
        else:
            row.append(int(value) if isinstance(value, float) and value.is_integer() else value)
    return row


SECTION = Section(
    "tenants",
    "Tenants",
    context,
    """<p class="lead">{{ tenants.count|count }} tenants. Jain's index of their throughput is <strong id="jain">{{ "%.3f"|format(tenants.jain) if tenants.jain is not none else "–" }}</strong> (1: all get the same){% if tenants.spread %}; the worst tenant's p99 is {{ tenants.spread|digits }} times the best one's{% endif %}{% if tenants.silent %}; {{ tenants.silent|count }} finished no job{% endif %}.{% for name, jain, spread in tenants.by_class %} Within class {{ name }} it is {{ "%.3f"|format(jain) if jain is not none else "–" }}{% if spread %}, and the worst p99 {{ spread|digits }} times the best{% endif %}.{% endfor %}</p>
<div class="pair">{{ parts.figure("p99 latency per tenant", tenants.p99_chart) }}
  {{ parts.figure("Throughput per tenant", tenants.rate_chart) }}</div>
{% for title, slowest in tenants.slowest %}
<h3>{{ title }}, by {{ tenants.ranked_by }}</h3>
<div class="scroll"><table{% if loop.first %} id="slowest"{% endif %}>
  <thead>
    <tr>
    <th>Tenant</th>
    <th>Class</th>
    <th class="n">Jobs</th>
    <th class="n">Mean</th>
    <th class="n">p99</th>
    <th class="n">Max</th>
    <th class="n">Throughput</th>
    <th class="n">Retries</th>
    <th class="n">Faults</th>
    </tr>
    </thead>
  <tbody>
  {% for row in slowest %}
  <tr>
    <td>{{ row.tenant }}</td>
    <td>{{ row["class"] }}</td>
    <td class="n">{{ row.jobs|count }}</td>
    <td class="n">{{ row.mean_ns|time_ns }}</td>
    <td class="n">{{ row.p99_ns|time_ns }}</td>
    <td class="n">{{ row.max_ns|time_ns }}</td>
    <td class="n">{{ row.throughput_per_s|rate(" jobs/s") }}</td>
    <td class="n">{{ row.retries|count }}</td>
    <td class="n">{{ row.faults|count }}</td>
    </tr>
  {% endfor %}
  </tbody>
</table></div>
{% endfor %}
{% if tenants.adi_types %}
<h3>ADIs by type</h3>
<div class="scroll"><table id="adi-types">
  <thead>
    <tr>
    <th>Device</th>
    <th>Type</th>
    <th class="n">ADIs</th>
    <th>Classes</th>
    <th class="n">Jobs</th>
    <th class="n">Failed</th>
    <th class="n">Bytes</th>
    <th class="n"><abbr title="from a job's dispatch to an engine until its context was free again">In a context</abbr></th>
    <th class="n">Mean</th>
    <th class="n">p99</th>
    </tr>
    </thead>
  <tbody>
  {% for type in tenants.adi_types %}
  <tr>
    <td>{{ type.device }}</td>
    <td>{{ type.name }}</td>
    <td class="n">{{ type.adis|count }}</td>
    <td>{{ type.classes|join(", ") }}</td>
    <td class="n">{% if type.jobs is none %}not known{% else %}{{ type.jobs|count }}{% endif %}</td>
    <td class="n">{% if type.failed is none %}not known{% else %}{{ type.failed|count }}{% endif %}</td>
    <td class="n">{% if type.bytes is none %}not known{% else %}{{ type.bytes|count }}{% endif %}</td>
    <td class="n">{{ type.context_mean_ns|time_ns }}</td>
    <td class="n">{{ type.latency.mean_ns|time_ns }}</td>
    <td class="n">{{ type.latency.p99_ns|time_ns }}</td>
  </tr>
  {% endfor %}
  </tbody>
</table></div>
<p class="note">What devices counted of their ADIs; mean and p99 are of jobs from their submission on. adis.csv has each.</p>
{% endif %}
<h3>All tenants</h3>
{% if tenants.listed < tenants.count %}<p class="note">The {{ tenants.listed|count }} with the highest {{ tenants.ranked_by }} are listed; tenants.csv has all {{ tenants.count|count }}.</p>{% endif %}
<div class="grid-host" id="tenant-table" data-source="tenant-data"></div>
<script type="application/json" id="tenant-data">{{ tenants.grid|safe }}</script>
""",
)
