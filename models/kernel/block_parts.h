// SPDX-License-Identifier: Apache-2.0
// A block whose shell is made of parts: classes with members, sockets and events of their own under the block's one
// name, which share its place in the agenda, so that what happens in the block at one time keeps its order.
//
//   class Host final : public PartedBlock { ... JobSubmission submission_{*this, ...}; };
//   class JobSubmission final : public BlockPart { enum : std::uint32_t { kCpuFree, ... }; ... };
#ifndef SIOV_MODELS_KERNEL_BLOCK_PARTS_H_
#define SIOV_MODELS_KERNEL_BLOCK_PARTS_H_

#include <string>
#include <vector>

#include "models/kernel/block.h"

namespace siov {

class BlockPart;

class PartedBlock : public Block {
 public:
  using Block::Block;

 protected:
  // Items of its parts. A block that has some of its own, of kinds below 256, overrides this and hands on the others.
  void OnDue(const DueItem& item) override;

 private:
  friend class BlockPart;
  // Of an item's kind: the part's number, from 1 on, above, its own kind below.
  static constexpr unsigned kPartShift = 8;

  std::vector<BlockPart*> parts_;
};

// Made while its block is: its sockets become the block's.
class BlockPart {
 public:
  BlockPart(const BlockPart&) = delete;
  BlockPart& operator=(const BlockPart&) = delete;
  virtual ~BlockPart() = default;

 protected:
  explicit BlockPart(PartedBlock& block)
      : block_(block), first_kind_(static_cast<std::uint32_t>(block.parts_.size() + 1) << PartedBlock::kPartShift) {
    block.parts_.push_back(this);
  }

  // As of a block (models/kernel/block.h); kinds are this part's own, below 256.
  virtual void OnDue(const DueItem& item) = 0;
  Picoseconds now() const { return block_.now(); }
  void Due(Picoseconds delay, std::uint32_t kind, void* object = nullptr, std::uint32_t argument = 0) {
    block_.Due(delay, first_kind_ | kind, object, argument);
  }
  template <class Packet>
  void Arrive(Picoseconds delay, std::uint32_t kind, Packet& packet, std::uint32_t argument = 0) {
    block_.Arrive(delay, first_kind_ | kind, packet, argument);
  }
  template <class Packet>
  void CheckArrival(const Packet& packet) const {
    block_.CheckArrival(packet);
  }
  template <class Packet>
  Packet* TakePacket() {
    return block_.TakePacket<Packet>();
  }
  Tlp* TakePacket(TlpKind kind, std::uint64_t address, std::uint32_t length_bytes) {
    return block_.TakePacket(kind, address, length_bytes);
  }
  template <class Packet>
  void GivePacket(Packet& packet) {
    block_.GivePacket(packet);
  }
  RandomStream MakeRandom() const { return block_.MakeRandom(); }
  const std::string& path() const { return block_.path(); }
  template <class... Sockets>
  static std::vector<std::string> PeersOf(const Sockets&... sockets) {
    return PartedBlock::PeersOf(sockets...);
  }

 private:
  friend class PartedBlock;
  PartedBlock& block_;
  std::uint32_t first_kind_;
};

inline void PartedBlock::OnDue(const DueItem& item) {
  constexpr std::uint32_t kOwn = (1u << kPartShift) - 1;
  parts_[(item.kind >> kPartShift) - 1]->OnDue({item.object, item.kind & kOwn, item.argument});
}

}  // namespace siov

#endif  // SIOV_MODELS_KERNEL_BLOCK_PARTS_H_
