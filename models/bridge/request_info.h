// SPDX-License-Identifier: Apache-2.0
// What a generic payload from the platform is about, for models outside that want to look: a TLM extension that each of
// them carries. What a generic payload itself cannot say (who asks, for which tenant) is here; nobody has to read it.
//
//   if (const auto* info = payload.get_extension<siov::RequestInfo>()) ... info->pasid ...
#ifndef SIOV_MODELS_BRIDGE_REQUEST_INFO_H_
#define SIOV_MODELS_BRIDGE_REQUEST_INFO_H_

#include <sysc/kernel/sc_dynamic_processes.h>  // the sockets of tlm_utils want it with the first <systemc>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "models/bridge/access_source.h"

namespace siov {

struct RequestInfo : tlm::tlm_extension<RequestInfo> {
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  AccessSource source = AccessSource::kDevice;
  std::uint16_t requester = 0;   // bus, device, function; 0: the host's own agents
  std::uint32_t pasid = kNone;   // kNone: the request carries none
  std::uint32_t tenant = kNone;  // kNone: not for a tenant
  std::uint8_t traffic_class = 0;
  bool completion_record = false;     // this write ends a job
  std::uint64_t virtual_address = 0;  // before translation, if there was one

  tlm::tlm_extension_base* clone() const override { return new RequestInfo(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override { *this = static_cast<const RequestInfo&>(other); }
};

}  // namespace siov

#endif  // SIOV_MODELS_BRIDGE_REQUEST_INFO_H_
