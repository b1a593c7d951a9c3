// SPDX-License-Identifier: Apache-2.0
// An observer of one way of packets (a direction of a link, of a switch, of a root complex) that knows the ordering
// table of PCI Express (base specification 2.4.1) and nothing of the models: told what enters and what leaves, it
// counts every packet that left before an older one that it may not pass, and remembers how long each stayed.
//
//   row: who comes later    column: who came before    may the later one pass?
//   posted                  posted                     no, unless relaxed or id-based and of other ids
//   read                    posted                     no, unless id-based and of other ids
//   non-posted with data    posted                     no, unless relaxed or id-based and of other ids
//   completion              posted                     no, unless relaxed or id-based and of other ids
//   anyone                  non-posted, completion     yes; completions of one read excepted, which are not told apart
//   here
//
// Nothing is owed between traffic classes.
//
// Where there are several memories (the homes of addresses) a way ends for a read at its memory, for a posted packet
// when it is visible. A read is then behind an older write as soon as that is at the same memory before it; any
// other has to be visible. An interrupt has to wait for older writes wherever they are, and while it waits, requests
// for memory may pass it, as whoever gets it could not tell; of its own kind nothing may.
#ifndef SIOV_TESTS_SUPPORT_ORDER_CHECKER_H_
#define SIOV_TESTS_SUPPORT_ORDER_CHECKER_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace siov::testing {

// A packet as the wire shows it.
struct WirePacket {
  enum class Row : std::uint8_t { kPosted, kRead, kNonPostedWithData, kCompletion };
  std::uint64_t name = 0;  // distinct
  Row row = Row::kPosted;
  unsigned traffic_class = 0;
  bool relaxed = false;   // attribute RO
  bool id_based = false;  // attribute IDO
  unsigned id = 0;        // of the requester; of a completion, of the completer
  bool has_pasid = false;
  unsigned pasid = 0;
  bool interrupt = false;
};

class OrderChecker {
 public:
  struct Violation {
    WirePacket later;
    WirePacket earlier;
    std::uint64_t at;
  };

  // `to_memories`: to several.
  explicit OrderChecker(std::string way, bool to_memories = false) : way_(std::move(way)), to_memories_(to_memories) {}

  // In the order in which they come and go; at equal times in the order of the calls.
  void Enters(const WirePacket& packet, std::uint64_t at) {
    inside_.push_back({packet, at});
    ++entered_;
  }
  // A posted packet is at the memory that is its home, and not yet visible.
  void ComesHome(std::uint64_t name, unsigned home) {
    const auto found = Find(name);
    if (found == inside_.end()) {
      ++unknown_;
    } else {
      found->home = home;
    }
  }
  // `home`: of a read, where there are several memories.
  void Leaves(std::uint64_t name, std::uint64_t at, unsigned home = 0) {
    const auto gone = Find(name);
    if (gone == inside_.end()) {
      ++unknown_;
      return;
    }
    const bool reads = gone->packet.row == WirePacket::Row::kRead;
    for (auto earlier = inside_.begin(); earlier != gone; ++earlier) {
      if (reads && earlier->home == home) continue;
      if (to_memories_ && earlier->packet.interrupt && !gone->packet.interrupt) continue;
      if (!MayPass(gone->packet, earlier->packet)) violations_.push_back({gone->packet, earlier->packet, at});
    }
    std::uint64_t& longest = longest_[static_cast<std::size_t>(gone->packet.row)];
    longest = std::max(longest, at - gone->since);
    inside_.erase(gone);
  }

  static bool MayPass(const WirePacket& later, const WirePacket& earlier) {
    using Row = WirePacket::Row;
    if (later.traffic_class != earlier.traffic_class || earlier.row != Row::kPosted) return true;
    const bool other_pasid = later.has_pasid && earlier.has_pasid && later.pasid != earlier.pasid;
    const bool by_id = later.id_based && (later.id != earlier.id || other_pasid);
    switch (later.row) {
      case Row::kRead:
        return by_id;
      case Row::kPosted:
      case Row::kNonPostedWithData:
      case Row::kCompletion:
        return later.relaxed || by_id;
    }
    return false;
  }

  const std::vector<Violation>& violations() const { return violations_; }
  std::uint64_t entered() const { return entered_; }
  std::uint64_t inside() const { return inside_.size(); }  // and never left
  std::uint64_t unknown() const { return unknown_; }       // left without having entered
  std::uint64_t longest(WirePacket::Row row) const { return longest_[static_cast<std::size_t>(row)]; }
  std::string Summary() const {
    std::ostringstream out;
    out << way_ << ": " << entered_ << " packets, " << violations_.size() << " violations, " << inside_.size()
        << " never left, " << unknown_ << " unknown";
    for (std::size_t i = 0; i < std::min<std::size_t>(violations_.size(), 3); ++i) {
      const Violation& one = violations_[i];
      out << "\n  at " << one.at << " " << Text(one.later) << " left before " << Text(one.earlier);
    }
    return out.str();
  }

 private:
  struct Inside {
    WirePacket packet;
    std::uint64_t since;
    std::optional<unsigned> home{};  // the memory it has come to
  };
  std::vector<Inside>::iterator Find(std::uint64_t name) {
    return std::find_if(inside_.begin(), inside_.end(), [name](const Inside& one) { return one.packet.name == name; });
  }
  static std::string Text(const WirePacket& packet) {
    static constexpr const char* kRows[] = {"posted", "read", "non-posted", "completion"};
    std::ostringstream out;
    out << kRows[static_cast<std::size_t>(packet.row)] << " " << packet.name << " (class " << packet.traffic_class
        << ", id " << packet.id;
    if (packet.has_pasid) out << ", pasid " << packet.pasid;
    out << (packet.interrupt ? ", interrupt" : "") << (packet.relaxed ? ", RO" : "") << (packet.id_based ? ", IDO" : "")
        << ")";
    return out.str();
  }

  std::string way_;
  bool to_memories_;
  std::vector<Inside> inside_;  // by age
  std::vector<Violation> violations_;
  std::uint64_t entered_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t longest_[4] = {};
};

}  // namespace siov::testing

#endif  // SIOV_TESTS_SUPPORT_ORDER_CHECKER_H_
