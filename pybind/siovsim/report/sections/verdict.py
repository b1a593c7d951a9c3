# SPDX-License-Identifier: Apache-2.0
"""The verdict: percentiles, what the engine says, targets, limits, and what was simulated."""

import shlex
from typing import Any, Dict, List, Tuple

from siovsim.base import metrics
from siovsim.report import structure_charts
from siovsim.report.model import RunData
from siovsim.report.section import Section


def context(data: RunData) -> Dict[str, Any]:
    """The headline, the sentences and the limits."""
    bound = data.document.get("bound", {})
    return {
        "doc": data.document,
        "metrics": data.metrics,
        "headlines": [(one.word.lower(), data.metrics.get(one.name)) for one in metrics.shown(metrics.HEADLINE)],
        "sentences": _sentences(data),
        "warnings": data.result.warnings,
        "bound": bound,
        "bound_chart": structure_charts.bound_bars(bound, data.metrics),
        "setup": setup(data),
        "platform_picture": structure_charts.platform(data.document.get("setup", {})),
    }


def setup(data: RunData) -> List[Tuple[str, str]]:
    """What was simulated and how it was asked for: label and value."""
    about, speed = data.document.get("setup", {}), data.result.speed
    rows = [("Workload", line) for line in about.get("workload", [])]
    command = speed.get("command")
    if command:
        rows.append(("Command", command))
        overrides = [word for word in shlex.split(command) if "=" in word]
        rows.append(("Overrides", ", ".join(overrides) if overrides else "none"))
    if speed.get("written_utc"):
        rows.append(("Written", f"{speed['written_utc']} UTC"))
    return rows


def _sentences(data: RunData) -> List[str]:
    """The verdict's, what makes them doubtful first."""
    return list(dict.fromkeys([*data.result.warnings, *data.document.get("verdict", {}).get("sentences", [])]))


SECTION = Section(
    "verdict",
    "Verdict",
    context,
    """{{ parts.headline(headlines, metrics, bound) }}
{{ parts.sentence_list(sentences, warnings) }}
{% if doc.get("verdict", {}).get("targets") %}
<div class="scroll"><table>
  <thead>
    <tr>
    <th>Target</th>
    <th class="n">At least</th>
    <th class="n">At most</th>
    <th class="n">Value</th>
    <th>Verdict</th>
    <th>Why</th>
    </tr>
    </thead>
  <tbody>
  {% for target in doc.verdict.targets %}
  <tr><td>{{ target.metric }}</td>
    <td class="n">{{ metric(target.metric, target.get("min")) }}</td>
      <td class="n">{{ metric(target.metric, target.get("max")) }}</td>
    <td class="n">{{ metric(target.metric, target.value) }}</td>
      <td class="{{ 'yes' if target.met else 'no' }}">{{ "met" if target.met else "missed" }}</td>
      <td class="soft">{{ target.get("why") or "" }}</td>
      </tr>
  {% endfor %}
  </tbody>
</table></div>
{% endif %}
{{ parts.figure("Throughput against its limits", bound_chart, "full bar: what the limit alone would allow the jobs that need it; filled: what they reached; dark: what sets the bound", wide=true) }}
<h3>What was simulated</h3>
<dl class="setup">
{% for label, value in setup %}
  <dt>{{ label }}</dt><dd>{{ value }}</dd>
{% endfor %}
</dl>
{{ parts.figure("Platform " ~ doc.get("setup", {}).get("platform", ""), platform_picture, wide=true) }}
""",
)
