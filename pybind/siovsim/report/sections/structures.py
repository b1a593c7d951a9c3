# SPDX-License-Identifier: Apache-2.0
"""Structures: every queue, cache, walker, link and credit pool."""

from typing import Any, Dict

from siovsim.report import invalidations, structure_charts
from siovsim.report.levels import occupancies, rates, relevant, utilisations
from siovsim.report.model import RunData
from siovsim.report.section import Section


def context(data: RunData) -> Dict[str, Any]:
    """Rates, busy shares, levels, levels over time, and all statistics."""
    return {"structures": _structures(data)}


def _structures(data: RunData) -> Dict[str, Any]:
    shown, hidden = relevant(data.series, [data.document.get("verdict", {}).get("bottleneck", "")])
    busy, levels = utilisations(data.blocks), occupancies(data.blocks)
    return {
        "blocks": data.blocks,
        "invalidations": invalidations.rows(data),
        "hit_chart": structure_charts.ratio_bars(rates(data.blocks), "Hit and retry rates", "hit"),
        "busy_chart": structure_charts.ratio_bars(busy[:16], "Utilisation", "busy"),
        "level_chart": structure_charts.level_bars(
            [level for level in levels if level.capacity], "Occupancy of bounded structures"
        ),
        "open_chart": structure_charts.level_bars([level for level in levels if not level.capacity], "Other levels"),
        "hidden_busy": max(0, len(busy) - 16),
        "series": [chart for chart in (structure_charts.series(one) for one in shown) if chart],
        "hidden_series": hidden,
    }


SECTION = Section(
    "structures",
    "Structures",
    context,
    """<p class="lead">Every queue, cache, walker, link and credit pool, after the warm-up cut. What was never busy and never held anything is only in the table below.</p>
<div class="pair">{{ parts.figure("Utilisation", structures.busy_chart, "share of time busy") }}
  {{ parts.figure("Hit and retry rates", structures.hit_chart) }}</div>
{% if structures.hidden_busy %}<p class="note">{{ structures.hidden_busy }} more in the table below.</p>{% endif %}
{{ parts.figure("Occupancy", structures.level_chart, "bar: time-weighted mean; tick: maximum; full width: capacity", wide=true) }}
{{ parts.figure("Levels without a bound", structures.open_chart, "bar: time-weighted mean; full width: the maximum", wide=true) }}
{% if structures.invalidations %}
<h3>Invalidations</h3>
<div class="scroll"><table>
  <tbody>
  {% for label, value in structures.invalidations %}
  <tr><th scope="row">{{ label }}</th><td>{{ value }}</td></tr>
  {% endfor %}
  </tbody>
</table></div>
{% endif %}
{% if structures.series %}
<h3>Over time</h3>
<p class="note">What the verdict names, then what is busiest or changes most.{% if structures.hidden_series %} {{ structures.hidden_series|count }} more that moved, and all that did not, are in histograms.h5.{% endif %}</p>
<div class="pair">{% for chart in structures.series %}<figure>{{ chart|safe }}</figure>{% endfor %}</div>
{% endif %}
<details>
<summary>All statistics by block</summary>
<div class="scroll"><table>
  <tbody>
  {% for block, statistics in structures.blocks.items() %}
  <tr class="block"><th colspan="4" scope="rowgroup">{{ block }}</th></tr>
  {% for statistic in statistics %}
  <tr>
    <td><abbr title="{{ statistic.sentence }}">{{ statistic.name }}</abbr></td>
    {% set number, unit = shown(statistic.unit, statistic.value) %}
    <td class="n">{{ number }}</td>
    <td class="soft">{{ unit }}</td>
    <td class="soft">{{ statistic.sentence }}</td>
    </tr>
  {% endfor %}
  {% endfor %}
  </tbody>
</table></div>
</details>
""",
)
