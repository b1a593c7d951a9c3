// SPDX-License-Identifier: Apache-2.0
// The registers that a function with given capabilities has after a reset, and where each capability lies.
//
// Capabilities follow each other in the order below, each at a multiple of 16 bytes; the first extended one is at 100h
// as PCI Express demands. Absent ones take no place.
#ifndef SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_TEMPLATE_H_
#define SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_TEMPLATE_H_

#include "models/device/function/config_space.h"
#include "models/device/function/function_config.h"

namespace siov {

// 0: absent.
struct CapabilityPlaces {
  ConfigOffset express = 0, msix = 0;
  ConfigOffset ats = 0, pri = 0, pasid = 0, acs = 0, sriov = 0, dvsec = 0;
};

struct FunctionTemplate {
  ConfigTemplate registers;
  CapabilityPlaces places;
};

// REQUIRES config.Validate() without faults.
FunctionTemplate MakeFunctionTemplate(const FunctionConfig& config);

// Registers of a list of base address registers that starts at `first`, named "PREFIX0", ...
void AddBars(const std::vector<BarConfig>& bars, ConfigOffset first, const std::string& prefix,
             ConfigTemplate* registers);
// The extended capabilities.
void AddExtendedCapabilities(const FunctionConfig& config, FunctionTemplate* made);

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_FUNCTION_FUNCTION_TEMPLATE_H_
