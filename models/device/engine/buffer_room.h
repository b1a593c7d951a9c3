// SPDX-License-Identifier: Apache-2.0
// Room in a device's buffers, counted in places and in bytes; either may be unlimited (0). Pure.
#ifndef SIOV_MODELS_DEVICE_ENGINE_BUFFER_ROOM_H_
#define SIOV_MODELS_DEVICE_ENGINE_BUFFER_ROOM_H_

#include <cstdint>

namespace siov {

class BufferRoom {
 public:
  BufferRoom(std::uint32_t places, std::uint32_t bytes) : most_places_(places), most_bytes_(bytes) {}
  bool Fits(std::uint32_t places, std::uint64_t bytes) const {
    return (most_places_ == 0 || places_ + places <= most_places_) &&
           (most_bytes_ == 0 || bytes_ + bytes <= most_bytes_);
  }
  void Take(std::uint32_t places, std::uint64_t bytes) {
    places_ += places;
    bytes_ += bytes;
  }
  void Give(std::uint32_t places, std::uint64_t bytes) {
    places_ -= places;
    bytes_ -= bytes;
  }
  std::uint64_t places() const { return places_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t most_places_;
  std::uint64_t most_bytes_;
  std::uint64_t places_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace siov

#endif  // SIOV_MODELS_DEVICE_ENGINE_BUFFER_ROOM_H_
