// SPDX-License-Identifier: Apache-2.0
#include "tests/order/order_fabric.h"

#include <algorithm>

namespace siov::testing {
namespace {

constexpr std::uint64_t kWindow = 0x10'0000;
constexpr std::uint64_t kInterrupts = 0xFEE0'0000;

bool IsInterrupt(const Tlp& tlp) { return tlp.kind == TlpKind::kMemoryWrite && tlp.address == kInterrupts; }

WirePacket Seen(const Tlp& tlp, bool answer) {
  WirePacket packet;
  packet.name = tlp.context * 2 + (answer ? 1 : 0);
  const bool with_data = tlp.kind == TlpKind::kDeferrableWrite;
  const bool posted = tlp.kind == TlpKind::kMemoryWrite;
  using Row = WirePacket::Row;
  packet.row = answer ? Row::kCompletion : posted ? Row::kPosted : with_data ? Row::kNonPostedWithData : Row::kRead;
  packet.traffic_class = tlp.traffic_class;
  packet.relaxed = tlp.relaxed_ordering;
  packet.id_based = tlp.id_based_ordering && !answer;  // no completer here allows it
  packet.id = tlp.requester;
  packet.has_pasid = tlp.pasid.valid() && !answer;
  packet.pasid = packet.has_pasid ? tlp.pasid.value() : 0;
  packet.interrupt = !answer && IsInterrupt(tlp);
  return packet;
}

}  // namespace

OrderFabric::OrderFabric(const Config& config)
    : config_(config),
      random_(config.seed),
      uplink_("uplink", simulation_, "uplink", config.uplink),
      switch_("switch", simulation_, "switch", SwitchOf()),
      root_("root", simulation_, "root", config.root, 0, nullptr, config.homes.has_value()),
      iotlb_("iotlb", simulation_, "iotlb", config.iotlb, 1, spaces_, CachePartitions({Spaces()}),
             config.homes.has_value()) {
  for (std::size_t i = 0; i < kDevices; ++i) {
    const std::string number = std::to_string(i);
    const Way up = i == 0 ? kUpLink0 : kUpLink1;
    const Way down = i == 0 ? kDownLink0 : kDownLink1;
    devices_[i] = std::make_unique<ScriptedInitiator>(("device" + number).c_str(), simulation_, log_);
    portals_[i] = std::make_unique<ScriptedTarget>(("portal" + number).c_str(), simulation_, log_);
    links_[i] = std::make_unique<Link>(("link" + number).c_str(), simulation_, "link" + number, config.link);
    Tap& first = AddTap("first" + number, {kNoWay, up}, {down, kNoWay});
    devices_[i]->socket.bind(first.in);
    first.out.bind(links_[i]->upstream_in);
    Tap& above = AddTap("above" + number, {up, kUpSwitch0}, {kDownSwitch0, down});
    links_[i]->upstream_out.bind(above.in);
    above.out.bind(*switch_.from_below[i]);
    Tap& below = AddTap("below" + number, {kDownSwitch0, down}, {up, kUpSwitch0});
    switch_.to_below[i]->bind(below.in);
    below.out.bind(links_[i]->downstream_in);
    Tap& last = AddTap("last" + number, {down, kNoWay}, {kNoWay, up});
    links_[i]->downstream_out.bind(last.in);
    last.out.bind(portals_[i]->socket);
  }
  Tap& up = AddTap("up", {kUpSwitch0, kUpUplink}, {kDownUplink, kDownSwitch0});
  switch_.to_above.bind(up.in);
  up.out.bind(uplink_.upstream_in);
  Tap& arrived = AddTap("arrived", {kUpUplink, kUpRoot}, {kDownRoot, kDownUplink});
  uplink_.upstream_out.bind(arrived.in);
  arrived.out.bind(root_.from_link);
  Tap& down = AddTap("down", {kDownRoot, kDownUplink}, {kUpUplink, kUpRoot});
  root_.to_link.bind(down.in);
  down.out.bind(uplink_.downstream_in);
  Tap& entered = AddTap("entered", {kDownUplink, kDownSwitch0}, {kUpSwitch0, kUpUplink});
  uplink_.downstream_out.bind(entered.in);
  entered.out.bind(switch_.from_above);
  Tap& hosts = AddTap("hosts", {kNoWay, kDownRoot}, {kUpRoot, kNoWay});
  host_.socket.bind(hosts.in);
  hosts.out.bind(root_.from_host);
  Tap& past = AddTap("past", {kUpRoot, kNoWay}, {kNoWay, kDownRoot});
  root_.to_memory.bind(past.in);
  Tap& through = AddTap("through", {kUpRoot, kNoWay}, {kNoWay, kDownRoot});
  iotlb_.to_memory.bind(through.in);
  BuildMemories(past, through);
  Tap& messages = AddTap("messages", {kUpRoot, kNoWay}, {kNoWay, kNoWay});
  root_.to_interrupts.bind(messages.in);
  messages.out.bind(interrupts_.socket);
  root_.to_iotlb.bind(*iotlb_.from_port[0]);
  root_.to_pri_queue.bind(pri_.socket);
  root_.to_faults.bind(root_faults_.socket);
  root_.to_invalidation.bind(completions_.socket);
  responses_.socket.bind(root_.from_pri_queue);
  invalidations_.socket.bind(root_.from_invalidation);
  iotlb_.to_walker.bind(walker_.socket);
  iotlb_.to_walker_invalidation.bind(walker_invalidations_.socket);
  iotlb_.to_faults.bind(faults_.socket);
  iotlb_invalidations_.socket.bind(iotlb_.from_invalidation);
  page_requests_.socket.bind(iotlb_.from_pri_queue);
  Script();
}

SwitchConfig OrderFabric::SwitchOf() const {
  SwitchConfig config;
  config.latency_ps = 20 * kPsPerNs;
  config.above = config_.uplink;
  config.ports = {{{kWindow, 2 * kWindow, 0, 0, 1, 1, true}, "link0", config_.link},
                  {{2 * kWindow, 3 * kWindow, 0, 0, 2, 2, true}, "link1", config_.link}};
  return config;
}

Tap& OrderFabric::AddTap(const std::string& name, std::array<Way, 2> requests, std::array<Way, 2> answers) {
  taps_.push_back(std::make_unique<Tap>(name.c_str(), simulation_,
                                        [this, requests, answers](const Tlp& tlp, Picoseconds at, bool answer) {
                                          Note(tlp, at, answer, answer ? answers : requests);
                                        }));
  return *taps_.back();
}

void OrderFabric::Note(const Tlp& tlp, Picoseconds at, bool answer, std::array<Way, 2> ways) {
  if (IsFlush(tlp)) return;  // the root complex's own
  for (std::size_t i = 0; i < 2; ++i) {
    if (ways[i] == kNoWay) continue;
    events_.push_back({at, WayOf(ways[i], tlp), i == 1 ? Step::kEnters : Step::kLeaves, Seen(tlp, answer)});
  }
  if (!homes_ || answer) return;
  if (ways[1] == kUpRoot) events_.push_back({at, kUpHomes, Step::kEnters, Seen(tlp, false)});
  if (ways[0] == kUpRoot && IsInterrupt(tlp)) events_.push_back({at, kUpHomes, Step::kLeaves, Seen(tlp, false)});
}

void OrderFabric::BuildMemories(Tap& past, Tap& through) {
  std::array<Tap*, 2> taps{&past, &through};
  if (!config_.homes) {
    for (std::size_t i = 0; i < taps.size(); ++i) {
      const std::string name = "memory" + std::to_string(i);
      memory_[i] = std::make_unique<ScriptedTarget>(name.c_str(), simulation_, log_);
      memory_[i]->behaviour.buffered = false;
      memory_[i]->behaviour.answer_after = 60 * kPsPerNs;
      taps[i]->out.bind(memory_[i]->socket);
    }
    return;
  }
  const auto arrives = [this](const Tlp& tlp, Picoseconds at, unsigned home) {
    const Step step = tlp.kind == TlpKind::kMemoryWrite ? Step::kAtHome : Step::kLeaves;
    events_.push_back({at, kUpHomes, step, Seen(tlp, false), home});
  };
  const auto visible = [this](const Tlp& tlp, Picoseconds at) {
    events_.push_back({at, kUpHomes, Step::kLeaves, Seen(tlp, false)});
  };
  homes_ = std::make_unique<OrderHomes>(simulation_, log_, *config_.homes, OrderHomes::Seen{arrives, visible});
  for (std::size_t i = 0; i < taps.size(); ++i) taps[i]->out.bind(homes_->in(i));
}

std::uint64_t OrderFabric::HomeOf(std::uint64_t address) const {
  return config_.homes ? memory_map::BaseOf((address >> kPageShift4K) % OrderHomes::kMemories) : 0;
}

void OrderFabric::Script() {
  interrupts_.behaviour.buffered = false;
  for (auto& portal : portals_) {
    portal->behaviour.answer_after = 50 * kPsPerNs;
    portal->behaviour.release_after = 5 * kPsPerNs;
  }
  for (auto& device : devices_) device->gives_back = true;
  host_.gives_back = true;
  walker_.on_arrival = [this](Walk& walk) {
    walk.translation = Translation{};
    walk.translation.read = walk.translation.write = true;
    walk.translation.page_shift = kPageShift4K;
    walk.translation.domain = kFirstStageDomain;
    walk.translation.pgtt = kPgttFirstStage;
    walk.translation.address = HomeOf(walk.address) + 0x100'0000'0000 + (walk.address & ~std::uint64_t{0xFFF});
    walker_.behaviour.answer_after = config_.slow_reads ? kPageSlow : (100 + random_.Below(1'500)) * kPsPerNs;
  };
  walker_.behaviour.answer_stage = Stage::kWalk;
}

Tlp& OrderFabric::Random(Tlp& tlp, std::uint64_t address) {
  tlp.context = ++names_;
  tlp.virtual_address = address;
  tlp.traffic_class = random_.Bernoulli(0.3) ? 1 : 0;
  tlp.relaxed_ordering = random_.Bernoulli(0.25);
  tlp.id_based_ordering = random_.Bernoulli(0.25);
  return tlp;
}

void OrderFabric::SendUp(Picoseconds at) {
  const std::size_t device = random_.Below(kDevices);
  ScriptedInitiator& sender = *devices_[device];
  const bool read = random_.Bernoulli(0.4);
  const auto bytes = static_cast<std::uint32_t>(4 * (1 + random_.Below(64)));
  const std::uint64_t page = random_.Below(12) + (config_.slow_reads && read ? 0x100 : 0);
  const std::uint64_t address = (page << kPageShift4K) + 64 * random_.Below(32);
  Tlp& tlp = Random(*sender.Packet(read ? TlpKind::kMemoryRead : TlpKind::kMemoryWrite, address, bytes), address);
  tlp.requester = static_cast<RequesterId>((device + 1) << 8 | random_.Below(2));
  if (!read && random_.Bernoulli(0.05)) {
    tlp.address = tlp.virtual_address = kInterrupts;
    tlp.length_bytes = 4;
    tlp.relaxed_ordering = false;
  } else {
    tlp.pasid = Pasid(1 + static_cast<std::uint32_t>(random_.Below(3)));
    const bool translated = config_.slow_reads ? !read : random_.Bernoulli(0.3);
    if (translated) tlp.at = AddressType::kTranslated;
    if (translated) tlp.address = tlp.virtual_address = HomeOf(address) + address;
    if (translated && random_.Bernoulli(0.3)) tlp.pasid = Pasid();
  }
  if (homes_ && !read && tlp.address != kInterrupts) homes_->Watch(tlp);
  sender.SendAt(at, tlp);
}

void OrderFabric::SendDown(Picoseconds at) {
  const std::uint64_t address = kWindow * (1 + random_.Below(kDevices));
  const TlpKind kind = random_.Bernoulli(0.5) ? TlpKind::kDeferrableWrite : TlpKind::kMemoryWrite;
  Tlp& tlp = Random(*host_.Packet(kind, address, 64), address);
  tlp.id_based_ordering = false;
  tlp.requester = static_cast<RequesterId>((address / kWindow) << 8);  // what its answer is about is the device
  host_.SendAt(at, tlp);
}

std::vector<OrderChecker> OrderFabric::Check() const {
  static constexpr const char* kNames[] = {
      "up link 0",   "up link 1",     "up switch 0",   "up switch 1", "up uplink",   "up root", "down root",
      "down uplink", "down switch 0", "down switch 1", "down link 0", "down link 1", "up homes"};
  std::vector<OrderChecker> checkers;
  for (std::size_t way = 0; way < kWays; ++way) {
    checkers.emplace_back(kNames[way], homes_ && (way == kUpRoot || way == kUpHomes));
  }
  std::vector<Event> events = events_;
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  for (const Event& event : events) {
    OrderChecker& checker = checkers[event.way];
    switch (event.step) {
      case Step::kEnters:
        checker.Enters(event.packet, event.at);
        break;
      case Step::kAtHome:
        checker.ComesHome(event.packet.name, event.home);
        break;
      case Step::kLeaves:
        checker.Leaves(event.packet.name, event.at, event.home);
        break;
    }
  }
  if (!config_.homes) checkers.pop_back();
  return checkers;
}

}  // namespace siov::testing
