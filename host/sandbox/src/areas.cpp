// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/areas.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "memory_file.hpp"
#include "rapt/sandbox/fork_server.hpp"
#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {
namespace {

constexpr unsigned kNoExecSeal = 0x0008;  // MFD_NOEXEC_SEAL, Linux 6.3; Debian 12's headers do not have it

Result<void*> map_shared(int fd, std::size_t size, int seals) {
  if (ftruncate(fd, static_cast<off_t>(size)) != 0) return system_error("sizing a shared area", errno);
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return system_error("mapping a shared area", errno);
  if (fcntl(fd, F_ADD_SEALS, seals) == 0) return address;
  const int error = errno;
  munmap(address, size);
  return system_error("sealing a shared area", error);
}

}  // namespace

Error system_error(const char* what, int error) {
  return Error::unavailable(
      "sandbox", std::string("The sandbox cannot be set up: ") + what + " failed (" + std::strerror(error) + ").");
}

Result<UniqueFd> memory_file(const std::string& name) {
  int fd = memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | kNoExecSeal);
  if (fd < 0 && errno == EINVAL) fd = memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return system_error("making a memory file", errno);
  return UniqueFd(fd);
}

Result<UniqueFd> sealed_copy(const std::string& name, std::string_view bytes) {
  auto file = memory_file(name);
  if (!file) return file;
  while (!bytes.empty()) {
    const ssize_t written = write(file->get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("filling a memory file", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fcntl(file->get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return system_error("sealing a memory file", errno);
  }
  return file;
}

Result<Areas> Areas::create() {
  auto request = memory_file("rapt-request");
  if (!request) return request.error();
  auto reply = memory_file("rapt-reply");
  if (!reply) return reply.error();
  Areas areas;
  areas.request_fd_ = std::move(*request);
  areas.reply_fd_ = std::move(*reply);
  constexpr int kSize = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  auto mapped = map_shared(areas.request_fd_.get(), wire::kRequestBytes, kSize | F_SEAL_FUTURE_WRITE);
  if (!mapped) return mapped.error();
  areas.request_ = *mapped;
  mapped = map_shared(areas.reply_fd_.get(), wire::kReplyBytes, kSize);
  if (!mapped) return mapped.error();
  areas.reply_ = *mapped;
  return areas;
}

Areas::Areas(Areas&& other) noexcept
    : request_fd_(std::move(other.request_fd_)),
      reply_fd_(std::move(other.reply_fd_)),
      request_(std::exchange(other.request_, nullptr)),
      reply_(std::exchange(other.reply_, nullptr)) {}

Areas::~Areas() {
  if (request_ != nullptr) munmap(request_, wire::kRequestBytes);
  if (reply_ != nullptr) munmap(reply_, wire::kReplyBytes);
}

void Areas::close_files() {
  request_fd_.reset();
  reply_fd_.reset();
}

}  // namespace rapt::sandbox
