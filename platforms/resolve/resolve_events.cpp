// SPDX-License-Identifier: Apache-2.0
#include "platforms/resolve/resolve_events.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platforms/config/rules.h"
#include "platforms/resolve/number_text.h"

namespace siov {
namespace {

std::string AtText(const google::protobuf::Message& event) {
  return ScalarText(event, event.GetDescriptor()->FindFieldByName("at_us"));
}

// "1 to 4, 9"
std::string PasidsOf(const std::vector<TenantRange>& users) {
  std::string text;
  for (const TenantRange& range : users) {
    const std::uint32_t last = range.first + range.count;  // PASIDs are one above tenants
    text += (text.empty() ? "" : ", ") + std::to_string(range.first + 1);
    if (range.count > 1)
      text += " to " + (last == kMaxPasids ? std::to_string(last - 1) + ", 0" : std::to_string(last));
  }
  return text;
}

class EventChecker {
 public:
  EventChecker(const ResolveContext& context, const siovsim::Experiment& experiment, const ResolvedExperiment& resolved)
      : context_(context), experiment_(experiment), resolved_(resolved) {
    const RunConfig& run = resolved.run;
    if (run.duration_ps != kNever) end_ps_ = run.warmup_ps + run.duration_ps;
  }

  void Check() {
    CheckExits();
    for (std::size_t i = 0; i < resolved_.platform.endpoints.size(); ++i) {
      if (resolved_.platform.endpoints[i].atc) CheckFunction(i);
      CheckMasks(resolved_.platform.endpoints[i]);
    }
  }

 private:
  void CheckExits() {
    for (const siovsim::TenantClass& tenants : experiment_.workload().tenant_classes()) {
      for (int e = 0; e < tenants.exits_size(); ++e) {
        const std::string path = "tenant_classes[name=" + tenants.name() + "].exits[" + std::to_string(e) + "]";
        const Picoseconds at_ps = FromUs(tenants.exits(e).at_us());
        CheckTime(path, at_ps, AtText(tenants.exits(e)));
      }
    }
  }

  void CheckTime(const std::string& path, Picoseconds at_ps, const std::string& value) {
    if (at_ps < end_ps_) return;
    context_.Add(path + ".at_us", value, "the run has ended then, so nothing would change",
                 "below " + std::to_string(static_cast<double>(end_ps_) / static_cast<double>(kPsPerUs)) +
                     ", run.warmup_us and run.duration_us together");
  }

  void CheckMasks(const ResolvedEndpoint& device) {
    const std::vector<std::uint8_t>& classes = device.engine.traffic_class_of_queue;
    const bool one_class = std::adjacent_find(classes.begin(), classes.end(), std::not_equal_to<>()) == classes.end();
    for (std::size_t i = 0; i < device.ims.masks.size(); ++i) {
      const MessageMask& mask = device.ims.masks[i];
      const std::string path = device.Path() + ".ims.masks[" + std::to_string(i) + "]";
      CheckTime(path, mask.at_ps, NumberText(static_cast<double>(mask.at_ps) / static_cast<double>(kPsPerUs)));
      if (mask.first_message >= device.ims.programmed.size()) {
        context_.Add(path + ".first_message", std::to_string(mask.first_message),
                     "no tenant has this message, so nothing would change",
                     "below " + std::to_string(device.ims.programmed.size()) + ", those that tenants have");
      }
      if (one_class) continue;
      context_.Add(path, "", "records of several traffic classes have no order, so that one message cannot tell of all",
                   "on a device whose queues have one traffic_class");
    }
  }

  void CheckFunction(std::size_t index) {
    const ResolvedEndpoint& device = resolved_.platform.endpoints[index];
    const std::vector<AtcEvent>& events = device.atc->events;
    const std::vector<TenantRange> users = TenantsOf(resolved_.traffic, index);
    std::map<std::uint32_t, std::string> stopped;  // how, by PASID
    for (const std::size_t i : InOrder(events)) {
      const std::string path = "nodes[name=" + device.name + "].endpoint.atc.events[" + std::to_string(i) + "]";
      if (users.empty()) {
        context_.Add(path, NameOf(events[i].kind), "no tenant uses this device, so nothing would change",
                     "of a device that a tenant class or the replay names");
      }
      CheckTime(path, events[i].at_ps, AtText(MessageOf(device.name, i)));
      if (events[i].pasid.valid() && !users.empty()) CheckPasid(path, index, users, events[i], &stopped);
    }
  }

  const siovsim::AtcEvent& MessageOf(const std::string& device, std::size_t index) const {
    for (const siovsim::Node& node : experiment_.platform().nodes()) {
      if (node.name() == device) return node.endpoint().atc().events(static_cast<int>(index));
    }
    return siovsim::AtcEvent::default_instance();
  }

  void CheckPasid(const std::string& path, std::size_t device, const std::vector<TenantRange>& users,
                  const AtcEvent& event, std::map<std::uint32_t, std::string>* stopped) {
    const std::string value = std::to_string(event.pasid.value());
    std::optional<TenantId> tenant;
    for (const TenantRange& range : users) {
      if (!tenant) tenant = range.TenantOf(event.pasid);
    }
    if (!tenant) {
      context_.Add(path + ".pasid", value, "no tenant of this device has it", PasidsOf(users));
      return;
    }
    for (const ProcessExit& exit : resolved_.exits) {
      if (exit.endpoint != device || exit.tenant != *tenant || exit.at_ps > event.at_ps) continue;
      context_.Add(path + ".pasid", value, "the process of this PASID has exited before", "one that is in use then");
      return;
    }
    const auto [first, is_first] = stopped->emplace(event.pasid.value(), path);
    if (!is_first) context_.Add(path + ".pasid", value, "stopped already by " + first->second, "stopped once");
  }

  const ResolveContext& context_;
  const siovsim::Experiment& experiment_;
  const ResolvedExperiment& resolved_;
  Picoseconds end_ps_ = kNever;
};

}  // namespace

void CheckEvents(const ResolveContext& context, const siovsim::Experiment& experiment,
                 const ResolvedExperiment& resolved) {
  EventChecker(context, experiment, resolved).Check();
}

}  // namespace siov
