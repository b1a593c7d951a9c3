# SPDX-License-Identifier: Apache-2.0
"""Random tiny platforms with random work, as configuration text.

A case is a tree of plain dictionaries and lists; a seed always gives the same one. Platforms are tiny on purpose: one
credit, one tag, one slot are where deadlocks, leaks and wrong shares show in a few dozen jobs.
"""

import copy
import random
from pathlib import Path
from typing import Any, Dict, Iterator, List

TRACE = Path(__file__).resolve().parents[2] / "traces" / "vfio_dpdk_e1000e_2m.siovtrace"

Case = Dict[str, Any]


class Word(str):
    """An enumeration value: written without quotes."""


def text_of(message: Dict[str, Any], indent: int = 0) -> str:
    """Protobuf text of a case."""
    lines: List[str] = []
    pad = "  " * indent
    for name, value in message.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                lines += [f"{pad}{name} {{", text_of(one, indent + 1), f"{pad}}}"]
            elif isinstance(one, bool):
                lines.append(f"{pad}{name}: {'true' if one else 'false'}")
            elif isinstance(one, Word) or not isinstance(one, str):
                lines.append(f"{pad}{name}: {one}")
            else:
                lines.append(f'{pad}{name}: "{one}"')
    return "\n".join(line for line in lines if line)


class _Draw:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def of(self, *values: Any) -> Any:
        return self.random.choice(values)

    def put(self, message: Dict[str, Any], probability: float, name: str, *values: Any) -> None:
        """Sets a field now and then; what is not set has its default."""
        if self.chance(probability):
            message[name] = self.of(*values)

    def credits(self, largest_payload: int, largest_read: int, upstream: bool) -> Dict[str, Any]:
        credits: Dict[str, Any] = {}
        self.put(credits, 0.5, "posted_header", 1, 2, 8)
        self.put(credits, 0.5, "posted_data", largest_payload // 16, largest_payload // 16 + 1, 200)
        self.put(credits, 0.5, "nonposted_header", 1, 2, 8)
        self.put(credits, 0.3, "completion_header", 1, 2, 8)
        if not upstream:  # devices send no such data
            self.put(credits, 0.3, "nonposted_data", 4, 5)
            self.put(credits, 0.3, "completion_data", largest_payload // 16, 500)
        return credits


def _iommu(draw: _Draw, profile: str) -> Dict[str, Any]:
    iommu: Dict[str, Any] = {"profile": Word(profile)} if profile == "RISCV" or draw.chance(0.2) else {}
    iotlb: Dict[str, Any] = {}
    draw.put(iotlb, 0.5, "entries", 0, 1, 2, 8)
    draw.put(iotlb, 0.4, "miss_slots", 1, 2)
    draw.put(iotlb, 0.3, "order", *map(Word, ("ROUND_ROBIN_PORTS", "ROUND_ROBIN_FUNCTIONS", "ROUND_ROBIN_PASIDS")))
    draw.put(iotlb, 0.3, "lookup_interval_ns", 0, 5, 50)
    walker: Dict[str, Any] = {}
    draw.put(walker, 0.5, "walkers", 1, 2)
    draw.put(walker, 0.3, "pasid_cache", {"entries": 1}, {"entries": 0})
    draw.put(walker, 0.2, "queue_entries", 1, 2)
    draw.put(walker, 0.2, "order", *map(Word, ("TRANSLATION_REQUESTS_FIRST", "TRAFFIC_CLASS", "ROUND_ROBIN")))
    draw.put(walker, 0.3, "first_stage_caches", {"level": 2, "entries": 1}, {"level": 3, "entries": 4})
    draw.put(walker, 0.2, "nested_cache", {"entries": 1})
    pri: Dict[str, Any] = {}
    draw.put(pri, 0.5, "entries", 2, 4, 16)
    draw.put(pri, 0.2, "overflow_response", Word("FAILURE"))
    faults: Dict[str, Any] = {}
    draw.put(faults, 0.3, "records", 2, 4)
    if profile == "VTD":
        draw.put(faults, 0.2, "collapse", True)
    queue: Dict[str, Any] = {}
    draw.put(queue, 0.3, "entries", 2, 4, 8)
    draw.put(queue, 0.2, "outstanding_per_device", 1)
    remapper: Dict[str, Any] = {}
    draw.put(remapper, 0.2, "delivery", Word("REMAPPED"))
    if not remapper:
        draw.put(remapper, 0.2, "notification_window_ns", 100, 3000)
    draw.put(remapper, 0.2, "entry_cache", {"entries": 0}, {"entries": 1})
    parts = {"iotlb": iotlb, "page_walker": walker, "pri_queue": pri, "fault_recording": faults}
    parts.update({"invalidation_queue": queue, "interrupt_remapper": remapper})
    iommu.update({name: part for name, part in parts.items() if part})
    return iommu


def _own_limits(draw: _Draw, engine: Dict[str, Any]) -> None:
    """What the device's engines take for themselves; accesses so small that any buffer holds one."""
    for name in ("read_issue_interval_ns", "write_issue_interval_ns"):
        draw.put(engine, 0.15, name, 5, 100)
    stores = draw.chance(0.3)
    if stores:
        engine["access_bytes"] = 64
        draw.put(engine, 0.5, "read_store_line_ns", 2, 20)
        draw.put(engine, 0.5, "read_store_latency_ns", 50)
        draw.put(engine, 0.5, "write_stage_gbytes_per_second", 1, 8)
        draw.put(engine, 0.5, "write_stage_latency_ns", 50)
    draw.put(engine, 0.2, "write_buffers", 1, 3)
    draw.put(engine, 0.2, "write_buffer_bytes", 4096)
    if engine.get("read_buffers") != 0:  # a packet takes what it needs
        draw.put(engine, 0.2, "read_buffer_bytes", 4096)


def _endpoint(draw: _Draw, index: int) -> Dict[str, Any]:
    endpoint: Dict[str, Any] = {}
    port: Dict[str, Any] = {"requester_id": 256 * (index + 1)}
    draw.put(port, 0.5, "tags", 1, 2, 8)
    endpoint["port"] = port
    if draw.chance(0.6):
        atc: Dict[str, Any] = {}
        draw.put(atc, 0.6, "entries", 0, 1, 2, 16)
        if "entries" in atc:
            atc["ways"] = 0
        draw.put(atc, 0.5, "outstanding_requests", 1, 2)
        draw.put(atc, 0.3, "translations_per_request", 2, 3, 8, 16)
        if atc.get("entries") != 0:
            draw.put(atc, 0.2, "prefetch_next_pages", 1, 4)
        draw.put(atc, 0.3, "page_requests", True, False)
        draw.put(atc, 0.3, "lookup_interval_ns", 0, 10)
        draw.put(atc, 0.2, "no_write_requests", True)
        draw.put(atc, 0.2, "invalidate_queue_depth", 1)
        if atc.get("page_requests", True):
            draw.put(atc, 0.3, "page_request_allocation", 1, 2)
            draw.put(atc, 0.2, "page_request_capacity", 1, 2)
            draw.put(atc, 0.3, "page_group_pages", 2, 8)
            draw.put(atc, 0.3, "page_group_window_ns", 50, 2000)
            draw.put(atc, 0.2, "page_fault_retry_limit", 0, 1)
        endpoint["atc"] = atc
    groups = draw.of(1, 1, 1, 2)
    queues = []
    for number in range(draw.of(1, 1, 2, 3)):
        queue: Dict[str, Any] = {"name": f"q{index}{number}"}
        draw.put(queue, 0.5, "mode", Word("DEDICATED"), Word("SHARED"))
        queue["size"] = draw.of(1, 2, 16, 32)
        draw.put(queue, 0.2, "priority", 2, 15)
        if groups == 2 and number:
            queue["group"] = 1
        queues.append(queue)
    arbiter: Dict[str, Any] = {"queues": queues}
    if groups == 2 and len(queues) > 1:
        arbiter["groups"] = 2
    endpoint["swq_arbiter"] = arbiter
    engine: Dict[str, Any] = {}
    if arbiter.get("groups") == 2:
        engine["group_of_engine"] = draw.of([0, 1], [1, 0], [0, 1, 1])
    else:
        draw.put(engine, 0.3, "group_of_engine", [0], [0, 0])
    draw.put(engine, 0.4, "jobs_per_engine", 1, 2, 4)
    draw.put(engine, 0.4, "read_buffers", 1, 2, 0)
    draw.put(engine, 0.2, "in_order", True)
    draw.put(engine, 0.3, "gbytes_per_second", 1, 20)
    _own_limits(draw, engine)
    if "atc" in endpoint:
        draw.put(engine, 0.2, "pending_translations", 1, 2)
        if endpoint["atc"].get("page_requests") is False:
            draw.put(engine, 0.3, "block_on_fault", False)
    if engine:
        endpoint["engine"] = engine
    if draw.chance(0.2):
        endpoint["ims"] = {"entries": draw.of(1, 2, 64)}
        if draw.chance(0.3):
            endpoint["ims"].update({"placement": Word("HOST_MEMORY"), "cache": {"entries": draw.of(0, 1)}})
    return endpoint


def _sizes(draw: _Draw) -> Dict[str, Any]:
    """What all links below one root port agree on."""
    sizes = {"max_payload_bytes": draw.of(128, 256, 256, 512), "max_read_request_bytes": draw.of(128, 256, 512, 512)}
    draw.put(sizes, 0.2, "read_completion_boundary_bytes", 64, 128)
    draw.put(sizes, 0.2, "ecrc", True)
    return sizes


def _link(draw: _Draw, above: str, below: str, sizes: Dict[str, Any]) -> Dict[str, Any]:
    switch = "sw" in above + below
    name = {"name": f"{above}-{below}", "a": above, "b": below}
    if not switch and draw.chance(0.15):
        on_die = {"gbytes_per_second": draw.of(0.5, 32, 256), "latency_ns": draw.of(0, 5), "header_bytes": draw.of(0, 16)}
        on_die.update({field: sizes[field] for field in sizes if field != "ecrc"})
        return {**name, "on_die": on_die}
    pcie: Dict[str, Any] = {"generation": draw.of(1, 2, 3, 4, 5, 6), "lanes": draw.of(1, 2, 4, 8, 16), **sizes}
    payload, read = sizes["max_payload_bytes"], sizes["max_read_request_bytes"]
    for way, up in (("upstream", True), ("downstream", False)):
        if draw.chance(0.4):
            credits = draw.credits(payload, read, up)
            pcie[way] = {name: value for name, value in credits.items() if not (switch and name.startswith("completion"))}
    return {**name, "pcie": pcie}


def _hierarchies(draw: _Draw, devices: int) -> List[List[str]]:
    """Of every device what is above it, from its root port on. Behind a switch there are all of them."""
    if not draw.chance(0.35):
        return [[f"rp{number}"] for number in range(devices)]
    deeper = draw.chance(0.5)
    return [["rp0", "sw0", "sw1"] if deeper and number else ["rp0", "sw0"] for number in range(devices)]


def _platform(draw: _Draw) -> Dict[str, Any]:
    devices = draw.of(1, 1, 2, 3)
    hierarchies = _hierarchies(draw, devices)
    ports = len({way[0] for way in hierarchies})
    iommus = draw.of(1, 1, 2) if ports > 1 else 1
    profile = draw.of("VTD", "VTD", "RISCV")
    host: Dict[str, Any] = {}
    draw.put(host, 0.3, "cpus", 1, 2)
    draw.put(host, 0.2, "retry_limit", 1, 3)
    draw.put(host, 0.2, "vcpus", 1, 2)
    draw.put(host, 0.2, "fault_batch_entries", 1, 2)
    draw.put(host, 0.2, "major_fault_fraction", 0.5)
    draw.put(host, 0.2, "job_timeout_ns", 5000, 20000)
    if draw.chance(0.4):
        driver: Dict[str, Any] = {"unmap_policy": Word(draw.of("STRICT", "DEFERRED", "BATCHED"))}
        if driver["unmap_policy"] == "DEFERRED":
            draw.put(driver, 0.5, "flush_entries", 1, 3)
        if driver["unmap_policy"] == "BATCHED":
            draw.put(driver, 0.5, "batch_jobs", 1, 2)
        draw.put(driver, 0.2, "recipe_fault", *map(Word, ("NO_IOTLB", "NO_DEVICE_TLB", "NO_WAIT", "DEVICE_TLB_FIRST")))
        host["driver"] = driver
    memory: Dict[str, Any] = {}
    draw.put(memory, 0.3, "residency", Word("ALL_DRAM"), Word("ALL_LLC"))
    draw.put(memory, 0.2, "dram_channels", 1)
    nodes: List[Dict[str, Any]] = [{"name": "host0", "host": host}, {"name": "mem0", "memory": memory}]
    links: List[Dict[str, Any]] = [{"name": "host0-mem0", "a": "host0", "b": "mem0", "fabric": {}}]
    for number in range(iommus):
        nodes.append({"name": f"iommu{number}", "iommu": _iommu(draw, profile)})
        links.append({"name": f"iommu{number}-mem0", "a": f"iommu{number}", "b": "mem0", "fabric": {}})
    for number in range(ports):
        root_port: Dict[str, Any] = {}
        draw.put(root_port, 0.3, "outstanding_reads", 1, 2)
        draw.put(root_port, 0.3, "translation_window", 1, 2)
        nodes.append({"name": f"rp{number}", "root_port": root_port})
        links.append({"name": f"rp{number}-iommu", "a": f"rp{number}", "b": f"iommu{number % iommus}", "fabric": {}})
    sizes = {way[0]: _sizes(draw) for way in hierarchies}
    for number, way in enumerate(hierarchies):
        endpoint = _endpoint(draw, number)
        if "atc" in endpoint:
            for node in nodes:
                if node["name"] == way[0]:  # refused: such a device sends no untranslated reads
                    node["root_port"].pop("translation_window", None)
        nodes.append({"name": f"dev{number}", "endpoint": endpoint})
        steps = [*way, f"dev{number}"]
        for above, below in zip(steps, steps[1:]):
            if any(link["name"] == f"{above}-{below}" for link in links):
                continue
            if below.startswith("sw"):
                nodes.append({"name": below, "pcie_switch": {"latency_ns": draw.of(0, 1, 100)}})
            links.append(_link(draw, above, below, sizes[way[0]]))
    return {"nodes": nodes, "links": links}


def _add_socket(draw: _Draw, platform: Dict[str, Any], workload: Dict[str, Any]) -> None:
    """A second memory behind a socket link, perhaps with IOMMUs of its own, and something placed in either."""
    link: Dict[str, Any] = {}
    draw.put(link, 0.5, "gbytes_per_second", 0.5, 4, 100)
    draw.put(link, 0.5, "header_bytes", 0, 8, 64)
    draw.put(link, 0.5, "latency_ns", 0, 1, 200)
    memory: Dict[str, Any] = {}
    draw.put(memory, 0.3, "residency", Word("ALL_DRAM"), Word("ALL_LLC"))
    platform["nodes"].append({"name": "mem1", "memory": memory})
    platform["links"].append({"name": "upi", "a": "mem0", "b": "mem1", "socket": link})
    platform["links"].append({"name": "host0-mem1", "a": "host0", "b": "mem1", "fabric": {}})
    for one in platform["links"]:
        if one["a"].startswith("iommu"):
            one["b"] = draw.of("mem0", "mem0", "mem1")
    for node in platform["nodes"]:
        if "iommu" in node:
            draw.put(node["iommu"], 0.5, "tables_memory", "mem0", "mem1")
    for tenants in [*workload["tenant_classes"], *([workload["replay"]] if "replay" in workload else [])]:
        space = tenants.setdefault("address_space", {})
        if space.get("stages") == "PASS_THROUGH":
            continue
        draw.put(space, 0.7, "pages_memory", "mem0", "mem1")
        draw.put(space, 0.5, "page_tables_memory", "mem0", "mem1")


def _address_space(draw: _Draw, on_demand: bool) -> Dict[str, Any]:
    space: Dict[str, Any] = {}
    stages = draw.of("FIRST", "FIRST", "SECOND", "NESTED", "PASS_THROUGH")
    if stages != "FIRST":
        space["stages"] = Word(stages)
    if stages == "PASS_THROUGH":
        return space
    if stages in ("FIRST", "NESTED"):
        draw.put(space, 0.3, "first_page", Word("PAGE_2M"), Word("PAGE_4K"))
        draw.put(space, 0.2, "first_accessed_dirty", True)
    if stages in ("SECOND", "NESTED"):
        draw.put(space, 0.3, "tenants_per_vm", 1, 2)
    if on_demand:
        draw.put(space, 0.3, "paging", Word("ON_DEMAND"))
        if "paging" not in space:
            draw.put(space, 0.3, "resident_fraction", 0, 0.5)
    return space


def _jobs(draw: _Draw, packets: bool) -> List[Dict[str, Any]]:
    jobs = []
    for _ in range(draw.of(1, 1, 1, 2)):
        job: Dict[str, Any] = {}
        if packets and draw.chance(0.3):
            accesses = []
            for _ in range(draw.of(1, 2)):
                access: Dict[str, Any] = {"size_bytes": draw.of(1, 64, 300, 2000)}
                draw.put(access, 0.5, "op", Word("READ"), Word("WRITE"))
                draw.put(access, 0.5, "offset_bytes", 1, 63, 4095)
                accesses.append(access)
            job = {"op": Word("PACKET"), "accesses": accesses}
        else:
            draw.put(job, 0.7, "op", *map(Word, ("READ", "WRITE", "MOVE", "FILL", "NOOP", "WRITE_READ")))
            draw.put(job, 0.7, "size_bytes", 1, 3, 64, 257, 1000, 4096, 9000)
        jobs.append(job)
    return jobs


def _tenants(draw: _Draw, number: int, devices: List[Dict[str, Any]], own_queues: Dict[str, str]) -> Dict[str, Any]:
    device = draw.of(*devices)
    endpoint = device["endpoint"]
    queues = endpoint["swq_arbiter"]["queues"]
    dedicated = [queue["name"] for queue in queues if queue.get("mode") == "DEDICATED"]
    own = draw.chance(0.3) and bool(dedicated)
    origin = "DEVICE" if own else "HOST"
    # A dedicated queue that CPUs submit to is one tenant's.
    possible = dedicated if own else [queue["name"] for queue in queues]
    possible = [name for name in possible if own_queues.get(name, origin) == origin]
    if not own:
        possible = [name for name in possible if name not in dedicated or name not in own_queues]
    tenants: Dict[str, Any] = {"name": f"c{number}", "endpoint": device["name"]}
    if not possible:  # another class has them all; the checker may say so too
        possible = [queues[0]["name"]]
    tenants["queues"] = draw.random.sample(possible, draw.random.randint(1, len(possible)))
    for name in tenants["queues"]:
        own_queues.setdefault(name, origin)
    if own:
        tenants["origin"] = Word("DEVICE")
    if own or not set(dedicated) & set(tenants["queues"]):
        draw.put(tenants, 0.5, "tenants", 1, 2, 3, 7)
    arrivals = draw.of("CLOSED_LOOP", "CLOSED_LOOP", "FIXED_RATE", "FIXED_RATE" if own else "POISSON")
    if arrivals == "CLOSED_LOOP":
        draw.put(tenants, 0.4, "queue_depth", 1, 2, 4)
        if draw.chance(0.3):
            tenants["think_time"] = {"mean_ns": draw.of(0, 100, 5000)}
            draw.put(tenants["think_time"], 0.5, "kind", Word("EXPONENTIAL"))
    else:
        tenants["arrivals"] = Word(arrivals)
        tenants["jobs_per_second"] = draw.of(1e4, 1e5, 1e6, 1e7)
    tenants["jobs"] = _jobs(draw, endpoint.get("engine", {}).get("read_buffers") == 0)
    draw.put(tenants, 0.3, "pattern", Word("SEQUENTIAL"), Word("ZIPF"))
    tenants["working_set_bytes"] = draw.of(16384, 65536, 1048576)
    draw.put(tenants, 0.5, "alignment_bytes", 1, 2, 4, 64, 4096)
    if not own:
        draw.put(tenants, 0.3, "wants_interrupt", True)
    space = _address_space(draw, "atc" in endpoint)
    if space:
        tenants["address_space"] = space
    if not own and space.get("stages") != "PASS_THROUGH" and not {"paging", "resident_fraction"} & set(space):
        draw.put(tenants, 0.2, "mapping", Word("STREAMING"))
    if "atc" in endpoint and draw.chance(0.15):
        exit_of = {"at_us": draw.of(1, 4, 10), "tenants": draw.random.randint(1, tenants.get("tenants", 1))}
        draw.put(exit_of, 0.5, "stop", Word("WAIT_FOR_RESPONSES"))
        tenants["exits"] = [exit_of]
    return tenants


def _replay(draw: _Draw, devices: List[Dict[str, Any]], own_queues: Dict[str, str]) -> Dict[str, Any]:
    device = draw.of(*devices)
    queues = device["endpoint"]["swq_arbiter"]["queues"]
    replay: Dict[str, Any] = {"trace_file": str(TRACE), "endpoint": device["name"]}
    shared = [queue["name"] for queue in queues if queue.get("mode") != "DEDICATED"]
    free = [queue["name"] for queue in queues if queue["name"] not in own_queues]
    replay["queues"] = shared or free or [queues[0]["name"]]  # or one that the checker refuses
    if shared:
        draw.put(replay, 0.5, "tenants", 2, 3, 7)
    replay["jobs_per_tenant"] = draw.of(1, 5, 20)
    draw.put(replay, 0.5, "outstanding", 1, 2, 8)
    draw.put(replay, 0.3, "wants_interrupt", True)
    space = _address_space(draw, "atc" in device["endpoint"])
    if space:
        replay["address_space"] = space
    return replay


def _run(draw: _Draw) -> Dict[str, Any]:
    run: Dict[str, Any] = {"seed": draw.random.randint(1, 1000), "stall_limit_us": 20000}
    if draw.chance(0.6):
        run["job_limit"] = draw.of(1, 7, 50, 200)
    if "job_limit" not in run or draw.chance(0.2):
        run["duration_us"] = draw.of(3, 20, 50.5)
    draw.put(run, 0.3, "warmup_us", 1, 5)
    return run


def _give_adis(draw: _Draw, devices: List[Dict[str, Any]], classes: List[Dict[str, Any]]) -> None:
    """ADIs instead of queues, a tenant each or two, and messages that are masked for a while."""
    for tenants in classes:
        if "origin" not in tenants and draw.chance(0.2):
            del tenants["queues"]
            tenants["adi"] = {"type": "queue"}
            tenants.update({"tenants": 1, "exits": []})
            draw.put(tenants["adi"], 0.3, "completions_of", *(one["name"] for one in classes))
        if tenants.get("wants_interrupt") and draw.chance(0.3):
            device = next(one for one in devices if one["name"] == tenants["endpoint"])
            store = device["endpoint"].setdefault("ims", {})
            store["masks"] = [{"at_us": draw.of(0, 1), "for_us": draw.of(0.5, 1.5)}]


def random_case(seed: int) -> Case:
    """One experiment."""
    draw = _Draw(seed)
    platform = _platform(draw)
    devices = [node for node in platform["nodes"] if "endpoint" in node]
    own_queues: Dict[str, str] = {}
    classes = [_tenants(draw, number, devices, own_queues) for number in range(draw.of(1, 1, 2, 3))]
    workload: Dict[str, Any] = {"tenant_classes": classes}
    if draw.chance(0.1):
        workload["replay"] = _replay(draw, devices, own_queues)
    run = _run(draw)
    if draw.chance(0.3):
        _add_socket(draw, platform, workload)
    _give_adis(_Draw(seed + 2**32), devices, classes)
    return {
        "experiment_name": f"random{seed}",
        "platform": platform,
        "workload": workload,
        "run": run,
    }


def simpler(case: Case) -> Iterator[Case]:
    """The same case with one thing left out, for every thing that can be."""

    def walk(path: List[Any], value: Any) -> Iterator[List[Any]]:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            yield path + [key]
            yield from walk(path + [key], inner)

    for path in list(walk([], case)):
        smaller = copy.deepcopy(case)
        at: Any = smaller
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        if path[-1] not in ("name", "a", "b"):
            yield smaller
