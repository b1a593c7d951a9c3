// SPDX-License-Identifier: Apache-2.0
// What stands in a log of scripted peers for a packet, whether it is answered, and how; each type of packet has an
// overload of its own where it differs.
#ifndef SIOV_TESTS_SUPPORT_PACKET_TEXTS_H_
#define SIOV_TESTS_SUPPORT_PACKET_TEXTS_H_

#include <sstream>
#include <string>

#include "models/protocol/packets.h"

namespace siov {

inline const char* NameOf(TlpKind kind) {
  static constexpr const char* kNames[] = {"read",         "write",         "dmwr",          "translation",
                                           "page_request", "page_response", "invalidate",    "invalidate_done",
                                           "config_read",  "config_write",  "register_read", "register_write"};
  return kNames[static_cast<std::size_t>(kind)];
}

inline std::string AddressText(std::uint64_t address) {
  std::ostringstream out;
  out << "0x" << std::hex << address;
  return out.str();
}

inline std::string TextOf(const Tlp& tlp) { return std::string(NameOf(tlp.kind)) + ' ' + AddressText(tlp.address); }
inline std::string TextOf(const FaultRecord& fault) { return "fault_record " + AddressText(fault.address); }
inline std::string TextOf(const PageRequestAccess&) { return "page_request_access"; }
inline std::string TextOf(const PasidStop& stop) { return "pasid_stop " + std::to_string(stop.pasid.value()); }
inline std::string TextOf(const PasidTeardown& end) { return "pasid_teardown " + std::to_string(end.pasid.value()); }
inline std::string TextOf(const IommuEvent&) { return "iommu_event"; }
inline std::string TextOf(const InvalidationRequest& request) {
  return "invalidation " + AddressText(request.what.address);
}
inline std::string TextOf(const InvalidationCommand& command) {
  return "invalidation_command " + AddressText(command.what.address);
}
inline std::string TextOf(const Submission& submission) { return "submission " + AddressText(submission.slot); }
inline std::string TextOf(const MappingRequest& request) { return "mapping " + AddressText(request.address); }
inline std::string TextOf(const Dispatch& dispatch) { return "dispatch " + AddressText(dispatch.slot); }
inline std::string TextOf(const InterruptRequest& request) {
  return "interrupt_request " + AddressText(request.handle);
}
inline std::string TextOf(const Notification& notification) {
  return "notification of tenant " + std::to_string(notification.tenant.value());
}
inline std::string TextOf(const ObservedWrite& write) { return "observed_write " + AddressText(write.address); }

// Of a packet that has none: Success.
template <class Packet>
CompletionStatus StatusOf(const Packet&) {
  return CompletionStatus::kSuccess;
}
inline CompletionStatus StatusOf(const InvalidationCommand& command) { return command.status; }
inline CompletionStatus StatusOf(const Submission& submission) {
  return submission.refused ? CompletionStatus::kRetry : CompletionStatus::kSuccess;
}

inline std::string TextOf(const Walk& walk) { return "walk " + AddressText(walk.address); }

inline std::string TextOf(const TableAccess& access) {
  return (access.kind == TableAccess::Kind::kRead ? "read " : "write ") + AddressText(access.address);
}

inline bool IsAnswered(const TableAccess& access) { return access.kind != TableAccess::Kind::kPostedWrite; }
inline bool IsAnswered(const Tlp& tlp) { return !IsPosted(tlp.kind); }
template <class Packet>
bool IsAnswered(const Packet&) {
  return Packet::kAnswered;
}

}  // namespace siov

#endif  // SIOV_TESTS_SUPPORT_PACKET_TEXTS_H_
