// SPDX-License-Identifier: Apache-2.0
// A recording as a process knows it: its file is read once and hashed on the way, its records are read out of it once,
// and whoever asks for them reads the same memory.
//
// Held are first the file's bytes, then in their place its records, both only if they are not too large; what is not
// held is read from the file whenever it is asked for. A run learns all it needs of a recording before its first job
// and releases it then; what is replayed by then is held by the replay, in its own form. Not made for several threads.
#ifndef SIOV_PLATFORMS_TRACE_RECORDING_H_
#define SIOV_PLATFORMS_TRACE_RECORDING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "models/workload/trace/trace_record.h"

namespace siov {

class Recording {
 public:
  static constexpr std::size_t kMostFileBytes = std::size_t{64} << 20u;  // held until the records are read

  // Reads and hashes the file; nothing, and a reason, if it cannot be read. The same object again while one is in use
  // and the file is as it was.
  static std::shared_ptr<Recording> Of(const std::string& path, std::string* why_not);

  const std::string& path() const { return path_; }
  const std::string& fingerprint() const { return fingerprint_; }  // of the file's bytes

  // The records, from the start, held if they take at most `memory_bytes`. Throws TraceError for a file that is no
  // sound recording, and ReadingInterrupted (reading_watch.h).
  std::unique_ptr<TraceSource> Open(std::uint64_t memory_bytes);

  // How many accesses each stream has of which direction and size; 0: recorded without one. Throws as Open().
  struct AccessKind {
    bool write = false;
    std::uint64_t size_bytes = 0;
    bool operator<(const AccessKind& other) const {
      return std::pair(write, size_bytes) < std::pair(other.write, other.size_bytes);
    }
  };
  struct StreamAccesses {
    std::map<AccessKind, std::uint64_t> counts;
    bool in_window = false;  // some lie between the marks WL_START and WL_END
  };
  using AccessCounts = std::map<std::uint32_t, StreamAccesses>;
  const AccessCounts& Accesses(std::uint64_t memory_bytes);

  // Whoever still reads goes on reading; who opens it later reads the file.
  void Release();

  // Throws TraceError if the file was read again after it was hashed and is not what it was then: what was read may be
  // another recording. Reads it once more to know; one that was held is not looked at.
  void CheckUnchanged() const;

 private:
  struct Records;
  struct AccessCounter;
  class HeldSource;
  Recording(std::string path, std::string fingerprint, std::shared_ptr<const std::string> bytes);
  std::unique_ptr<TraceSource> OpenFile();
  void ReadRecords(std::uint64_t memory_bytes);

  std::string path_;
  std::string fingerprint_;
  std::shared_ptr<const std::string> bytes_;  // if held
  bool records_read_ = false;
  bool read_again_ = false;                 // from the file, after it was hashed
  std::shared_ptr<const Records> records_;  // if held
  std::optional<AccessCounts> accesses_;
};

}  // namespace siov

#endif  // SIOV_PLATFORMS_TRACE_RECORDING_H_
