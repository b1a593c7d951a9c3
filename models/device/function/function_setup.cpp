// SPDX-License-Identifier: Apache-2.0
#include "models/device/function/function_setup.h"

#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

// A size of 128 bytes to the power of two that three bits hold.
constexpr std::uint32_t SizeCode(std::uint32_t bytes) {
  std::uint32_t code = 0;
  while (code < 7 && (std::uint32_t{128} << code) < bytes) ++code;
  return code;
}

}  // namespace

std::uint32_t FunctionSetUp::Read(ConfigOffset offset, unsigned bytes) {
  const std::uint32_t value = group_.Find(number_)->Read(offset, bytes);
  steps_.push_back({false, offset, value, static_cast<std::uint8_t>(bytes)});
  return value;
}

std::vector<ConfigWrite> FunctionSetUp::writes() const {
  std::vector<ConfigWrite> writes;
  for (const ConfigStep& step : steps_) {
    if (step.write) writes.push_back({step.offset, step.value, step.bytes});
  }
  return writes;
}

void FunctionSetUp::Identify() {
  Read(header::kId, 4);
  Read(header::kClass, 4);
  Read(Plus(header::kType, 2), 1);
}

ConfigOutcome FunctionSetUp::Send(ConfigOffset offset, std::uint32_t value, unsigned bytes) {
  steps_.push_back({true, offset, value, static_cast<std::uint8_t>(bytes)});
  return group_.Write(number_, offset, value, bytes);
}

void FunctionSetUp::Write(ConfigOffset offset, std::uint32_t value, unsigned bytes) {
  const ConfigOutcome outcome = Send(offset, value, bytes);
  CheckInvariant(outcome.status == ConfigOutcome::Status::kTaken, [&] {
    return "function " + std::to_string(number_) + ": enumeration wrote " + std::to_string(value) + " at " +
           std::to_string(offset) + ": " + Describe(outcome.undefined) + Describe(outcome.refusal);
  });
}

ConfigReader FunctionSetUp::Reader() {
  return [this](ConfigOffset offset) { return Read(offset, 4); };
}

std::vector<FoundBar> FunctionSetUp::SizeBars() {
  return siov::SizeBars(Reader(), [this](ConfigOffset offset, std::uint32_t value) { Write(offset, value, 4); });
}

void FunctionSetUp::Place(const FoundBar& bar, std::uint64_t address) {
  const ConfigOffset at = Plus(header::kBars, 4 * bar.index);
  Write(at, static_cast<std::uint32_t>(address), 4);
  if (bar.wide) Write(Plus(at, 4), static_cast<std::uint32_t>(address >> 32), 4);
}

ConfigOutcome FunctionSetUp::Enable(const SetUpPlan& plan) {
  for (const FoundCapability& one : Capabilities(Reader())) {
    if (one.id == capability::kExpress) SizeRequests(plan, one.offset);
    if (one.id == capability::kMsix) Write(Plus(one.offset, 2), msix::kEnable >> 16, 2);
  }
  if (const auto siov = FindSiov(Reader())) {
    Write(Plus(siov->offset, dvsec::kSystemPage), static_cast<std::uint32_t>(plan.system_page_bytes / 4'096), 4);
  }
  // Whatever it can redirect goes up, where the IOMMU sees it.
  if (const auto acs = FindExtended(Reader(), capability::kAcs)) {
    const std::uint32_t able = Read(Plus(*acs, acs::kRegister), 2);
    Write(Plus(*acs, acs::kRegister + 2), able & ~acs::kDirectTranslated, 2);
  }
  EnableTranslation(plan);
  Write(header::kCommand, header::kMemorySpace | header::kBusMaster, 2);
  ConfigOutcome outcome;
  if (plan.vfs != 0) outcome = EnableVfs(plan.vfs);
  if (!plan.adis) return outcome;
  const ConfigOutcome adis = group_.EnableAdis(number_);
  return adis.status == ConfigOutcome::Status::kTaken ? outcome : adis;
}

ConfigOutcome FunctionSetUp::EnableVfs(std::uint32_t vfs) {
  const auto sriov = FindExtended(Reader(), capability::kSriov);
  if (!sriov) return {};
  Write(Plus(*sriov, sriov::kNumVfs), vfs, 2);
  return Send(Plus(*sriov, sriov::kControl), sriov::kVfEnable | sriov::kVfMemorySpace, 2);
}

void FunctionSetUp::SizeRequests(const SetUpPlan& plan, ConfigOffset express) {
  constexpr unsigned kPayloadShift = 5, kReadShift = 12;
  constexpr std::uint32_t kBoth = 7u << kPayloadShift | 7u << kReadShift;
  const ConfigOffset at = Plus(express, express::kDeviceControl);
  Write(at,
        (Read(at, 2) & ~kBoth) | SizeCode(plan.max_payload_bytes) << kPayloadShift |
            SizeCode(plan.max_read_request_bytes) << kReadShift,
        2);
}

// In this order (PAS-03): a PASID control is frozen once ATS is on.
void FunctionSetUp::EnableTranslation(const SetUpPlan& plan) {
  const auto pasid = FindExtended(Reader(), capability::kPasid);
  if (pasid && plan.pasids) {
    // Execute and privileged are bits 1 and 2 in both halves.
    const std::uint32_t able = Read(Plus(*pasid, pasid::kRegister), 2) & (pasid::kExecute | pasid::kPrivileged);
    Write(Plus(*pasid, pasid::kRegister + 2), pasid::kEnable >> 16 | able, 2);
  }
  const auto ats = FindExtended(Reader(), capability::kAts);
  if (ats) Write(Plus(*ats, ats::kRegister + 2), ats::kEnable >> 16 | plan.smallest_translation_unit, 2);
  const auto pri = FindExtended(Reader(), capability::kPri);
  if (!pri || !ats || !plan.page_requests) return;
  Write(Plus(*pri, pri::kAllocation), plan.page_request_allocation, 4);
  Write(Plus(*pri, pri::kControl), pri::kEnable, 2);
}

}  // namespace siov
