// SPDX-License-Identifier: AGPL-3.0-or-later
#include <new>

#include "module.hpp"
#include "rapt/sandbox/offer.hpp"

namespace rapt::runner {
namespace {

using sandbox::wire::MessageEntry;

constexpr std::uint32_t kTexts =
    sandbox::kOffersStreams ? sandbox::wire::kMaxTexts : std::uint32_t{RAPT_FIELD_RELEASED};
constexpr std::uint32_t kNumbers =
    sandbox::kOffersStreams ? sandbox::wire::kMaxNumbers : std::uint32_t{RAPT_NUMBER_WINDOW_SEQ};

rapt_text text(const rapt_context* context, rapt_field field) {
  const auto index = static_cast<std::uint32_t>(field);
  if (index >= kTexts) return {nullptr, 0};
  return field_text(*context, context->header->texts[index]);
}

std::int64_t number(const rapt_context* context, rapt_number which) {
  const auto index = static_cast<std::uint32_t>(which);
  return index < kNumbers ? context->header->numbers[index] : -1;
}

std::size_t message_count(const rapt_context* context) {
  return context->header->message_count;
}

rapt_message message(const rapt_context* context, std::size_t index) {
  if (index >= context->header->message_count) return {{nullptr, 0}, {nullptr, 0}, -1, -1};
  const auto* table = reinterpret_cast<const MessageEntry*>(context->area + context->header->messages_offset);
  const MessageEntry& entry = table[index];
  return {field_text(*context, entry.role), field_text(*context, entry.content), entry.seq, entry.created_at_ms};
}

rapt_text json(const rapt_context* context) {
  try {
    if (context->json.empty()) context->json = context_json(*context);
    return {context->json.data(), context->json.size()};
  } catch (const std::bad_alloc&) {
    return {nullptr, 0};
  }
}

}  // namespace

rapt_text field_text(const rapt_context& context, sandbox::wire::Span span) {
  if (span.offset == 0) return {nullptr, 0};
  return {reinterpret_cast<const char*>(context.area) + span.offset, span.size};
}

const rapt_context_1 context_service = {text, number, message_count, message, json};

}  // namespace rapt::runner
