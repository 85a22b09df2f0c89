// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/context.h>
#include <rapt/hooks.h>

#include <cstdint>
#include <string_view>

#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {

/// Writes one request into a slot of the request area. The runner's accessors read it in place: nothing is serialized
/// or parsed. Not thread-safe.
class RequestWriter {
 public:
  /// `area` is the slot and holds `size` bytes (at most 4 GiB), aligned to 8, all zero or written by an earlier writer;
  /// it is borrowed.
  RequestWriter(void* area, std::size_t size);

  /// Copies a text. Not called for a field, it reads as absent.
  void text(rapt_field field, std::string_view value);
  void number(rapt_number number, std::int64_t value);
  /// Makes room for the history; then add_message() once for each, oldest first.
  void reserve_messages(std::size_t count);
  void add_message(std::string_view role, std::string_view content, std::int64_t seq, std::int64_t created_at_ms);

  /// False once something did not fit; the request must not be published then.
  [[nodiscard]] bool fits() const { return fits_; }
  /// Numbers the request. It is handed over when its number stands in the queue.
  void finish(wire::Command command, wire::CallNumber hook, std::uint64_t sequence);

 private:
  wire::Span copy(std::string_view value);

  unsigned char* area_;
  std::size_t size_;
  std::size_t used_;
  wire::RequestHeader* header_;
  std::uint32_t messages_reserved_ = 0;
  bool fits_ = true;
};

}  // namespace rapt::sandbox
