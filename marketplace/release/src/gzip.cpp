// SPDX-License-Identifier: AGPL-3.0-or-later
#include "gzip.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "rapt/base/text.hpp"
#include "rapt/release/archive.hpp"

namespace rapt::release {
namespace {

constexpr std::size_t kPiece = std::size_t{128} << 10;
constexpr int kLevel = 9, kGzip = 15 + 16, kMemory = 9;
using Buffer = std::array<unsigned char, kPiece>;

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1U << 20U) - 1) >> 20U) + " MiB";
}

}  // namespace

Error refuse(std::string why) {
  return Error::invalid("", std::move(why));
}

Error disk_error(const std::filesystem::path& path, int error_number, std::uint64_t needed) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::string message = printable(path.string(), 500) + " cannot be written: " + std::strerror(error_number) + ".";
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG)
    message += " It needs " + mebibytes(needed) + " below " + printable(folder.string(), 500) +
               ": make room there, and try again.";
  return Error::unavailable("disk", std::move(message));
}

Error cancelled() {
  auto out = Error::conflict("It was stopped before it was done. Nothing has changed.");
  out.code = "CANCELLED";
  return out;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

struct GzipWriter::State {
  int fd;
  z_stream stream{};
  Buffer out{};
};

GzipWriter::GzipWriter(int fd) : state_(std::make_unique<State>()) {
  state_->fd = fd;
  if (deflateInit2(&state_->stream, kLevel, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

GzipWriter::~GzipWriter() {
  deflateEnd(&state_->stream);
}

int GzipWriter::deflate_all(int flush) {
  auto& stream = state_->stream;
  int state = Z_OK;
  do {
    stream.next_out = state_->out.data();
    stream.avail_out = kPiece;
    state = ::deflate(&stream, flush);
    if (state == Z_STREAM_ERROR) throw std::logic_error("deflate() was used wrongly");
    const std::string_view made(reinterpret_cast<const char*>(state_->out.data()), kPiece - stream.avail_out);
    if (const int fault = write_all(state_->fd, made); fault != 0) return fault;
  } while (stream.avail_out == 0 || (flush == Z_FINISH && state != Z_STREAM_END));
  return 0;
}

int GzipWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto some = bytes.substr(0, kPiece);
    // zlib reads from it alone; its interface is older than const.
    state_->stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(some.data()));
    state_->stream.avail_in = static_cast<uInt>(some.size());
    if (const int fault = deflate_all(Z_NO_FLUSH); fault != 0) return fault;
    bytes.remove_prefix(some.size());
  }
  return 0;
}

int GzipWriter::finish() {
  state_->stream.next_in = nullptr;
  state_->stream.avail_in = 0;
  return deflate_all(Z_FINISH);
}

struct GzipReader::State {
  UniqueFd fd;
  std::string name;
  std::uint64_t done = 0, total = 0;
  z_stream stream{};
  bool begun = false, ended = false;
  Buffer in{};
};

GzipReader::GzipReader(std::unique_ptr<State> state) : state_(std::move(state)) {
  if (inflateInit2(&state_->stream, kGzip) != Z_OK) throw std::bad_alloc();
}

GzipReader::~GzipReader() {
  inflateEnd(&state_->stream);
}

Result<std::unique_ptr<GzipReader>> GzipReader::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->name = printable(path.string(), 500);
  // O_NONBLOCK: a pipe under this name must not hold us up.
  state->fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!state->fd || ::fstat(state->fd.get(), &status) != 0)
    return refuse(state->name + " cannot be opened: " + std::strerror(errno) + ".");
  if (!S_ISREG(status.st_mode)) return refuse(state->name + " is no file.");
  state->total = static_cast<std::uint64_t>(status.st_size);
  if (state->total > kMaxArchiveBytes) {
    auto error = refuse(state->name + " is larger than a release may be (" + mebibytes(kMaxArchiveBytes) + ").");
    error.kind = ErrorKind::kTooLarge;
    return error;
  }
  return std::unique_ptr<GzipReader>(new GzipReader(std::move(state)));
}

Result<void> GzipReader::refill() {
  ssize_t got = 0;
  do {
    got = ::read(state_->fd.get(), state_->in.data(), kPiece);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return refuse(state_->name + " cannot be read: " + std::strerror(errno) + ".");
  if (!state_->begun) {
    // No name, no comment, no time: what nobody looks at cannot hold anything.
    constexpr std::array<unsigned char, 8> kPlain{0x1f, 0x8b, 8, 0, 0, 0, 0, 0};
    if (got < static_cast<ssize_t>(kPlain.size()) || std::memcmp(state_->in.data(), kPlain.data(), kPlain.size()) != 0)
      return refuse(state_->name + " is no archive of a release: it does not begin as a plain gzip file does.");
    state_->begun = true;
  }
  state_->done += static_cast<std::uint64_t>(got);
  state_->stream.next_in = state_->in.data();
  state_->stream.avail_in = static_cast<uInt>(got);
  return {};
}

/// 0 at the member's end.
Result<std::size_t> GzipReader::some(char* into, std::size_t bytes) {
  auto& stream = state_->stream;
  stream.next_out = reinterpret_cast<Bytef*>(into);
  stream.avail_out = static_cast<uInt>(bytes);
  while (!state_->ended && stream.avail_out == bytes) {
    if (stream.avail_in == 0) {
      RAPT_TRY(refill());
      if (stream.avail_in == 0) return refuse(state_->name + " is cut off. Get it again.");
    }
    const int state = ::inflate(&stream, Z_NO_FLUSH);
    if (state == Z_STREAM_END) {
      state_->ended = true;
    } else if (state != Z_OK && state != Z_BUF_ERROR) {
      return refuse(state_->name + " is damaged. Get it again.");
    }
  }
  return bytes - stream.avail_out;
}

Result<void> GzipReader::read(char* into, std::size_t bytes) {
  while (bytes > 0) {
    const auto got = some(into, std::min(bytes, kPiece));
    if (!got) return got.error();
    if (*got == 0) return refuse(state_->name + " ends too early.");
    into += *got;
    bytes -= *got;
  }
  return {};
}

Result<void> GzipReader::expect_end() {
  char one = 0;
  const auto got = some(&one, 1);
  if (!got) return got.error();
  if (state_->stream.avail_in == 0) RAPT_TRY(refill());
  if (*got != 0 || state_->stream.avail_in != 0) return refuse(state_->name + " goes on after the end of its archive.");
  return {};
}

std::uint64_t GzipReader::done() const {
  return state_->done - state_->stream.avail_in;
}

std::uint64_t GzipReader::total() const {
  return state_->total;
}

}  // namespace rapt::release
