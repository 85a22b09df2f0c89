// SPDX-License-Identifier: AGPL-3.0-or-later
#include "body_stream.hpp"

#include <cstdio>
#include <stdexcept>

namespace rapt::http {

SocketBodyStream::SocketBodyStream(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options,
                                   Framing framing, std::uint64_t length)
    : socket_(socket), deadline_(deadline), options_(options), framing_(framing), left_(length) {}

Task<bool> SocketBodyStream::write(std::string_view piece) {
  if (!open_ || framing_ == Framing::kHeadOnly) co_return false;
  if (piece.empty()) co_return true;  // a chunk without bytes would be the end
  if (framing_ == Framing::kSized) {
    if (piece.size() > left_) throw std::logic_error("more was written than was announced");
    open_ = co_await write_all(socket_, deadline_, options_.write_timeout, piece, {});
    left_ -= piece.size();
    co_return open_;
  }
  std::string before;
  std::string bytes(piece);
  if (framing_ == Framing::kChunked) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    before = size;
    bytes += "\r\n";
  }
  open_ = co_await write_all(socket_, deadline_, options_.write_timeout, before, bytes);
  co_return open_;
}

Task<bool> SocketBodyStream::finish(bool orderly) {
  if (!open_ || !orderly || given_up_ || framing_ == Framing::kUntilClosed) co_return false;
  if (framing_ == Framing::kHeadOnly) co_return true;
  if (framing_ == Framing::kSized) co_return left_ == 0;
  const std::string end = "0\r\n\r\n";
  const bool written = co_await write_all(socket_, deadline_, options_.write_timeout, end, {});
  co_return written;
}

}  // namespace rapt::http
