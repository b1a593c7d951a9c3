// SPDX-License-Identifier: Apache-2.0
// Strong ids: a tenant is not a PASID is not an ADI, and the compiler knows. All are dense 32-bit indices.
#ifndef SIOV_MODELS_BASE_IDS_H_
#define SIOV_MODELS_BASE_IDS_H_

#include <cstdint>
#include <functional>

namespace siov {

template <class Tag>
class Id {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;
  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t value) : value_(value) {}
  constexpr std::uint32_t value() const { return value_; }
  constexpr bool valid() const { return value_ != kNone; }
  friend constexpr bool operator==(Id a, Id b) { return a.value_ == b.value_; }
  friend constexpr bool operator!=(Id a, Id b) { return a.value_ != b.value_; }
  friend constexpr bool operator<(Id a, Id b) { return a.value_ < b.value_; }

 private:
  std::uint32_t value_ = kNone;
};

using TenantId = Id<struct TenantTag>;
using Pasid = Id<struct PasidTag>;  // 20 bits; invalid() means "request without PASID"
using QueueId = Id<struct QueueTag>;

// PCIe routing id: bus[15:8] device[7:3] function[2:0].
using RequesterId = std::uint16_t;

inline constexpr std::uint32_t kMaxPasids = 1u << 20;

}  // namespace siov

template <class Tag>
struct std::hash<siov::Id<Tag>> {
  std::size_t operator()(siov::Id<Tag> id) const noexcept { return id.value(); }
};

#endif  // SIOV_MODELS_BASE_IDS_H_
