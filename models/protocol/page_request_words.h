// SPDX-License-Identifier: Apache-2.0
// How page requests are laid out in bits: the message's body, and the descriptors of the IOMMU's page request queue
// (requirements 16.4, 16.5; PCI Express ATS 10.4, VT-d 7.4.1, RISC-V IOMMU page-request record). Pure.
#ifndef SIOV_MODELS_PROTOCOL_PAGE_REQUEST_WORDS_H_
#define SIOV_MODELS_PROTOCOL_PAGE_REQUEST_WORDS_H_

#include <cstdint>

#include "models/base/ids.h"
#include "models/base/units.h"

namespace siov {

// What a page request says, whichever way it is written down.
struct PageRequestFields {
  std::uint64_t page = 0;  // address of the page
  bool read = false;
  bool write = false;
  bool last = false;        // L
  std::uint16_t index = 0;  // page request group index, 9 bits
  RequesterId requester = 0;
  Pasid pasid;  // invalid: none
  bool execute = false;
  bool privileged = false;
  bool IsStopMarker() const { return pasid.valid() && last && !read && !write; }
};

// Body of the message: R 0, W 1, L 2, index 11:3, page 63:12.
inline std::uint64_t PageRequestBody(const PageRequestFields& request) {
  return (request.page & ~std::uint64_t{0xFFF}) | (std::uint64_t{request.index & 0x1FFu} << 3) |
         (std::uint64_t{request.last} << 2) | (std::uint64_t{request.write} << 1) | std::uint64_t{request.read};
}
inline void ReadPageRequestBody(std::uint64_t body, PageRequestFields* request) {
  request->read = (body & 1) != 0;
  request->write = (body & 2) != 0;
  request->last = (body & 4) != 0;
  request->index = static_cast<std::uint16_t>((body >> 3) & 0x1FF);
  request->page = body & ~std::uint64_t{0xFFF};
}

// Body of the response (as the RISC-V specification writes it): index 40:32, code 47:44.
inline std::uint64_t PageResponseBody(std::uint16_t index, std::uint8_t code) {
  return (std::uint64_t{index & 0x1FFu} << 32) | (std::uint64_t{code & 0xFu} << 44);
}

// A descriptor of the queue: the first two words; a 32-byte slot keeps the other two zero.
struct PageRequestDescriptor {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

// VT-d: type 7:0 = 1, PASID present 8, requester 31:16, PASID 51:32, execute 52, privileged 53; then the body.
inline PageRequestDescriptor VtdPageRequest(const PageRequestFields& request) {
  const bool with_pasid = request.pasid.valid();
  PageRequestDescriptor descriptor;
  descriptor.low = 1 | (std::uint64_t{with_pasid} << 8) | (std::uint64_t{request.requester} << 16) |
                   (with_pasid ? std::uint64_t{request.pasid.value() & 0xF'FFFFu} << 32 : 0) |
                   (std::uint64_t{request.execute} << 52) | (std::uint64_t{request.privileged} << 53);
  descriptor.high = PageRequestBody(request);
  return descriptor;
}
inline PageRequestFields ReadVtdPageRequest(const PageRequestDescriptor& descriptor) {
  PageRequestFields request;
  request.requester = static_cast<RequesterId>(descriptor.low >> 16);
  if ((descriptor.low >> 8) & 1) request.pasid = Pasid(static_cast<std::uint32_t>(descriptor.low >> 32) & 0xF'FFFFu);
  request.execute = ((descriptor.low >> 52) & 1) != 0;
  request.privileged = ((descriptor.low >> 53) & 1) != 0;
  ReadPageRequestBody(descriptor.high, &request);
  return request;
}

// RISC-V: PID 31:12, PASID valid 32, privileged 33, execute 34, DID 63:40; then the body.
inline PageRequestDescriptor RiscvPageRequest(const PageRequestFields& request) {
  const bool with_pasid = request.pasid.valid();
  PageRequestDescriptor descriptor;
  descriptor.low = (with_pasid ? std::uint64_t{request.pasid.value() & 0xF'FFFFu} << 12 : 0) |
                   (std::uint64_t{with_pasid} << 32) | (std::uint64_t{request.privileged} << 33) |
                   (std::uint64_t{request.execute} << 34) | (std::uint64_t{request.requester} << 40);
  descriptor.high = PageRequestBody(request);
  return descriptor;
}
inline PageRequestFields ReadRiscvPageRequest(const PageRequestDescriptor& descriptor) {
  PageRequestFields request;
  request.requester = static_cast<RequesterId>(descriptor.low >> 40);
  if ((descriptor.low >> 32) & 1) request.pasid = Pasid(static_cast<std::uint32_t>(descriptor.low >> 12) & 0xF'FFFFu);
  request.privileged = ((descriptor.low >> 33) & 1) != 0;
  request.execute = ((descriptor.low >> 34) & 1) != 0;
  ReadPageRequestBody(descriptor.high, &request);
  return request;
}

}  // namespace siov

#endif  // SIOV_MODELS_PROTOCOL_PAGE_REQUEST_WORDS_H_
