# SPDX-License-Identifier: Apache-2.0
"""One colour per stage: a hue per part of the path, a shade within it; waiting is hatched and lighter."""

from typing import Dict, List, Sequence

from siovsim.report.model import Stage

# A hue per part of the path, told apart with common colour-vision deficiencies (after Okabe and Ito). A stage that
# waits for something has the colour of what it waits for; hatching keeps the two apart.
_COLOURS = {
    # submission and queueing
    "submit_wait": "#2F5D8C",
    "submit": "#2F5D8C",
    "exit": "#1D4063",
    "retry_backoff": "#1D4063",
    "queue_wait": "#4C7DB0",
    "arbitration": "#4C7DB0",
    # link and ports
    "link_wait": "#12806A",
    "link_wire": "#12806A",
    "link_credit_wait": "#0B5E4E",
    "port": "#0B5E4E",
    "tag_wait": "#3FA58F",
    # engine
    "engine_wait": "#5A6472",
    "engine": "#5A6472",
    "order_wait": "#8792A0",
    # translation
    "atc_wait": "#E08A1E",
    "atc": "#E08A1E",
    "ats_wait": "#C9701A",
    "iotlb_wait": "#A85A10",
    "iotlb": "#A85A10",
    "walk_wait": "#D9A441",
    "walk": "#C9701A",
    "walk_memory": "#D9A441",
    # faults, memory, the way back
    "page_request": "#D0666E",
    "page_event": "#D0666E",
    "page_fault_wait": "#B3303B",
    "page_fault": "#B3303B",
    "page_response": "#D0666E",
    "socket_link_wait": "#9B7FC0",
    "socket_link": "#9B7FC0",
    "memory_wait": "#7A4FA0",
    "memory": "#7A4FA0",
    "interrupt_wait": "#8A8A1F",
    "interrupt": "#8A8A1F",
    "completion": "#5E5E10",
}
_OTHERS = ("#9C755F", "#B07AA1", "#499894", "#79706E", "#86BCB6", "#D37295")
CATEGORIES = ("#2F5D8C", "#C9701A", "#12806A", "#7A4FA0", "#B3303B", "#8A8A1F", "#5A6472")


def stage_colours(stages: Sequence[Stage]) -> Dict[str, str]:
    """Stage name -> colour; stages of no known part of the path get colours of their own."""
    others = [stage.name for stage in stages if stage.name not in _COLOURS]
    return {
        stage.name: _COLOURS.get(stage.name) or _OTHERS[others.index(stage.name) % len(_OTHERS)] for stage in stages
    }


def hatches(stages: Sequence[Stage], colours: Dict[str, str]) -> str:
    """SVG pattern definitions, one for each waiting stage, referred to as ``url(#wait-<stage>)``."""
    patterns: List[str] = []
    for stage in stages:
        if stage.is_wait:
            colour = colours[stage.name]
            patterns.append(
                f'<pattern id="wait-{stage.name}" width="6" height="6" patternUnits="userSpaceOnUse" '
                f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{colour}" fill-opacity="0.28"/>'
                f'<rect width="2.2" height="6" fill="{colour}" fill-opacity="0.75"/></pattern>'
            )
    return f'<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{"".join(patterns)}</defs></svg>'


def fill(stage: Stage, colours: Dict[str, str]) -> str:
    """The CSS fill of a stage's area."""
    return f"fill:url(#wait-{stage.name})" if stage.is_wait else f"fill:{colours[stage.name]}"
