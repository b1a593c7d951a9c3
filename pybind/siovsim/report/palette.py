# SPDX-License-Identifier: Apache-2.0
"""One colour per stage: a hue per part of the path, a shade within it; waiting is the same hue, hatched and lighter."""

from typing import Dict, List, Sequence

from siovsim.report.model import Stage

# Hues are told apart with common colour-vision deficiencies (after Okabe and Ito), shades by lightness.
_FAMILIES = (
    (("submit", "retry_backoff", "queue_wait", "arbitration", "exit"), ("#2F5D8C", "#4C7DB0", "#6E9CCB", "#1D4063")),
    (("engine",), ("#5A6472",)),
    (("link_wait", "link_wire"), ("#12806A", "#0B5E4E")),
    (("atc", "ats_wait", "iotlb", "walk_wait", "walk_memory"), ("#E08A1E", "#C9701A", "#A85A10", "#EBA94F")),
    (("page_fault",), ("#B3303B",)),
    (("memory",), ("#7A4FA0",)),
    (("completion", "interrupt"), ("#8A8A1F", "#6B6B14")),
)
_OTHERS = ("#9C755F", "#B07AA1", "#499894", "#79706E", "#86BCB6", "#D37295")
CATEGORIES = ("#2F5D8C", "#C9701A", "#12806A", "#7A4FA0", "#B3303B", "#8A8A1F", "#5A6472")


def stage_colours(stages: Sequence[Stage]) -> Dict[str, str]:
    """Stage name -> colour; stages of no known part of the path get colours of their own."""
    colours: Dict[str, str] = {}
    unknown = 0
    for names, shades in _FAMILIES:
        for index, name in enumerate(name for name in names if any(stage.name == name for stage in stages)):
            colours[name] = shades[index % len(shades)]
    for stage in stages:
        if stage.name not in colours:
            colours[stage.name] = _OTHERS[unknown % len(_OTHERS)]
            unknown += 1
    return colours


def hatches(stages: Sequence[Stage], colours: Dict[str, str]) -> str:
    """SVG pattern definitions, one for each waiting stage, referred to as ``url(#wait-<stage>)``."""
    patterns: List[str] = []
    for stage in stages:
        if stage.is_wait:
            colour = colours[stage.name]
            patterns.append(
                f'<pattern id="wait-{stage.name}" width="6" height="6" patternUnits="userSpaceOnUse" '
                f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{colour}" fill-opacity="0.28"/>'
                f'<rect width="2.2" height="6" fill="{colour}" fill-opacity="0.75"/></pattern>')
    return f'<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{"".join(patterns)}</defs></svg>'


def fill(stage: Stage, colours: Dict[str, str]) -> str:
    """The CSS fill of a stage's area."""
    return f"fill:url(#wait-{stage.name})" if stage.is_wait else f"fill:{colours[stage.name]}"
