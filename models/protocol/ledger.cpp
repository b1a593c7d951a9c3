// SPDX-License-Identifier: Apache-2.0
#include "models/protocol/ledger.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "models/base/invariant.h"

namespace siov {
namespace {

std::string Listing(const Ledger& ledger) {
  std::string text;
  ledger.ForEach([&text](Stage stage, Picoseconds entered, Picoseconds left) {
    text += std::string(" ") + Describe(stage).name + "[" + std::to_string(entered) + ".." + std::to_string(left) + "]";
  });
  return text;
}

}  // namespace

void Ledger::FailFork(const Ledger& branch) const {
  throw InvariantError("latency ledger: a branch opened at " + std::to_string(branch.start_) +
                       " ps joins a parent that stands at " + std::to_string(cursor_) +
                       " ps; branch:" + Listing(branch) + "; parent:" + Listing(*this));
}

void Ledger::AddHigherParts(Picoseconds high) {
  if (high > kDurationMask) AddHigherParts(high >> kDurationBits);
  AddWord(kLong << kDurationBits | static_cast<Word>(high & kDurationMask));
  ++higher_words_;
}

void Ledger::AppendWords(const Ledger& branch) {
  if (words_ + branch.words_ <= kInline) {
    std::memcpy(inline_.data() + words_, branch.inline_.data(), branch.words_ * sizeof(Word));
    words_ += branch.words_;
  } else {
    const std::size_t words = branch.words_;  // of itself it would grow
    for (std::size_t i = 0; i < words; ++i) AddWord(i < kInline ? branch.inline_[i] : branch.spilled_[i - kInline]);
  }
  higher_words_ += branch.higher_words_;
}

void Ledger::Fold() {
  std::array<Picoseconds, kStageCount> total{};
  std::array<Stage, kStageCount> order{};
  std::size_t count = 0;
  ForEach([&](Stage stage, Picoseconds entered, Picoseconds left) {
    Picoseconds& sum = total[static_cast<std::size_t>(stage)];
    if (sum == 0) order[count++] = stage;
    sum += left - entered;
  });
  Clear();
  for (std::size_t i = 0; i < count; ++i) Add(order[i], total[static_cast<std::size_t>(order[i])]);
}

void Ledger::AppendUntil(const Ledger& branch, Picoseconds until) {
  CheckFork(branch);
  branch.ForEach([this, until](Stage stage, Picoseconds entered, Picoseconds left) {
    if (entered < until) Mark(stage, std::min(left, until));
  });
}

void Ledger::AppendRest(const Ledger& branch) {
  branch.ForEach([this](Stage stage, Picoseconds, Picoseconds left) {
    if (left > cursor_) Mark(stage, left);
  });
}

void Ledger::Close(Picoseconds now) const {
  Picoseconds sum = 0;
  ForEach([&sum](Stage, Picoseconds entered, Picoseconds left) { sum += left - entered; });
  if (cursor_ != now || sum != now - start_) {
    throw InvariantError("latency ledger: stages sum to " + std::to_string(sum) + " ps but the job took " +
                         std::to_string(now - start_) + " ps (" + std::to_string(start_) + ".." + std::to_string(now) +
                         "):" + Listing(*this));
  }
}

void Ledger::FailBackwards(Stage stage, Picoseconds until) const {
  throw InvariantError(std::string("latency ledger: stage ") + Describe(stage).name + " would end at " +
                       std::to_string(until) + " ps, before the cursor at " + std::to_string(cursor_) +
                       " ps:" + Listing(*this));
}

}  // namespace siov
