// SPDX-License-Identifier: Apache-2.0
// Constructors of what a device behind its port is made of.
#include "models/bridge/device_bridge.h"
#include "models/device/atc/atc.h"
#include "models/device/engine/engine.h"
#include "models/device/function/function.h"
#include "models/device/ims/ims.h"
#include "models/device/swq_arbiter/swq_arbiter.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

// What the host's driver has programmed, with the PASIDs in use.
std::vector<Pasid> BoundPasids(const Site& site) {
  std::vector<Pasid> pasids = site.place.endpoint().arbiter.queue_pasids;
  for (Pasid& pasid : pasids) pasid = site.construction.replay_domains.InUseFor(pasid);
  return pasids;
}
std::vector<ImsEntry> ProgrammedMessages(const Site& site) {
  std::vector<ImsEntry> messages = site.place.endpoint().ims.programmed;
  for (ImsEntry& message : messages) message.owner = site.construction.replay_domains.InUseFor(message.owner);
  return messages;
}

Made MakeAtc(const Site& site) {
  const AtcSoftware software{site.Sockets("from_software") != 0, site.Sockets("to_traffic") != 0};
  return Make<Atc>(site, *site.place.endpoint().atc, CachePartitions(site.experiment().address_spaces), software);
}

Made MakeSwqArbiter(const Site& site) {
  const ResolvedEndpoint& device = site.place.endpoint();
  EngineSlots slots;
  slots.group_of_engine = device.engine.group_of_engine;
  slots.jobs_per_engine = device.engine.jobs_per_engine;
  SwqArbiterConfig arbiter = device.arbiter;
  arbiter.queue_pasids = BoundPasids(site);
  return Make<SwqArbiter>(site, arbiter, slots, site.Sockets("from_device") != 0);
}

Made MakeEngine(const Site& site) {
  std::vector<Pasid> owners;
  for (const ImsEntry& entry : ProgrammedMessages(site)) owners.push_back(entry.owner);
  return Make<Engine>(site, site.place.endpoint().engine, owners, site.place.endpoint().adis);
}

Made MakeIms(const Site& site) {
  ImsConfig store = site.place.endpoint().ims;
  store.programmed = ProgrammedMessages(site);
  return Make<Ims>(site, store);
}

Made MakeFunction(const Site& site) { return Make<Function>(site, RegistersOf(site.place.endpoint())); }

Made MakeDeviceBridge(const Site& site) {
  const ResolvedEndpoint& device = site.place.endpoint();
  const LinkConfig& link = site.place.link_above().config;
  DeviceBridgeConfig bridge;
  bridge.max_payload_bytes = link.max_payload_bytes;
  bridge.max_read_request_bytes = link.max_read_request_bytes;
  bridge.portal_base = device.arbiter.portal_base;
  bridge.queue_pasids = BoundPasids(site);
  bridge.messages = ProgrammedMessages(site);
  return Make<DeviceBridge>(site, bridge);
}

}  // namespace

std::vector<ConstructorRow> DeviceConstructors() {
  return {{"atc", MakeAtc}, {"swq_arbiter", MakeSwqArbiter}, {"engine", MakeEngine},
          {"ims", MakeIms}, {"function", MakeFunction},      {"device_bridge", MakeDeviceBridge}};
}

}  // namespace siov
