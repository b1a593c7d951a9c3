// SPDX-License-Identifier: Apache-2.0
// The arbiter of one group: round robin over queues with work, weighted by priority credits.
//
// Each queue starts with as many credits as its priority and spends one for each descriptor. Queues that have work and
// credits are served in turn, one descriptor each; when every queue with work is out of credits, the credits of all are
// reloaded. Hence backlogged queues share in proportion to their priorities, a queue that was idle is served at its
// next turn, and idle queues cost no time. (Intel DSA architecture specification, chapter 4.1.)
#ifndef SIOV_MODELS_DEVICE_SWQ_ARBITER_CREDIT_ARBITER_H_
#define SIOV_MODELS_DEVICE_SWQ_ARBITER_CREDIT_ARBITER_H_

#include <cstdint>
#include <vector>

namespace siov {

class CreditArbiter {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFFu;

  explicit CreditArbiter(const std::vector<std::uint32_t>& priorities);

  void SetPending(std::uint32_t queue, bool pending);

  // The queue whose turn it is, charged one credit; kNone if no queue has work.
  std::uint32_t Choose();

  std::uint32_t credits(std::uint32_t queue) const { return queues_[queue].credits; }

 private:
  struct Queue {
    std::uint32_t priority;
    std::uint32_t credits;
    bool pending;
  };
  void SetEligible(std::uint32_t queue, bool eligible);
  std::uint32_t FirstEligible(std::uint32_t from) const;  // at `from` or after it, then from the start
  void Reload();

  std::vector<Queue> queues_;
  std::vector<std::uint64_t> eligible_;  // a bit for each queue with work and credits
  std::uint32_t pending_ = 0;            // queues with work
  std::uint32_t next_ = 0;               // whose turn it would be
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_SWQ_ARBITER_CREDIT_ARBITER_H_
