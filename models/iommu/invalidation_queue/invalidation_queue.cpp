// SPDX-License-Identifier: Apache-2.0
// Ring and fetch; issue is in invalidation_queue_issue.cpp, how descriptors end in invalidation_queue_ends.cpp.
#include "models/iommu/invalidation_queue/invalidation_queue.h"

#include <algorithm>
#include <utility>

#include "models/translation/ring_place.h"

namespace siov {
namespace {

constexpr std::uint32_t kFetchBytes = 64;  // one line

QueueDescriptor DescriptorOf(InvalidationCommand& command) { return {command.what, command.bytes, &command}; }

// What all devices together may have in flight.
std::uint64_t ItagsFor(const InvalidationQueueConfig& config, const InvalidationQueue::Devices& devices,
                       const InvalidationQueue::Devices& queue_depths) {
  std::uint64_t itags = 0;
  for (const auto& device : devices) {
    const auto depth = queue_depths.find(device.first);
    itags += depth == queue_depths.end() ? config.outstanding_per_device
                                         : std::min(config.outstanding_per_device, depth->second);
  }
  return itags;
}

}  // namespace

InvalidationQueue::InvalidationQueue(const sc_core::sc_module_name& name, Simulation& simulation,
                                     const std::string& path, const InvalidationQueueConfig& config, std::size_t ports,
                                     Devices devices, const Devices& queue_depths)
    : Block(name, simulation, path),
      from_driver("from_driver", this, &InvalidationQueue::FromHost, kDriver),
      from_fault_service("from_fault_service", this, &InvalidationQueue::FromHost, kFaultService),
      to_iotlb("to_iotlb", this, &InvalidationQueue::CacheBackward),
      to_interrupts("to_interrupts", this, &InvalidationQueue::CacheBackward),
      to_pri_queue("to_pri_queue", this, &InvalidationQueue::CacheBackward),
      to_page_responses("to_page_responses", this, &InvalidationQueue::Ignore),
      to_memory("to_memory", this, &InvalidationQueue::FromMemory),
      to_host("to_host", this, &InvalidationQueue::EventBackward),
      config_(config),
      core_(config),
      devices_(std::move(devices)),
      ring_address_(RingPlace(MakeRandom(), config.tables_home)),
      ring_(statistics_, "ring", "descriptors", "Descriptors in the ring, not yet executed.", config.entries - 1),
      itags_in_use_(statistics_, "itags", "requests", "Invalidate requests in flight, of all devices.",
                    ItagsFor(config, devices_, queue_depths)) {
  for (const auto& [requester, depth] : queue_depths) core_.SetQueueDepth(requester, depth);
  for (std::uint32_t port = 0; port < ports; ++port) {
    const std::string suffix = std::to_string(port);
    from_port.push_back(std::make_unique<TargetSocket<InvalidationQueue>>(("from_port_" + suffix).c_str(), this,
                                                                          &InvalidationQueue::FromPort, port));
    to_port.push_back(std::make_unique<InitiatorSocket<InvalidationQueue>>(("to_port_" + suffix).c_str(), this,
                                                                           &InvalidationQueue::Ignore));
  }
}

std::string InvalidationQueue::Situation() const {
  const std::string what = core_.WaitsFor();
  return what.empty() ? what : path() + " " + what;
}

std::vector<std::string> InvalidationQueue::WaitsFor(const Occupancy& held) const {
  if (&held == &ring_ && core_.stop() != QueueStop::kNone) return PeersOf(to_host);
  if (&held == &itags_in_use_) {
    std::vector<std::string> devices;
    for (const auto& port : to_port) {
      for (const std::string& path : PeersOf(*port)) devices.push_back(path);
    }
    return devices;
  }
  if (&held == &in_flight_ && itags_in_use_.level() < in_flight_.level()) return PeersOf(to_iotlb, to_interrupts);
  return {};
}

// END_REQ says that the descriptor is in the ring: until then software waits.
tlm::tlm_sync_enum InvalidationQueue::FromHost(std::uint32_t writer, InvalidationCommand& command, Picoseconds delay) {
  command.writer = static_cast<std::uint8_t>(writer);
  Arrive(delay, kCommand, command);
  return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum InvalidationQueue::FromPort(std::uint32_t, Tlp& payload, Picoseconds delay) {
  Arrive(delay, kCompletion, payload);
  return tlm::TLM_UPDATED;
}

void InvalidationQueue::CacheBackward(std::uint32_t, InvalidationRequest& request, tlm::tlm_phase_enum phase,
                                      Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kEnded, request);
}

void InvalidationQueue::FromMemory(std::uint32_t, TableAccess& access, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase != tlm::BEGIN_RESP) return;
  if (access.kind == TableAccess::Kind::kRead) return Arrive(delay, kFetched, access);
  StatusWritten(access, now() + delay);
}

void InvalidationQueue::EventBackward(std::uint32_t, IommuEvent& event, tlm::tlm_phase_enum phase, Picoseconds delay) {
  if (phase == tlm::BEGIN_RESP) Arrive(delay, kCleared, event);
}

void InvalidationQueue::OnDue(const DueItem& item) {
  switch (static_cast<Kind>(item.kind)) {
    case kCommand:
      return Command(PacketOf<InvalidationCommand>(item));
    case kCompletion:
      return InvalidateCompletion(PacketOf(item));
    case kFetch:
      return Fetch();
    case kFetched:
      return Fetched(PacketOf<TableAccess>(item));
    case kExecute:
      if (item.argument == core_.incarnation()) Execute();  // else what was fetched is forgotten
      return;
    case kEnded:
      return Ended(PacketOf<InvalidationRequest>(item));
    case kCleared:
      return Cleared(PacketOf<IommuEvent>(item));
    case kTimer:
      return Timer();
  }
}

// The way back of a descriptor.
TargetSocket<InvalidationQueue, InvalidationCommand>& InvalidationQueue::SocketOf(const InvalidationCommand& command) {
  return command.writer == kDriver ? from_driver : from_fault_service;
}

void InvalidationQueue::Command(InvalidationCommand& command) {
  CheckArrival(command);
  commands_.Add();
  if (!waiting_.empty() || !Place(command)) {
    queue_full_.Add();
    waiting_.PushBack(&command);
    return;
  }
  Advance();
}

bool InvalidationQueue::Place(InvalidationCommand& command) {
  if (!core_.Push(DescriptorOf(command))) return false;
  ring_.Increment(now());
  SocketOf(command).Release(command);
  return true;
}

// The head has moved: the ring has room.
void InvalidationQueue::PlaceWaiting() {
  ring_.Decrement(now());
  while (!waiting_.empty()) {
    InvalidationCommand& command = *waiting_.front();
    if (!core_.Push(DescriptorOf(command))) return;
    waiting_.PopFront();
    ring_.Increment(now());
    SocketOf(command).Release(command);
  }
}

// Goes on with what can go on: the next fetched descriptor, or the next read.
void InvalidationQueue::Advance() {
  if (executing_) return;
  if (core_.fetched() == 0) return ScheduleFetch();
  executing_ = true;
  busy_.Serve(now(), now() + config_.execute_latency_ps);
  Due(config_.execute_latency_ps, kExecute, nullptr, core_.incarnation());
}

// One write of the tail register makes all descriptors visible that software wrote before it: those of one instant.
void InvalidationQueue::ScheduleFetch() {
  if (fetching_ || core_.Fetchable(kFetchBytes) == 0) return;
  fetching_ = true;
  Due(0, kFetch, nullptr, 0, DueRank::kDecide);
}

void InvalidationQueue::Fetch() {
  const std::uint32_t count = core_.Fetchable(kFetchBytes);
  if (count == 0) {  // stopped meanwhile
    fetching_ = false;
    return;
  }
  fetches_.Add();
  const std::uint64_t address = ring_address_ + std::uint64_t{core_.head()} * config_.descriptor_bytes;
  TableAccess* read = TakeAccess(TableAccess::Kind::kRead, address, count * config_.descriptor_bytes);
  read->context = (std::uint64_t{core_.incarnation()} << 32) | count;
  busy_.Begin(now());
  to_memory.Send(*read, 0);
}

void InvalidationQueue::Fetched(TableAccess& read) {
  CheckArrival(read);
  CheckServed(read);
  const std::uint64_t context = read.context;
  busy_.End(now());
  GivePacket(read);
  fetching_ = false;
  core_.Fetched(static_cast<std::uint32_t>(context), static_cast<std::uint32_t>(context >> 32));
  Advance();
}

}  // namespace siov
