// SPDX-License-Identifier: Apache-2.0
// What a result folder asks of the file system, with the errors that ofstream hides: files that are on disk when a call
// returns, renames, exchanges. Each throws std::system_error with the system's reason.
#ifndef SIOV_PLATFORMS_COLLECT_DISK_H_
#define SIOV_PLATFORMS_COLLECT_DISK_H_

#include <cstdint>
#include <filesystem>
#include <string>

namespace siov {

// An open file descriptor; closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Writes a whole file; it is on its way to the disk, not yet there.
void PutFile(const std::filesystem::path& path, const std::string& content);

// Size and CRC-32 (zlib's, which is that of IEEE 802.3) of a file's content.
struct Checksum {
  std::uint64_t size_bytes = 0;
  std::uint32_t crc32 = 0;
};
Checksum ChecksumOf(const std::filesystem::path& path);

// Returns when the file, or the folder's list of names, is on disk.
void SyncFile(const std::filesystem::path& path);
void SyncFolder(const std::filesystem::path& path);

// Which folder it is, whatever its name: (device, inode). All zero: there is none.
struct FolderIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FolderIdentity& other) const { return device == other.device && inode == other.inode; }
};
FolderIdentity IdentityOf(const std::filesystem::path& path);

// Moves a folder to a name that is free or an empty folder. False: something is there, and nothing was moved.
bool MoveToFreePlace(const std::filesystem::path& from, const std::filesystem::path& to);

// Puts the folder `fresh` in the place of `old` and leaves the old one under the name of `fresh`. In one step where the
// file system can (at no instant is there none); by way of a third name, fresh + kAside, where it cannot (NFS).
inline constexpr const char* kAside = "-old";
void ExchangeFolders(const std::filesystem::path& fresh, const std::filesystem::path& old);
void ExchangeFoldersByRenames(const std::filesystem::path& fresh, const std::filesystem::path& old);

}  // namespace siov

#endif  // SIOV_PLATFORMS_COLLECT_DISK_H_
