// SPDX-License-Identifier: Apache-2.0
#include "platforms/collect/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

namespace siov {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void Fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

Descriptor Open(const fs::path& path, int flags) {
  Descriptor opened(open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!opened.ok()) Fail("open");
  return opened;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void PutFile(const fs::path& path, const std::string& content) {
  const Descriptor file = Open(path, O_WRONLY | O_CREAT | O_TRUNC);
  const char* from = content.data();
  std::size_t left = content.size();
  while (left > 0) {
    const ssize_t written = write(file.get(), from, left);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail("write");
    from += written;
    left -= static_cast<std::size_t>(written);
  }
}

Checksum ChecksumOf(const fs::path& path) {
  const Descriptor file = Open(path, O_RDONLY);
  std::vector<char> block(1u << 16);
  Checksum found;
  while (true) {
    const ssize_t got = read(file.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail("read");
    if (got == 0) return found;
    found.size_bytes += static_cast<std::uint64_t>(got);
    const auto* bytes = reinterpret_cast<const Bytef*>(block.data());
    found.crc32 = static_cast<std::uint32_t>(crc32_z(found.crc32, bytes, static_cast<std::size_t>(got)));
  }
}

void SyncFile(const fs::path& path) {
  const Descriptor file = Open(path, O_RDONLY);
  if (fsync(file.get()) != 0) Fail("fsync");
}

void SyncFolder(const fs::path& path) {
  const Descriptor folder = Open(path, O_RDONLY | O_DIRECTORY);
  // Some network file systems cannot sync a folder and say so; they keep names in order themselves.
  if (fsync(folder.get()) != 0 && errno != EINVAL && errno != ENOTSUP) Fail("fsync");
}

FolderIdentity IdentityOf(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

bool MoveToFreePlace(const fs::path& from, const fs::path& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return true;
  if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR) return false;
  Fail("rename");
}

void ExchangeFolders(const fs::path& fresh, const fs::path& old) {
  if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) Fail("exchange");
  ExchangeFoldersByRenames(fresh, old);
}

void ExchangeFoldersByRenames(const fs::path& fresh, const fs::path& old) {
  const fs::path aside = fresh.string() + kAside;
  if (rename(old.c_str(), aside.c_str()) != 0) Fail("exchange");
  if (rename(fresh.c_str(), old.c_str()) != 0) {
    const int reason = errno;
    MoveToFreePlace(aside, old);
    errno = reason;
    Fail("exchange");
  }
  if (rename(aside.c_str(), fresh.c_str()) != 0) Fail("exchange");
}

}  // namespace siov
