// SPDX-License-Identifier: Apache-2.0
// The latency ledger: an ordered list of (stage, entered, left) without gaps or overlaps.
//
// A ledger is a cursor that moves forward in time: Mark(stage, t) says that everything since the last mark was spent in
// `stage`. Work that runs in parallel gets a ledger of its own (a branch, opened at the fork); when the parts join, the
// parent appends the branch of the part that finished last. So for every job the stages sum exactly to its end-to-end
// latency; Close() checks that, always, and a violation stops the run. Pure: knows no kernel, only times it is told.
#ifndef SIOV_MODELS_PROTOCOL_LEDGER_H_
#define SIOV_MODELS_PROTOCOL_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/base/units.h"
#include "models/protocol/stage.h"

namespace siov {

class Ledger {
 public:
  // Starts (or restarts) the ledger at `now`, empty.
  void Open(Picoseconds now) {
    start_ = cursor_ = now;
    Clear();
  }

  // Attributes [cursor, until] to `stage`. REQUIRES: until >= cursor. A zero-length mark leaves no segment.
  void Mark(Stage stage, Picoseconds until) {
    if (until <= cursor_) {
      if (until < cursor_) FailBackwards(stage, until);
      return;
    }
    Add(stage, until - cursor_);
    cursor_ = until;
  }

  // Waiting, then service: [cursor, from] to `wait`, [from, until] to `service`.
  void MarkServed(Stage wait, Picoseconds from, Stage service, Picoseconds until) {
    Mark(wait, from);
    Mark(service, until);
  }

  // Joins a finished branch. REQUIRES: the branch was opened exactly where this ledger's cursor stands.
  void Append(const Ledger& branch) {
    CheckFork(branch);
    AppendWords(branch);
    cursor_ = branch.cursor_;
  }
  // As Append, for a branch that goes on elsewhere: takes only what it did up to `until`.
  void AppendUntil(const Ledger& branch, Picoseconds until);

  // As Append, for a branch that forked earlier and outlasts this one: takes what it did after the cursor.
  void AppendRest(const Ledger& branch);

  // Bounds the memory of work that repeats (a submission answered Retry thousands of times): merges segments of the
  // same stage once there are more than kFoldAbove. Stage sums stay exact; the order within the merged part becomes
  // that of each stage's first appearance.
  void FoldIfLong() {
    if (size() > kFoldAbove) Fold();
  }

  // Checks conservation at the end of a job's life: the cursor stands at `now` and the segments sum to now - start.
  // Throws InvariantError with all segments otherwise.
  void Close(Picoseconds now) const;

  Picoseconds start() const { return start_; }
  Picoseconds cursor() const { return cursor_; }
  Picoseconds elapsed() const { return cursor_ - start_; }
  std::size_t size() const { return words_ - higher_words_; }

  // fn(stage, entered, left) in order of time.
  template <class Fn>
  void ForEach(Fn fn) const {
    Picoseconds at = start_;
    Picoseconds high = 0;
    for (std::size_t i = 0; i < words_; ++i) {
      const Word word = i < kInline ? inline_[i] : spilled_[i - kInline];
      const Picoseconds duration = high << kDurationBits | (word & kDurationMask);
      high = duration;
      if (word >> kDurationBits == kLong) continue;
      fn(static_cast<Stage>(word >> kDurationBits), at, at + duration);
      at += duration;
      high = 0;
    }
  }

 private:
  // A segment is a word: the stage in the top 6 bits, the duration (up to 67 us) below. Before the word of a longer one
  // stand words with the higher parts of its duration, the highest first.
  using Word = std::uint32_t;
  static constexpr unsigned kDurationBits = 26;
  static constexpr Word kDurationMask = (Word{1} << kDurationBits) - 1;
  static constexpr Word kLong = 63;  // in place of the stage: a higher part
  static_assert(kStageCount <= kLong, "a stage must fit into six bits");

  // Most TLPs pass fewer than a dozen stages; only jobs spill.
  static constexpr std::size_t kInline = 14;

  static constexpr std::size_t kFoldAbove = 32;

  void Clear() {
    words_ = higher_words_ = 0;
    if (!spilled_.empty()) spilled_.clear();
  }
  void Fold();
  void Add(Stage stage, Picoseconds duration) {
    if (duration > kDurationMask) AddHigherParts(duration >> kDurationBits);
    AddWord(static_cast<Word>(stage) << kDurationBits | static_cast<Word>(duration & kDurationMask));
  }
  void AddWord(Word word) {
    if (words_ < kInline) {
      inline_[words_] = word;
    } else {
      spilled_.push_back(word);
    }
    ++words_;
  }
  void AddHigherParts(Picoseconds high);
  void AppendWords(const Ledger& branch);
  void CheckFork(const Ledger& branch) const {
    if (branch.start_ != cursor_) FailFork(branch);
  }
  [[noreturn]] void FailFork(const Ledger& branch) const;
  [[noreturn]] void FailBackwards(Stage stage, Picoseconds until) const;

  Picoseconds start_ = 0;
  Picoseconds cursor_ = 0;
  std::uint32_t words_ = 0;
  std::uint32_t higher_words_ = 0;  // those that are no segment of their own
  std::array<Word, kInline> inline_{};
  std::vector<Word> spilled_;
};

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_LEDGER_H_
