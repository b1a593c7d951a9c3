# SPDX-License-Identifier: Apache-2.0
"""Method: how the numbers came about."""

from typing import Any, Dict, List, Optional, Tuple

from siovsim.base import units
from siovsim.report.model import RunData
from siovsim.report.section import Section

_JOB_COUNTS = ("submitted", "succeeded", "failed", "in_flight")


def context(data: RunData) -> Dict[str, Any]:
    """The run, its checks, what no source backs, and its configuration."""
    return {
        "method": method(data),
        "resolved": _text(data, "resolved.txtpb"),
        "unverified": data.document.get("unverified_parameters", []),
    }


def method(data: RunData) -> List[Tuple[str, str]]:
    """How the numbers came about: label and value, in reading order."""
    run, trace = data.document.get("run", {}), data.document.get("trace", {})
    conservation = data.document.get("conservation", {})
    rows = [
        ("Run id", str(run.get("run_id", ""))),
        ("Engine", f"{run.get('engine_version', '')} ({run.get('source_revision', '')})"),
        ("Seed", str(run.get("seed", ""))),
        ("Simulated time", units.time_ns(run.get("sim_time_ns"))),
        ("Warm-up cut", units.time_ns(run.get("warmup_ns"))),
        ("Events", units.count(run.get("events"))),
    ]
    speed = data.result.speed
    if speed:
        rows.append(
            ("Wall-clock time", f"{units.digits(speed['wall_s'])} s, {units.rate(speed['events_per_s'], ' events/s')}")
        )
    for metric, interval in data.document.get("confidence", {}).items():
        value, half = data.metrics.get(metric), interval.get("half_width_95_ns")
        share = f" (± {units.percent(half / value)})" if value and half is not None else ""
        rows.append((f"95 % interval of {metric}", f"{units.time_ns(value)} ± {units.time_ns(half)}{share}"))
        rows.append(
            (
                "Lag-1 correlation of its batches",
                f"{_lag(interval.get('lag1_correlation'))} over {units.count(interval.get('batches'))} batches",
            )
        )
    rows.append(
        (
            "Ledger check",
            f"stages add up to the latency in {units.count(conservation.get('jobs_checked'))} jobs, "
            f"{units.count(conservation.get('violations'))} violations",
        )
    )
    if conservation.get("submitted") is not None:
        parts = (f"{units.count(conservation[key])} {key.replace('_', ' ')}" for key in _JOB_COUNTS)
        rows.append(("Jobs of the whole run", f"{', '.join(parts)}; {_rest(conservation)}"))
    if run.get("trace"):
        rows.append(("Trace", str(run["trace"])))
        rows.extend(
            (key.replace("_", " ").capitalize(), units.count(value) if isinstance(value, (int, float)) else str(value))
            for key, value in trace.items()
            if key != "notes"
        )
        rows.extend(("About the recording", str(note)) for note in trace.get("notes", []))
    return rows


def _rest(conservation: Dict[str, Any]) -> str:
    """What is known of packets and places that never came back."""
    if conservation.get("drained"):
        return "nothing was left in the platform"
    why = "it ended before its jobs" if conservation.get("in_flight") else "the platform did not come to rest after them"
    return f"{why}, so nobody could look for what never comes back"


def _lag(value: Optional[float]) -> str:
    if value is None:
        return units.NOTHING
    return f"{value:.2f}" + (
        " (above 0.2: the interval is too narrow; prefer independent seeds)" if value > 0.2 else ""
    )


def _text(data: RunData, name: str) -> str:
    path = data.result.path / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


SECTION = Section(
    "method",
    "Method",
    context,
    """<div class="scroll"><table class="narrow">
  <tbody>
  {% for label, value in method %}
  <tr><th scope="row">{{ label }}</th><td>{{ value }}</td></tr>
  {% endfor %}
  </tbody>
</table></div>
{% if unverified %}
<h3>Parameters in use without a verified source</h3>
<p class="note">{{ unverified|length }} of the parameters this run uses rest on engineering knowledge, not on a published source. Conclusions that hinge on them need a sensitivity sweep.</p>
<div class="scroll"><table>
  <thead><tr><th>Parameter</th><th>Value</th><th>Note</th></tr></thead>
  <tbody>
  {% for parameter in unverified %}
  <tr><td>{{ parameter.path }}</td><td>{{ parameter.value }}</td><td class="soft">{{ parameter.note }}</td></tr>
  {% endfor %}
  </tbody>
</table></div>
{% endif %}
{% if resolved %}
<details>
<summary>Resolved configuration (resolved.txtpb)</summary>
<pre>{{ resolved }}</pre>
</details>
{% endif %}
""",
)
