#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the descriptions of recordings into the facts the trace tests compare with.

A description (NAME.md, written when NAME was recorded) lists facts that were computed from the text recordings by
another program than this project. This script copies those the simulator must reproduce, and computes nothing:

    tests/trace/facts/from_description.py FOLDER_OF_DESCRIPTIONS

writes one NAME.json a description beside itself.
"""
import json
import pathlib
import re
import sys


def counts(text, pattern=r"`([^`]+)` (\d+)"):
    return {name: int(count) for name, count in re.findall(pattern, text)}


def facts_of(text):
    lines = {line[2:].split(":", 1)[0].split(" (")[0]: line for line in text.splitlines() if line.startswith("- ")}

    def line(start):
        (found,) = [value for key, value in lines.items() if key.startswith(start)]
        return found

    devices = re.findall(r"(\S+) \((0x[0-9a-f]+), domain (0x[0-9a-f]+)\): (\d+)", line("translations by source id"))
    masks = re.findall(r"(0x[0-9a-f]+): (\d+)", line("translations by source id").split("page-size masks:")[1])
    pages = re.findall(r"(0x[0-9a-f]+): (\d+)", line("unique 4K pages touched by source id"))
    descriptors = line("invalidation descriptors")
    orders = re.findall(r"(\d+): (\d+)", descriptors.split("histogram:")[1].split(";")[0])
    maps, unmaps = re.search(r"iommu:map in window (\d+), iommu:unmap in window (\d+)", text).groups()
    mapped = re.search(r"unique \(domain, IOVA 4K page\) mapped in window: (\d+)", text).group(1)
    lru = re.findall(r"(\d+): (\d+)/(\d+) =", line("LRU miss fraction"))
    return {
        "cut": "#CUT line inside" in text,
        "window": {
            "translations": {name: int(count) for name, _, _, count in devices},
            "maps": int(maps),
            "unmaps": int(unmaps),
            "mapped_pages": int(mapped),
            "lookups": int(lru[0][2]),
            "lru_misses": {entries: int(misses) for entries, misses, _ in lru},
        },
        "whole": {
            "translations": sum(int(count) for _, count in masks),
            "translations_by_page_bytes": {str(int(mask, 16) + 1): int(count) for mask, count in masks},
            "touched_pages": {source: int(count) for source, count in pages},
            "descriptors": counts(descriptors.split(";")[0]),
            "iotlb_page_orders": {order: int(count) for order, count in orders},
        },
    }


def main():
    (folder,) = [pathlib.Path(argument) for argument in sys.argv[1:]]
    for page in sorted(folder.glob("*.md")):
        if page.name == "README.md":
            continue
        target = pathlib.Path(__file__).parent / (page.stem + ".json")
        target.write_text(json.dumps(facts_of(page.read_text()), indent=1) + "\n")


if __name__ == "__main__":
    main()
