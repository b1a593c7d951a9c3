// SPDX-License-Identifier: Apache-2.0
// The invalidation queue's core does, step by step, what a plain list of descriptors does under the same random calls.
#include "models/iommu/invalidation_queue/invalidation_queue_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "models/base/random.h"
#include "tests/support/plain_invalidation_queue.h"

namespace siov {
namespace {

using testing::PlainInvalidationQueue;
using Entry = PlainInvalidationQueue::Entry;
using Granularity = InvalidationGranularity;
using Kind = InvalidationKind;
using Step = QueueIssue::Step;
using WaitStep = InvalidationQueueCore::WaitStep;

constexpr std::uint32_t kFetchBytes = 64;
constexpr RequesterId kDevices = 3;

QueueDescriptor Descriptor(Kind kind, const InvalidationQueueConfig& config, std::uintptr_t owner = 1) {
  QueueDescriptor descriptor;
  descriptor.what.what.kind = kind;
  descriptor.what.what.granularity = kind == Kind::kPasidIotlb ? Granularity::kPasid : Granularity::kGlobal;
  descriptor.what.pasid = Pasid(5);
  descriptor.bytes = config.descriptor_bytes;
  descriptor.owner = reinterpret_cast<void*>(owner);  // NOLINT(performance-no-int-to-ptr): a name, never followed
  return descriptor;
}

// Both queues, and one random call after the other to them.
class BesideAPlainQueue {
 public:
  BesideAPlainQueue(const InvalidationQueueConfig& config, std::uint64_t seed)
      : config_(config), core_(config), plain_(config), random_(seed) {}

  void Call() {
    now_ += random_.Below(20);
    switch (random_.Below(10)) {
      case 0:
      case 1:
        return Push();
      case 2:
        return Read();
      case 3:
      case 4:
      case 5:
        return Issue();
      case 6:
        return EndOne();
      case 7:
        return Complete();
      case 8:
        return Waits();
      default:
        return random_.Bernoulli(0.5) ? Expire() : Clear();
    }
  }

  void ExpectTheSame() {
    ASSERT_EQ(core_.stop(), plain_.stop());
    ASSERT_EQ(core_.head(), plain_.head());
    ASSERT_EQ(core_.used(), plain_.used());
    ASSERT_EQ(core_.fetched(), plain_.fetched());
    ASSERT_EQ(core_.in_flight(), plain_.in_flight());
    ASSERT_EQ(core_.itags_in_flight(), plain_.itags());
    ASSERT_EQ(core_.pending_waits(), plain_.pending_waits());
    ASSERT_EQ(core_.NextDeadline(), plain_.NextDeadline());
    ASSERT_EQ(core_.error_requester(), error_requester_);
    for (const std::uint32_t bytes : {8u, 64u, 256u}) ASSERT_EQ(core_.Fetchable(bytes), plain_.Fetchable(bytes));
  }
  // Everything that can happen did: how often each step, and each reason to hold the head back.
  const std::array<int, 8>& steps() const { return steps_; }
  const std::array<int, 4>& blocks() const { return blocks_; }
  int timeouts() const { return timeouts_; }

 private:
  void Push() {
    static constexpr Kind kKinds[] = {Kind::kContext,    Kind::kIotlb,          Kind::kDeviceTlb,
                                      Kind::kDeviceTlb,  Kind::kInterruptEntry, Kind::kWait,
                                      Kind::kPasidIotlb, Kind::kPasidCache,     Kind::kPasidDeviceTlb,
                                      Kind::kWait,       Kind::kHostPermission, Kind::kPageGroupResponse};
    QueueDescriptor descriptor = Descriptor(kKinds[random_.Below(12)], config_, ++owners_);
    Invalidation& what = descriptor.what.what;
    descriptor.what.requester = static_cast<RequesterId>(random_.Below(kDevices));
    what.max_pending = static_cast<std::uint8_t>(random_.Below(4));
    what.fence = random_.Bernoulli(0.3);
    what.page_request_drain = random_.Bernoulli(0.3);
    const bool bad = random_.Bernoulli(0.03);
    if (bad) descriptor.bytes = 1;
    ASSERT_EQ(core_.Push(descriptor), plain_.Push(descriptor, bad));
  }

  // A read of descriptors takes a while, in which the queue may stop.
  void Read() {
    if (reading_ == 0) {
      reading_ = core_.Fetchable(kFetchBytes);
      incarnation_ = core_.incarnation();
      plain_.BeginRead();
      return;
    }
    core_.Fetched(reading_, incarnation_);
    plain_.EndRead(reading_);
    reading_ = 0;
  }

  void Issue() {
    Entry* entry = nullptr;
    const Step step = plain_.Issue(now_, &entry);
    const QueueIssue issue = core_.Issue(now_);
    ASSERT_EQ(issue.step, step);
    ASSERT_EQ(core_.blocked_by(), plain_.blocked_by());
    ++steps_[static_cast<std::size_t>(step)];
    ++blocks_[static_cast<std::size_t>(core_.blocked_by())];
    if (step == Step::kNothing || step == Step::kBlocked) return;
    ASSERT_EQ(issue.descriptor.owner, entry->descriptor.owner);
    ASSERT_EQ(issue.itag, entry->itag);
    if (entry->state != Entry::State::kFlight) return;
    most_in_flight_ = std::max(most_in_flight_, core_.in_flight());
    ASSERT_LE(issue.slot, most_in_flight_) << "slots are used again";
    for (const Entry* other : plain_.Flying()) ASSERT_TRUE(other == entry || other->slot != issue.slot);
    entry->slot = issue.slot;
  }

  void End(Entry& entry) {
    ASSERT_EQ(core_.End(entry.slot), entry.descriptor.owner);
    plain_.End(entry);
  }

  // Of what is not ended by completions.
  void EndOne() {
    std::vector<Entry*> able;
    for (Entry* one : plain_.Flying()) {
      if (!one->holds_itag()) able.push_back(one);
    }
    if (!able.empty()) End(*able[random_.Below(able.size())]);
  }

  void Complete() {
    const auto requester = static_cast<RequesterId>(random_.Below(kDevices + 1));
    const auto itag = static_cast<std::uint32_t>(random_.Below(3));
    const auto count = static_cast<std::uint32_t>(random_.Below(3));
    Entry* entry = plain_.FindItag(requester, itag);
    std::uint32_t slot = 0;
    const ItagTable::Outcome outcome = core_.Complete(requester, itag, count, &slot);
    if (entry == nullptr) {
      ASSERT_EQ(outcome, ItagTable::Outcome::kUnknown);
      return;
    }
    const bool done = ++entry->received >= (count == 0 ? 8 : count);
    ASSERT_EQ(outcome, done ? ItagTable::Outcome::kDone : ItagTable::Outcome::kMore);
    if (!done) return;
    ASSERT_EQ(slot, entry->slot);
    End(*entry);
  }

  void Waits() {
    Entry* entry = nullptr;
    InvalidationQueueCore::Wait wait;
    const WaitStep step = plain_.NextWait(&entry);
    ASSERT_EQ(core_.NextWait(&wait), step);
    if (step != WaitStep::kNone) {
      ASSERT_EQ(wait.descriptor.owner, entry->descriptor.owner);
    }
    if (step == WaitStep::kDrain) draining_.push_back({wait.epoch, entry->descriptor.owner});
    if (draining_.empty() || random_.Bernoulli(0.5)) return;
    core_.Drained(draining_.front().epoch);
    plain_.Drained(draining_.front().owner);
    draining_.erase(draining_.begin());
  }

  void Expire() {
    std::vector<void*> aborted;
    std::vector<void*> expected;
    Entry* entry = plain_.Expire(now_, &expected);
    const auto slot = core_.Expire(now_, &aborted);
    ASSERT_EQ(slot.has_value(), entry != nullptr);
    ASSERT_EQ(aborted, expected);
    if (entry == nullptr) return;
    ++timeouts_;
    error_requester_ = entry->descriptor.what.requester;
    ASSERT_EQ(*slot, entry->slot);
    End(*entry);
  }

  void Clear() {
    core_.ClearTimeout();
    plain_.ClearTimeout();
    if (plain_.stop() == QueueStop::kQueueError && random_.Bernoulli(0.5)) {
      ASSERT_EQ(core_.ClearQueueError(), plain_.ClearQueueError());
    }
  }

  struct Draining {
    std::uint64_t epoch;
    void* owner;
  };
  InvalidationQueueConfig config_;
  InvalidationQueueCore core_;
  PlainInvalidationQueue plain_;
  RandomStream random_;
  Picoseconds now_ = 0;
  std::uint32_t reading_ = 0;  // descriptors of the read under way
  std::uint32_t incarnation_ = 0;
  std::uint32_t most_in_flight_ = 0;
  std::uintptr_t owners_ = 0;
  RequesterId error_requester_ = 0;
  std::vector<Draining> draining_;
  std::array<int, 8> steps_{};
  std::array<int, 4> blocks_{};
  int timeouts_ = 0;
};

InvalidationQueueConfig Config(std::uint32_t entries, std::uint32_t descriptor_bytes) {
  InvalidationQueueConfig config;
  config.entries = entries;
  config.descriptor_bytes = descriptor_bytes;
  config.completion_timeout_ps = 300;
  config.outstanding_per_device = 2;
  return config;
}

TEST(InvalidationQueueCore, DoesWhatAPlainListOfDescriptorsDoes) {
  for (const InvalidationQueueConfig& config : {Config(8, 32), Config(16, 16), Config(2, 16), Config(4, 32)}) {
    std::array<int, 8> steps{};
    std::array<int, 4> blocks{};
    int timeouts = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      BesideAPlainQueue both(config, seed);
      for (int call = 0; call < 400; ++call) {
        both.Call();
        both.ExpectTheSame();
        if (::testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << ", call " << call;
      }
      for (std::size_t i = 0; i < steps.size(); ++i) steps[i] += both.steps()[i];
      for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] += both.blocks()[i];
      timeouts += both.timeouts();
    }
    for (const int count : steps) EXPECT_GT(count, 5) << "the calls met too little to prove much";
    EXPECT_GT(blocks[static_cast<std::size_t>(InvalidationQueueCore::Block::kFence)], 5);
    EXPECT_GT(blocks[static_cast<std::size_t>(InvalidationQueueCore::Block::kItag)], 5);
    EXPECT_EQ(blocks[static_cast<std::size_t>(InvalidationQueueCore::Block::kOrder)] > 5, !config.riscv());
    EXPECT_GT(timeouts, 5);
  }
}

TEST(InvalidationQueueCore, SaysInASentenceWhatItWaitsFor) {
  const InvalidationQueueConfig config = Config(8, 32);
  InvalidationQueueCore core(config);
  const auto issue = [&](QueueDescriptor descriptor) {
    EXPECT_TRUE(core.Push(descriptor));
    if (core.fetched() == 0) core.Fetched(1, core.incarnation());
    return core.Issue(0);
  };
  EXPECT_EQ(core.WaitsFor(), "");
  const QueueIssue iotlb = issue(Descriptor(Kind::kIotlb, config));
  EXPECT_EQ(core.WaitsFor(), "waits for 1 descriptors in flight, 0 of them invalidate requests, 0 waits");
  issue(Descriptor(Kind::kDeviceTlb, config));
  EXPECT_EQ(core.WaitsFor(),
            "waits for the IOTLB before a device-TLB invalidation (1 descriptors in flight, 0 of them invalidate "
            "requests, 0 waits)");
  core.End(iotlb.slot);
  const QueueIssue device = core.Issue(0);
  QueueDescriptor fence = Descriptor(Kind::kWait, config);
  fence.what.what.fence = true;
  issue(fence);
  issue(Descriptor(Kind::kIotlb, config));
  EXPECT_EQ(core.WaitsFor(), "waits for a fence (1 descriptors in flight, 1 of them invalidate requests, 1 waits)");
  std::vector<void*> aborted;
  core.Expire(config.completion_timeout_ps, &aborted);
  EXPECT_EQ(core.WaitsFor(), "waits for software to clear an invalidation time-out (ITE)");
  core.End(device.slot);
  core.ClearTimeout();
  QueueDescriptor bad = Descriptor(Kind::kIotlb, config);
  bad.bytes = 1;
  InvalidationQueueCore other(config);
  other.Push(bad);
  other.Fetched(1, other.incarnation());
  other.Issue(0);
  EXPECT_EQ(other.WaitsFor(), "waits for software to clear a queue error (IQE)");
  InvalidationQueueCore waiting(config);
  waiting.Push(Descriptor(Kind::kWait, config));
  waiting.Fetched(1, waiting.incarnation());
  waiting.Issue(0);
  EXPECT_EQ(waiting.WaitsFor(), "waits for 0 descriptors in flight, 0 of them invalidate requests, 1 waits");
}

}  // namespace
}  // namespace siov
