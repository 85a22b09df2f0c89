// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/request_writer.hpp"

#include <algorithm>
#include <cstring>

namespace rapt::sandbox {

RequestWriter::RequestWriter(void* area, std::size_t size)
    : area_(static_cast<unsigned char*>(area)),
      size_(size),
      used_(sizeof(wire::RequestHeader)),
      header_(static_cast<wire::RequestHeader*>(area)) {
  std::memset(header_->texts, 0, sizeof header_->texts);
  std::fill(std::begin(header_->numbers), std::end(header_->numbers), -1);
  header_->withdrawn.store(0, std::memory_order_relaxed);
  header_->message_count = 0;
  header_->messages_offset = 0;
}

wire::Span RequestWriter::copy(std::string_view value) {
  if (value.size() > size_ - used_) {
    fits_ = false;
    return {};
  }
  const wire::Span span{static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(value.size())};
  if (!value.empty()) std::memcpy(area_ + used_, value.data(), value.size());
  used_ += value.size();
  return span;
}

void RequestWriter::text(rapt_field field, std::string_view value) {
  header_->texts[static_cast<std::uint32_t>(field) % wire::kMaxTexts] = copy(value);
}

void RequestWriter::number(rapt_number number, std::int64_t value) {
  header_->numbers[static_cast<std::uint32_t>(number) % wire::kMaxNumbers] = value;
}

void RequestWriter::reserve_messages(std::size_t count) {
  const std::size_t start = (used_ + 7) & ~std::size_t{7};
  if (start > size_ || count > (size_ - start) / sizeof(wire::MessageEntry)) {
    fits_ = false;
    return;
  }
  header_->messages_offset = static_cast<std::uint32_t>(start);
  messages_reserved_ = static_cast<std::uint32_t>(count);
  used_ = start + count * sizeof(wire::MessageEntry);
}

void RequestWriter::add_message(std::string_view role, std::string_view content, std::int64_t seq,
                                std::int64_t created_at_ms) {
  if (header_->message_count == messages_reserved_) {
    fits_ = false;
    return;
  }
  const wire::MessageEntry entry{copy(role), copy(content), seq, created_at_ms};
  std::memcpy(area_ + header_->messages_offset + header_->message_count * sizeof entry, &entry, sizeof entry);
  ++header_->message_count;
}

void RequestWriter::finish(wire::Command command, wire::CallNumber hook, std::uint64_t sequence) {
  header_->command = static_cast<std::uint32_t>(command);
  header_->hook = static_cast<std::uint32_t>(hook);
  header_->sequence.store(sequence, std::memory_order_release);
}

}  // namespace rapt::sandbox
