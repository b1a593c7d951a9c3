// SPDX-License-Identifier: Apache-2.0
// Constructors of what a device behind its port is made of.
#include "models/bridge/device_bridge.h"
#include "models/device/atc/atc.h"
#include "models/device/engine/engine.h"
#include "models/device/ims/ims.h"
#include "models/device/swq_arbiter/swq_arbiter.h"
#include "platforms/build/site.h"

namespace siov {
namespace {

Made MakeAtc(const Site& site) {
  const AtcSoftware software{site.Sockets("from_software") != 0, site.Sockets("to_traffic") != 0};
  return Make<Atc>(site, *site.place.endpoint().atc, CachePartitions(site.experiment().address_spaces), software);
}

Made MakeSwqArbiter(const Site& site) {
  const ResolvedEndpoint& device = site.place.endpoint();
  EngineSlots slots;
  slots.group_of_engine = device.engine.group_of_engine;
  slots.jobs_per_engine = device.engine.jobs_per_engine;
  return Make<SwqArbiter>(site, device.arbiter, slots, site.Sockets("from_device") != 0);
}

Made MakeEngine(const Site& site) {
  std::vector<Pasid> owners;
  for (const ImsEntry& entry : site.place.endpoint().ims.programmed) owners.push_back(entry.owner);
  return Make<Engine>(site, site.place.endpoint().engine, owners);
}

Made MakeIms(const Site& site) { return Make<Ims>(site, site.place.endpoint().ims); }

Made MakeDeviceBridge(const Site& site) {
  const ResolvedEndpoint& device = site.place.endpoint();
  const LinkConfig& link = site.place.link_above().config;
  DeviceBridgeConfig bridge;
  bridge.max_payload_bytes = link.max_payload_bytes;
  bridge.max_read_request_bytes = link.max_read_request_bytes;
  bridge.portal_base = device.arbiter.portal_base;
  bridge.queue_pasids = device.arbiter.queue_pasids;
  bridge.messages = device.ims.programmed;
  return Make<DeviceBridge>(site, bridge);
}

}  // namespace

std::vector<ConstructorRow> DeviceConstructors() {
  return {{"atc", MakeAtc},
          {"swq_arbiter", MakeSwqArbiter},
          {"engine", MakeEngine},
          {"ims", MakeIms},
          {"device_bridge", MakeDeviceBridge}};
}

}  // namespace siov
