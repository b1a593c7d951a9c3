// SPDX-License-Identifier: Apache-2.0
// What a PCIe transaction layer packet carries; the vocabulary of the sockets between devices and memory. Field
// meanings follow the PCI Express base specification (chapter 2.2, ATS and PRI chapters).
//
// Pure types; they come from models/kernel/packet_pool.h and travel by models/kernel/sockets.h.
#ifndef SIOV_MODELS_PROTOCOL_TLP_H_
#define SIOV_MODELS_PROTOCOL_TLP_H_

#include <array>
#include <cstdint>
#include <memory>

#include "models/base/ids.h"
#include "models/base/units.h"
#include "models/protocol/carried.h"
#include "models/protocol/descriptor.h"
#include "models/protocol/packet.h"
#include "models/protocol/translation.h"

namespace siov {

class Tlp;

enum class TlpKind : std::uint8_t {
  kMemoryRead,          // MRd: non-posted, answered with data
  kMemoryWrite,         // MWr: posted. Interrupt messages are these, to FEEx_xxxxh without PASID
  kDeferrableWrite,     // DMWr: non-posted with data, answered Success or Retry
  kTranslationRequest,  // MRd with AT=01
  kPageRequest,         // PRM: posted message, device to root complex
  kPageGroupResponse,   // PRGR: posted message, root complex to device
  kInvalidateRequest,   // ATS invalidate: posted message with data, root complex to device
  kInvalidateCompletion,
  // A CPU's accesses to registers of a device:
  kConfigRead,     // CfgRd: by id, `address` is the offset in configuration space
  kConfigWrite,    // CfgWr: non-posted with data
  kRegisterRead,   // MRd downstream: by address
  kRegisterWrite,  // MWr downstream, of registers: posted. Portals are written by kMemoryWrite and kDeferrableWrite
};

enum class CompletionStatus : std::uint8_t {
  kSuccess = 0,
  kUnsupportedRequest = 1,
  kRetry = 2,  // RRS/CRS: legal for DMWr and configuration only
  kCompleterAbort = 4,
};

// What a translation completion says beyond its first translation: further pages, side by side with the first and of
// its size (ATS-02).
struct TranslationBatch {
  static constexpr std::size_t kMost = 16;  // 128 bytes of completion: the larger read completion boundary
  struct Page {
    std::uint64_t address = 0;
    bool read = false;
    bool write = false;
    bool global = false;
  };
  std::array<Page, kMost - 1> further;
};

enum class PageResponseCode : std::uint8_t { kSuccess = 0x0, kInvalidRequest = 0x1, kFailure = 0xF };

struct TlpHeader {
  static constexpr const char* kName = "TLP";
  std::uint64_t address = 0;  // translated, once it is
  std::uint32_t length_bytes = 0;
  TlpKind kind = TlpKind::kMemoryRead;
  AddressType at = AddressType::kUntranslated;
  CompletionStatus status = CompletionStatus::kSuccess;
  std::uint8_t traffic_class = 0;
  bool relaxed_ordering = false;
  bool id_based_ordering = false;
  bool privileged = false;
  bool execute = false;
  bool no_write = false;       // NW flag of a translation request
  bool last_in_group = false;  // L flag of a page request
  bool wants_read = false;     // R and W of a page request
  bool wants_write = false;
  bool completes_job = false;  // this write is the job's completion record
  bool interrupt = false;      // this write is an interrupt message
  bool watched = false;        // the job waits for this write to be visible (posted_writes.h)
  bool type_1 = false;         // a configuration request that has a bridge before it; type 0 on its function's link
  RequesterId requester = 0;
  std::uint16_t tag = 0;            // assigned by the device port to non-posted requests
  std::uint16_t page_group = 0;     // PRG index
  RequesterId completer = 0;        // a configuration request: whose registers
  bool response_with_pasid = true;  // page request: its function wants the PASID on the response (PRI status bit 15)
  PageResponseCode response_code = PageResponseCode::kSuccess;
  std::uint8_t source_port = 0;  // root port it came through, by name order
  Pasid pasid;
  TenantRef tenant;
  std::uint64_t virtual_address = 0;  // before translation
  Translation translation;
  std::uint32_t itags = 0;                  // invalidate request: its tag; invalidate completion: vector of tags
  std::uint8_t completion_count = 1;        // invalidate completion: how many of them answer one request
  std::uint8_t translations = 1;            // translation request: asked for (length / 2), and answered
  const TranslationBatch* batch = nullptr;  // answered: those after the first; the packet's own, null if there are none
  const WorkDescriptor* descriptor = nullptr;  // a portal write's data; the packet's own
  std::uint64_t register_data = 0;             // of a register access: what is written, or was read
  std::uint32_t buffer_left = 0;  // an engine's hint to its ATC: bytes from here on to the end of the buffer
  JobRef job;                     // the job this is done for, or none (prefetch, table updates)
  std::uint64_t context = 0;  // for the originator's own use; of an interrupt message: which job it tells of (Job::id)
  std::uint32_t read_in_flight = 0;  // for the ATC's own use: its number of a read that left
  std::uint32_t job_stream = 0;      // for the device's own use: requests of one stream keep their order in the device
  // Between a link and the device port behind switches: this packet is one of several completions of that read, and
  // carries `length_bytes` from `address` on. Null: a request, or what answers it alone.
  Tlp* completed_read = nullptr;
  bool last_completion = false;
  bool abandoned = false;  // its device has given it up: nobody waits for the answer

  // Return path: each block that passes a packet on pushes the index of the socket it came in by and pops it when the
  // answer comes back. Eight hops cover device port, switch, root port, iotlb and walker with room to spare.
  void PushRoute(std::uint8_t socket) { route_[route_depth_++] = socket; }
  std::uint8_t PopRoute() { return route_[--route_depth_]; }
  std::uint8_t route_depth() const { return route_depth_; }
  void CutRoute(std::uint8_t depth) { route_depth_ = depth; }  // drops what was pushed beyond

 private:
  std::array<std::uint8_t, 8> route_{};
  std::uint8_t route_depth_ = 0;
};

class Tlp : public Packet<TlpHeader> {
 public:
  Tlp() = default;
  ~Tlp() = default;
  // A copy is for looking at: it has no further translations, and no data.
  Tlp(const Tlp& other) : Packet<TlpHeader>(other) {
    batch = nullptr;
    descriptor = nullptr;
  }
  Tlp& operator=(const Tlp&) = delete;

  // Room for a completion of several translations; stays with the packet through its pool.
  TranslationBatch& Batch() {
    if (batch_room_ == nullptr) batch_room_ = std::make_unique<TranslationBatch>();
    return *batch_room_;
  }

  // Takes a descriptor along as data.
  void Carry(const WorkDescriptor& data) {
    if (descriptor_room_ == nullptr) descriptor_room_ = std::make_unique<WorkDescriptor>();
    *descriptor_room_ = data;
    descriptor = descriptor_room_.get();
  }

 private:
  std::unique_ptr<TranslationBatch> batch_room_;
  std::unique_ptr<WorkDescriptor> descriptor_room_;
};

// Posted, non-posted and completion: the flow-control classes of PCIe.
enum class CreditClass : std::uint8_t { kPosted, kNonPosted, kCompletion };

constexpr std::uint32_t BitOf(TlpKind kind) { return std::uint32_t{1} << static_cast<unsigned>(kind); }
inline bool IsPosted(TlpKind kind) {
  constexpr std::uint32_t kPosted = BitOf(TlpKind::kMemoryWrite) | BitOf(TlpKind::kPageRequest) |
                                    BitOf(TlpKind::kPageGroupResponse) | BitOf(TlpKind::kInvalidateRequest) |
                                    BitOf(TlpKind::kInvalidateCompletion) | BitOf(TlpKind::kRegisterWrite);
  return (kPosted & BitOf(kind)) != 0;
}

inline bool IsConfiguration(TlpKind kind) {
  return ((BitOf(TlpKind::kConfigRead) | BitOf(TlpKind::kConfigWrite)) & BitOf(kind)) != 0;
}
// Of a CPU, to registers of a device.
inline bool IsRegisterAccess(TlpKind kind) {
  constexpr std::uint32_t kAccess = BitOf(TlpKind::kConfigRead) | BitOf(TlpKind::kConfigWrite) |
                                    BitOf(TlpKind::kRegisterRead) | BitOf(TlpKind::kRegisterWrite);
  return (kAccess & BitOf(kind)) != 0;
}
// Answered with what the registers hold.
inline bool IsRegisterRead(TlpKind kind) {
  return ((BitOf(TlpKind::kConfigRead) | BitOf(TlpKind::kRegisterRead)) & BitOf(kind)) != 0;
}

// A read of no bytes: answered when all posted writes of its requester that came before are visible (PCIe base
// specification 2.2.5.1); of requester 0, when all that came before by its socket is served. Root ports and IOTLBs ask
// so.
inline bool IsFlush(const TlpHeader& tlp) { return tlp.kind == TlpKind::kMemoryRead && tlp.length_bytes == 0; }

// FEEx_xxxxh without PASID: an interrupt request, not memory (VT-d 5.1).
inline bool IsInterruptAddress(std::uint64_t address) { return (address >> 20) == 0xFEE; }

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_TLP_H_
