// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/service_frame.hpp"

#include <algorithm>
#include <cstring>

#include "copy_once.hpp"
#include "rapt/sandbox/check.hpp"
#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {
namespace {

Result<std::string> take_text(const unsigned char* area, std::size_t size, wire::Span span) {
  if (span.size > kMaxServiceBytes) {
    return lie("a text of the question has " + std::to_string(span.size) + " bytes, " +
               std::to_string(kMaxServiceBytes) + " are allowed");
  }
  if (span.offset < sizeof(wire::ServiceFrame) || span.offset > size || span.size > size - span.offset)
    return lie("a text of the question lies outside of it");
  std::string copy(span.size, '\0');
  copy_once(copy.data(), area + span.offset, span.size);
  if (!is_plain_text(copy)) return lie("a text of the question is not UTF-8 text");
  return copy;
}

Result<void> take_texts(const unsigned char* area, std::size_t size, const wire::ServiceFrame& frame,
                        const ServiceShape& shape, ServiceAsk& ask) {
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < shape.texts; ++i) {
    const wire::Span span = frame.texts[i];
    if (span.offset == 0) {
      if ((shape.may_be_absent >> i & 1) == 0) return lie("a text that the question needs is absent");
      ask.texts.emplace_back(std::nullopt);
      continue;
    }
    auto text = take_text(area, size, span);
    if (!text) return text.error();
    bytes += text->size();
    if (bytes > kMaxServiceBytes) return lie("the texts of the question are together larger than they may be");
    ask.used = std::max<std::size_t>(ask.used, span.offset + span.size);
    ask.texts.emplace_back(std::move(*text));
  }
  return {};
}

}  // namespace

Result<ServiceAsk> read_ask(const void* area, std::size_t size) {
  wire::ServiceFrame frame;
  copy_once(&frame, area, sizeof frame);
  ServiceAsk ask{.request = frame.request,
                 .service = static_cast<Service>(frame.service),
                 .method = frame.method,
                 .used = sizeof frame};
  const auto shape = shape_of(ask.service, ask.method);
  if (!shape) {
    return lie("it asks for function " + std::to_string(frame.method) + " of service " + std::to_string(frame.service) +
               ", which does not exist");
  }
  if (frame.text_count != shape->texts || frame.number_count != shape->numbers)
    return lie("the question has more or fewer parts than its function takes");
  RAPT_TRY(take_texts(static_cast<const unsigned char*>(area), size, frame, *shape, ask));
  ask.numbers.assign(frame.numbers, frame.numbers + shape->numbers);
  return ask;
}

bool write_answer(void* area, std::size_t size, rapt_status status,
                  const std::vector<std::optional<std::string>>& texts, const std::vector<std::int64_t>& numbers) {
  if (texts.size() > kMaxServiceTexts || numbers.size() > kMaxServiceNumbers) return false;
  std::size_t used = sizeof(wire::ServiceFrame), bytes = 0;
  for (const auto& text : texts) bytes += text ? text->size() : 0;
  if (bytes > kMaxServiceBytes || bytes > size - used) return false;
  wire::ServiceFrame frame{};
  frame.status = status;
  frame.text_count = static_cast<std::uint32_t>(texts.size());
  frame.number_count = static_cast<std::uint32_t>(numbers.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i]) continue;
    frame.texts[i] = {static_cast<std::uint32_t>(used), static_cast<std::uint32_t>(texts[i]->size())};
    std::memcpy(static_cast<unsigned char*>(area) + used, texts[i]->data(), texts[i]->size());
    used += texts[i]->size();
  }
  std::copy(numbers.begin(), numbers.end(), frame.numbers);
  std::memcpy(area, &frame, sizeof frame);
  return true;
}

}  // namespace rapt::sandbox
