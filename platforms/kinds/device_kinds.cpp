// SPDX-License-Identifier: Apache-2.0
// What a device behind its port is made of.
#include "platforms/kinds/block_kind.h"
#include "platforms/kinds/words.h"

namespace siov {
namespace {

using Role = ResourceRole;

BlockKind SwqArbiter() {
  BlockKind kind{"swq_arbiter", 20};
  kind.ports = {In("from_port"), In("from_device").IfBound(), Out("to_engine")};
  kind.resources = {{".occupancy", Role::kQueuePlaces}};
  kind.pass = [](const Place& place, const Passage&) -> Services {
    return {{Stage::kArbitration, place.endpoint().arbiter.accept_latency_ps}};
  };
  kind.picture = [](const Place& place) {
    Words lines;
    for (const WorkQueueConfig& queue : place.endpoint().arbiter.queues) {
      lines.push_back(std::string(queue.mode == QueueMode::kShared ? "SWQ " : "DWQ ") + queue.name + ": " +
                      std::to_string(queue.size));
    }
    return lines;
  };
  return kind;
}

BlockKind Engine() {
  BlockKind kind{"engine", 30};
  kind.ports = {In("from_arbiter"), Out("to_memory"), Out("to_ims")};
  kind.resources = {{"contexts", Role::kContexts},          {"pending_translations", Role::kPendingTranslations},
                    {"read_buffers", Role::kReadBuffers},   {"read_buffer_bytes", Role::kReadBuffers},
                    {"read_issue", Role::kDataPath},        {"read_store", Role::kDataPath},
                    {"write_buffers", Role::kWriteBuffers}, {"write_buffer_bytes", Role::kWriteBuffers},
                    {"write_issue", Role::kDataPath},       {"write_stage", Role::kDataPath},
                    {"engine_data_path", Role::kDataPath},  {"device_data_path", Role::kDataPath}};
  kind.picture = [](const Place& place) -> Words {
    const EngineConfig& engine = place.endpoint().engine;
    return {"engines: " + std::to_string(engine.group_of_engine.size()) + " x " +
            std::to_string(engine.jobs_per_engine) + " jobs"};
  };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const EngineConfig& engine = place.endpoint().engine;
    const double engines = static_cast<double>(engine.group_of_engine.size());
    return {
        {place.path + " contexts", PerSecond(engines * engine.jobs_per_engine), &JobDemand::engine_ps},
        {place.path + " data path", engines * engine.bytes_per_second, &JobDemand::data_bytes},
        {place.path + " device data path", engine.device_bytes_per_second, &JobDemand::data_bytes},
        {place.path + " read buffers", PerSecond(engine.read_buffers), &JobDemand::read_buffer_ps},
        {place.path + " read buffer bytes", PerSecond(engine.read_buffer_bytes), &JobDemand::read_buffer_byte_ps},
        {place.path + " read issue", OneEach(engine.read_issue_interval_ps), &JobDemand::reads},
        {place.path + " read store", PerSecond(1), &JobDemand::read_store_ps},
        {place.path + " write buffers", PerSecond(engine.write_buffers), &JobDemand::write_buffer_ps},
        {place.path + " write buffer bytes", PerSecond(engine.write_buffer_bytes), &JobDemand::write_buffer_byte_ps},
        {place.path + " write issue", OneEach(engine.write_issue_interval_ps), &JobDemand::writes},
        {place.path + " write stage", PerSecond(1), &JobDemand::write_stage_ps}};
  };
  return kind;
}

BlockKind Ims() {
  BlockKind kind{"ims", 40};
  kind.ports = {In("from_engine"), Out("to_port")};
  kind.pass = [](const Place& place, const Passage&) -> Services {
    return {{Stage::kInterrupt, place.endpoint().ims.lookup_latency_ps}};
  };
  kind.picture = [](const Place& place) -> Words { return {"IMS: " + std::to_string(place.endpoint().ims.entries)}; };
  return kind;
}

BlockKind Atc() {
  BlockKind kind{"atc", 50};
  kind.ports = {In("from_engine"), In("from_port"), Out("to_port"), In("from_software").IfBound(),
                Out("to_traffic").IfBound()};
  kind.resources = {{"port", Role::kAtcPort},
                    {"translations", Role::kTranslations},
                    {"faults", Role::kFaultCredits},
                    {"invalidation", Role::kInvalidation}};
  kind.translates = BlockKind::Translates::kForDevice;
  kind.pass = [](const Place& place, const Passage&) -> Services {
    const AtcConfig& atc = *place.endpoint().atc;
    return {
        {Stage::kAtc, atc.lookup_latency_ps, Service::Keeps::kForInterval, Stage::kAtcWait, atc.lookup_interval_ps}};
  };
  kind.picture = [](const Place& place) -> Words { return {"ATC: " + EntriesText(place.endpoint().atc->geometry)}; };
  kind.capacity = [](const Place& place) -> std::vector<Capacity> {
    const AtcConfig& atc = *place.endpoint().atc;
    return {{place.path + " lookups", OneEach(atc.lookup_interval_ps), &JobDemand::accesses},
            {place.path + " invalidations", OneEach(atc.invalidation_latency_ps), &JobDemand::device_invalidations}};
  };
  return kind;
}

// Serves one access after the other.
BlockKind Function() {
  BlockKind kind{"function"};
  kind.ports = {In("from_port")};
  kind.pass = [](const Place& place, const Passage& packet) -> Services {
    const FunctionTimes& times = place.endpoint().registers;
    const bool configuration = packet.tlp.access == WireTlp::Access::kConfiguration;
    return {{Stage::kArbitration, configuration ? times.config_latency_ps : times.register_latency_ps}};
  };
  return kind;
}

BlockKind DeviceBridge() {
  BlockKind kind{"device_bridge"};
  kind.ports = {In("from_port"), Out("to_port")};
  kind.picture = [](const Place&) -> Words { return {"a model outside"}; };
  return kind;
}

}  // namespace

std::vector<BlockKind> DeviceKinds() { return {SwqArbiter(), Engine(), Ims(), Atc(), Function(), DeviceBridge()}; }

}  // namespace siov
