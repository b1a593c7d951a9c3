# SPDX-License-Identifier: Apache-2.0
"""Latency anatomy: where a job's time goes, and how latencies are distributed."""

from typing import Any, Dict, List, Optional

from siovsim.report import charts, class_tables, palette
from siovsim.report.model import RunData
from siovsim.report.section import Section


def context(data: RunData) -> Dict[str, Any]:
    """Stages by band, classes, distributions."""
    colours = palette.stage_colours(data.stages)
    return {
        "data": data,
        "classes": class_tables.tables(data, colours),
        "hatches": palette.hatches(data.stages, colours),
        "legend": _legend(data, colours),
        "anatomy_time": charts.anatomy(data, colours, as_share=False) if data.band_names else "",
        "anatomy_share": charts.anatomy(data, colours, as_share=True) if data.band_names else "",
        "wait_share": {band: _wait_share(data, band) for band in data.band_names},
        "cdf": charts.distribution(data, tail=False),
        "ccdf": charts.distribution(data, tail=True),
    }


def _wait_share(data: RunData, band: str) -> Optional[float]:
    total = sum(stage.time_ns[band] for stage in data.stages)
    return sum(stage.time_ns[band] for stage in data.stages if stage.is_wait) / total if total else None


def _legend(data: RunData, colours: Dict[str, str]) -> List[Dict[str, Any]]:
    return [{"stage": stage, "fill": palette.fill(stage, colours)} for stage in data.used]


SECTION = Section(
    "anatomy",
    "Latency anatomy",
    context,
    """<p class="lead">Where a job's time goes, for all jobs (mean) and for those around each percentile. Hatched areas are waiting, plain areas are service; per job the stages add up exactly to its latency.</p>
{% if anatomy_time %}
{{ parts.anatomy(hatches, legend, anatomy_time, anatomy_share) }}
<div class="scroll"><table>
  <caption>Mean time in each stage per band; the largest of each column is marked.</caption>
  <thead>
    <tr>
    <th>Stage</th>
    <th>Kind</th>
    <th>What it is</th>
    {% for band in data.band_names %}
    <th class="n">{{ data.bands[band].label if band in data.bands else band }}{% if band in data.bands and band != "mean" %}<small>{{ data.bands[band].jobs|count }} jobs,<br>{{ data.bands[band].from_ns|time_ns }} to<br>{{ data.bands[band].to_ns|time_ns }}</small>{% endif %}</th>{% endfor %}
    <th class="n">Share of mean</th>
    </tr>
    </thead>
  <tbody>
  {% for stage in data.used %}
  <tr>
    <td>{{ stage.name }}</td>
    <td class="soft">{{ "waiting" if stage.is_wait else "service" }}</td>
    <td class="soft">{{ stage.description }}</td>
    {% for band in data.band_names %}
    <td class="n{{ ' top' if data.dominant(band).name == stage.name }}">{{ stage.time_ns[band]|time_ns }}</td>{% endfor %}
    <td class="n">{{ stage.share_mean|percent }}</td>
    </tr>
  {% endfor %}
  <tr>
    <td><strong>waiting</strong></td>
    <td></td>
    <td class="soft">Share of the band that is waiting</td>
    {% for band in data.band_names %}
    <td class="n"><strong>{{ wait_share[band]|percent }}</strong></td>{% endfor %}
    <td></td>
    </tr>
  </tbody>
</table></div>
{% if data.unused %}<p class="note">No job spent time in {{ data.unused|join(", ") }}.</p>{% endif %}
{% else %}
<p>{{ "No job was measured." if data.stages else "This result has no stages.csv." }}</p>
{% endif %}
{% if cdf %}
{% if classes %}
<h3 id="classes">Classes of tenants</h3>
<div class="scroll"><table>
  <thead>
    <tr>
    <th>Class</th>
    {% for column, sentence in classes.columns %}<th class="n" title="{{ sentence }}">{{ column }}</th>
    {% endfor %}
    <th>Most of the mean</th>
    <th>Most of the slowest 0.1 %</th>
    </tr>
  </thead>
  <tbody>
  {% for row in classes.rows %}
  <tr><td>{{ row.name }}</td>
    {% for cell in row.cells %}<td class="n">{{ cell }}</td>
    {% endfor %}
    <td class="soft">{{ row.mean_stage or "–" }}</td><td class="soft">{{ row.tail_stage or "–" }}</td></tr>
  {% endfor %}
  </tbody>
</table></div>
{% for name, chart in classes.charts %}
{{ parts.figure("Class " ~ name, chart, "mean time per stage over the jobs of each band of this class", wide=true) }}
{% endfor %}
{% endif %}
<h3>Distribution of job latency</h3>
<div class="pair">{{ parts.figure("Cumulative", cdf) }}{{ parts.figure("Tail", ccdf, "both axes logarithmic") }}</div>
{% endif %}
""",
)
