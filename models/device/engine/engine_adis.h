// SPDX-License-Identifier: Apache-2.0
// The engines' view of ADIs: which one the job of a context is of, and what is counted of each and of each type.
#ifndef SIOV_MODELS_DEVICE_ENGINE_ENGINE_ADIS_H_
#define SIOV_MODELS_DEVICE_ENGINE_ENGINE_ADIS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "models/base/statistics.h"
#include "models/device/adi/adi_table.h"
#include "models/protocol/descriptor.h"

namespace siov {

class EngineAdis {
 public:
  // `slots`: contexts of the engines.
  EngineAdis(StatGroup& group, const AdiBindings& bindings, std::uint32_t slots);

  // A job came to a context, dispatched from `queue` under `pasid`.
  void Begin(std::uint32_t slot, std::uint32_t queue, Pasid pasid, Picoseconds now);
  // That the completion record in the context is written under.
  Pasid RecordPasid(std::uint32_t slot, Pasid pasid) const {
    const std::uint32_t at = contexts_[slot].adi;
    return at == AdiTable::kNone ? pasid : table_.RecordPasid(at, pasid);
  }
  void End(std::uint32_t slot, const CompletionRecord& record, Picoseconds now);

  // By the bindings' order, since the end of the warm-up.
  const std::vector<AdiTally>& tallies() const { return tallies_; }
  const AdiBindings& bindings() const { return table_.bindings(); }

 private:
  struct Context {
    std::uint32_t adi = AdiTable::kNone;
    Picoseconds since = 0;
  };
  struct Type {
    Type(StatGroup& group, const std::string& name, std::uint64_t own_contexts);
    std::string names[5];  // which the statistics refer to
    Counter jobs, failed, bytes, context_time;
    std::optional<Occupancy> contexts;  // where they have contexts of their own
  };
  // Forgets what was counted of single ADIs when the warm-up ends.
  class UsedAdis final : public Statistic {
   public:
    UsedAdis(StatGroup& group, std::vector<AdiTally>* tallies)
        : Statistic(group, "adi.in_use", "ADIs", "ADIs that jobs of the measured time were of."), tallies_(*tallies) {}
    ~UsedAdis() override { NoteCoverage(); }
    std::vector<StatValue> Values(Picoseconds now) const override;
    void Reset(Picoseconds now) override;
    bool moved() const override;

   private:
    std::vector<AdiTally>& tallies_;
  };

  Type& TypeOf(std::uint32_t adi) { return types_[table_.bindings().adis[adi].type]; }
  static std::uint64_t OwnContexts(const AdiBindings& bindings, std::uint32_t type);

  AdiTable table_;
  std::vector<Context> contexts_;
  std::vector<AdiTally> tallies_;
  std::deque<Type> types_;
  UsedAdis in_use_;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_ENGINE_ADIS_H_
