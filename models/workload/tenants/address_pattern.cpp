// SPDX-License-Identifier: Apache-2.0
#include "models/workload/tenants/address_pattern.h"

#include <algorithm>
#include <numeric>

namespace siov {
namespace {

// Golden section: neighbours in rank end up far apart.
std::uint64_t SpreadStep(std::uint64_t blocks) {
  auto step = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(blocks) * 0.6180339887));
  while (std::gcd(step, blocks) != 1) ++step;
  return step % blocks == 0 ? 1 : step;
}

}  // namespace

AddressPatternSampler::AddressPatternSampler(const TenantClassConfig& config, std::uint32_t size_bytes)
    : pattern_(config.pattern),
      working_set_(config.working_set_bytes),
      size_(std::max<std::uint64_t>(1, size_bytes)),
      alignment_(config.alignment_bytes),
      starts_(Starts(working_set_)),
      hot_probability_(config.hot_probability) {
  if (pattern_ == AddressPattern::kZipf) {
    block_ = std::max<std::uint64_t>(kPage4K, alignment_);
    const std::uint64_t blocks = (working_set_ - size_) / block_ + 1;
    const std::uint64_t inside = std::min(block_, working_set_ - (blocks - 1) * block_);
    block_step_ = SpreadStep(blocks);
    starts_in_block_ = std::max<std::uint64_t>(1, Starts(inside));
    zipf_.emplace(blocks, config.zipf_exponent);
  }
  if (pattern_ == AddressPattern::kHotCold) {
    hot_bytes_ = HotBytes(working_set_, config.hot_fraction, alignment_);
    hot_starts_ = Starts(hot_bytes_);
    cold_starts_ = Starts(working_set_ - hot_bytes_);
  }
}

std::uint64_t AddressPatternSampler::Draw(std::uint64_t* cursor, RandomStream& random) const {
  switch (pattern_) {
    case AddressPattern::kSequential:
      return Sequential(cursor);
    case AddressPattern::kUniform:
      break;
    case AddressPattern::kZipf:
      return Zipf(random);
    case AddressPattern::kHotCold:
      return HotCold(random);
  }
  return random.Below(starts_) * alignment_;
}

std::uint64_t AddressPatternSampler::Sequential(std::uint64_t* cursor) const {
  if (*cursor + size_ > working_set_) *cursor = 0;
  const std::uint64_t offset = *cursor;
  *cursor += CeilDiv(size_, alignment_) * alignment_;
  return offset;
}

std::uint64_t AddressPatternSampler::Zipf(RandomStream& random) const {
  const std::uint64_t rank = zipf_->Draw(random);
  __extension__ using Wide = unsigned __int128;
  const auto block = static_cast<std::uint64_t>(static_cast<Wide>(rank) * block_step_ % zipf_->n());
  return block * block_ + random.Below(starts_in_block_) * alignment_;
}

std::uint64_t AddressPatternSampler::HotCold(RandomStream& random) const {
  const bool hot = random.Bernoulli(hot_probability_);
  return hot ? random.Below(hot_starts_) * alignment_ : hot_bytes_ + random.Below(cold_starts_) * alignment_;
}

}  // namespace siov
