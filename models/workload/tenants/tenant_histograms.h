// SPDX-License-Identifier: Apache-2.0
// One latency histogram a tenant, made when the tenant has its first job: of a million tenants most have none in a
// short run, and a histogram takes ten times what else is kept of a tenant. Pure.
#ifndef SIOV_MODELS_WORKLOAD_TENANTS_TENANT_HISTOGRAMS_H_
#define SIOV_MODELS_WORKLOAD_TENANTS_TENANT_HISTOGRAMS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/base/latency_histogram.h"

namespace siov {

class TenantHistograms {
 public:
  explicit TenantHistograms(std::size_t tenants) : number_(tenants) {}  // 0: none are kept

  bool kept() const { return !number_.empty(); }
  // REQUIRE kept().
  void Record(std::uint32_t tenant, std::uint64_t latency) {
    if (number_[tenant] == 0) number_[tenant] = Add();
    At(number_[tenant]).Record(latency);
  }
  const CompactHistogram& of(std::uint32_t tenant) const {
    static const CompactHistogram kNoJobs{};
    return number_[tenant] == 0 ? kNoJobs : At(number_[tenant]);
  }

  void Reset() {
    std::fill(number_.begin(), number_.end(), 0);
    chunks_.clear();
    made_ = 0;
  }

 private:
  static constexpr std::uint32_t kChunk = 256;
  using Chunk = std::array<CompactHistogram, kChunk>;

  std::uint32_t Add() {
    if (made_ % kChunk == 0) chunks_.push_back(std::make_unique<Chunk>());
    return ++made_;
  }
  CompactHistogram& At(std::uint32_t number) const { return (*chunks_[(number - 1) / kChunk])[(number - 1) % kChunk]; }

  std::vector<std::uint32_t> number_;           // by tenant, from 1 on; 0: it has none
  std::vector<std::unique_ptr<Chunk>> chunks_;  // whose histograms stay where they are
  std::uint32_t made_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_WORKLOAD_TENANTS_TENANT_HISTOGRAMS_H_
