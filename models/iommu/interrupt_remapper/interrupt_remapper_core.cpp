// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/interrupt_remapper/interrupt_remapper_core.h"

namespace siov {

InterruptRemapperCore::Posted InterruptRemapperCore::Post(std::uint32_t vcpu, Picoseconds now) {
  Vcpu& state = vcpus_[vcpu];
  if (now < state.on_clear) return {false, now <= state.delivered ? state.delivered : state.on_clear};
  state.delivered = now + config_.delivery_latency_ps;
  state.on_clear = state.delivered + config_.notification_window_ps;
  return {true, state.delivered};
}

}  // namespace siov
