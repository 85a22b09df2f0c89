// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/reply_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "copy_once.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::sandbox {
namespace {

/// One reply, as it is taken out of its slot.
class Taker {
 public:
  Taker(const void* slot, std::size_t size, wire::CallNumber hook)
      : slot_(static_cast<const unsigned char*>(slot)), size_(size), hook_(hook) {}
  Result<Reply> take(const Window& window);

 private:
  Result<std::string> text(wire::Span span, std::size_t limit, const char* what);
  Result<void> take_lists(const wire::ReplyBody& body);
  Result<void> take_text(const wire::ReplyBody& body);
  Result<void> take_metrics(const wire::ReplyBody& body);

  const unsigned char* slot_;
  const std::size_t size_;
  const wire::CallNumber hook_;
  Reply reply_;
};

Result<std::string> Taker::text(wire::Span span, std::size_t limit, const char* what) {
  if (span.size > limit) {
    return lie(std::string(what) + " has " + std::to_string(span.size) + " bytes, " + std::to_string(limit) +
               " are allowed");
  }
  if (span.offset < sizeof(wire::ReplyBody) || span.offset > size_ || span.size > size_ - span.offset) {
    return lie(std::string(what) + " lies outside of the reply");
  }
  std::string copy(span.size, '\0');
  copy_once(copy.data(), slot_ + span.offset, span.size);
  reply_.used = std::max<std::size_t>(reply_.used, span.offset + span.size);
  if (!is_plain_text(copy)) return lie(std::string(what) + " is not UTF-8 text");
  return copy;
}

Result<void> Taker::take_lists(const wire::ReplyBody& body) {
  if (body.instruction_count > wire::kMaxInstructions || body.extraction_count > wire::kMaxExtractions) {
    return lie("it counts more instructions or extractions than there can be");
  }
  if (body.instruction_count != 0 && !may_instruct(hook_)) return lie("the AI cannot be instructed at this hook");
  for (std::uint32_t i = 0; i < body.instruction_count; ++i) {
    auto one = text(body.instructions[i], wire::kMaxInstructionBytes, "an instruction");
    if (!one) return one.error();
    reply_.instructions.push_back(std::move(*one));
  }
  if (body.extraction_count != 0 && !may_emit(hook_)) return lie("nothing can be emitted at this call");
  for (std::uint32_t i = 0; i < body.extraction_count; ++i) {
    auto type = text(body.extractions[i].type, wire::kMaxTypeBytes, "the type of an extraction");
    if (!type) return type.error();
    if (!is_extraction_type(*type)) return lie("the type of an extraction is not made of lower-case words");
    auto data = text(body.extractions[i].data, wire::kMaxExtractionBytes, "an extraction");
    if (!data) return data.error();
    if (!is_plain_json(*data, wire::kMaxJsonDepth)) return lie("an extraction is not JSON");
    reply_.extractions.emplace_back(std::move(*type), std::move(*data));
  }
  return {};
}

Result<void> Taker::take_text(const wire::ReplyBody& body) {
  const bool replaces = reply_.verdict == RAPT_REPLACE, blocks = reply_.verdict == RAPT_BLOCK;
  if (body.text.offset == 0) {
    if (replaces || blocks) return lie("the verdict lacks its text");
    return {};
  }
  auto copy = text(body.text, replaces ? wire::kMaxReplacementBytes : wire::kMaxReasonBytes,
                   replaces ? "the replacement" : "the reason");
  if (!copy) return copy.error();
  reply_.text = std::move(*copy);
  if (replaces && !may_replace(hook_)) return lie("nothing can be replaced at this hook");
  if (replaces && replaces_json(hook_) && !is_plain_json(reply_.text, wire::kMaxJsonDepth))
    return lie("the replacement is not JSON");
  if (blocks && !may_block(hook_)) return lie("nothing can be blocked at this hook");
  if (blocks && reply_.text.empty()) return lie("the reason of the block is empty");
  return {};
}

Result<void> Taker::take_metrics(const wire::ReplyBody& body) {
  if (body.metric_count > wire::kMaxMetrics) return lie("it counts more figures than there can be");
  for (std::uint32_t i = 0; i < body.metric_count; ++i) {
    const wire::MetricEntry& entry = body.metrics[i];
    auto name = text(entry.name, wire::kMaxMetricNameBytes, "the name of a figure");
    if (!name) return name.error();
    if (!is_metric_name(*name)) return lie("the name of a figure is not made of lower-case letters, digits and _");
    const auto method = static_cast<MetricsMethod>(entry.method);
    if (method == MetricsMethod::kCount && entry.delta >= 0) {
      reply_.metrics.push_back({std::move(*name), method, entry.delta, 0});
    } else if (method == MetricsMethod::kObserve && std::isfinite(entry.value)) {
      reply_.metrics.push_back({std::move(*name), method, 0, entry.value});
    } else {
      return lie("a figure is neither a count nor a number");
    }
  }
  return {};
}

Result<Reply> Taker::take(const Window& window) {
  wire::ReplyBody body;
  copy_once(&body, slot_, sizeof body);
  if (body.verdict > RAPT_ERROR) return lie("the verdict " + std::to_string(body.verdict) + " does not exist");
  reply_.verdict = static_cast<rapt_verdict>(body.verdict);
  if (body.held_bytes != 0 && may_hold(hook_, window, body.held_bytes) != RAPT_OK)
    return lie("it holds " + std::to_string(body.held_bytes) + " bytes back, which it may not here");
  reply_.held_bytes = body.held_bytes;
  RAPT_TRY(take_lists(body));
  RAPT_TRY(take_text(body));
  RAPT_TRY(take_metrics(body));
  return std::move(reply_);
}

}  // namespace

std::uint64_t ReplyReader::sequence() const {
  return header_->sequence.load(std::memory_order_acquire);
}

std::uint64_t ReplyReader::service_asked() const {
  return header_->service_asked.load(std::memory_order_seq_cst);
}

std::uint64_t ReplyReader::service_sleeps() const {
  return header_->service_sleeps.load(std::memory_order_seq_cst);
}

std::uint64_t ReplyReader::sleeps_until() const {
  return header_->sleeps_until.load(std::memory_order_seq_cst);
}

wire::RunnerState ReplyReader::state() const {
  return static_cast<wire::RunnerState>(header_->state.load(std::memory_order_acquire));
}

std::string ReplyReader::refusal() const {
  std::uint32_t size = 0;
  copy_once(&size, &header_->refusal_size, sizeof size);
  if (size > wire::kMaxReasonBytes) return {};
  std::string sentence(size, '\0');
  copy_once(sentence.data(), header_->refusal, size);
  return is_plain_text(sentence) ? sentence : std::string();
}

Result<Reply> read_reply(const void* slot, std::size_t size, wire::CallNumber hook, const Window& window) {
  return Taker(slot, size, hook).take(window);
}

std::vector<LogLine> ReplyReader::take_log(std::uint64_t& dropped) {
  const std::uint32_t written = header_->log_written.load(std::memory_order_acquire);
  const std::uint32_t fresh = written - log_taken_;
  std::vector<LogLine> lines;
  if (fresh == 0) return lines;
  const std::uint32_t count = std::min(fresh, wire::kLogSlots);
  dropped += fresh - count;
  lines.reserve(count);
  for (std::uint32_t i = written - count; i != written; ++i) {
    const wire::LogSlot& slot = header_->log[i % wire::kLogSlots];
    std::uint32_t numbers[2];
    copy_once(numbers, &slot, sizeof numbers);
    LogLine line;
    if (numbers[0] >= RAPT_LOG_DEBUG && numbers[0] <= RAPT_LOG_ERROR)
      line.level = static_cast<rapt_log_level>(numbers[0]);
    line.line.resize(std::min<std::size_t>(numbers[1], wire::kMaxLogBytes));
    copy_once(line.line.data(), slot.line, line.line.size());
    lines.push_back(std::move(line));
  }
  log_taken_ = written;
  return lines;
}

std::pair<wire::LastWords, int> ReplyReader::last_words() const {
  const std::uint32_t words = header_->last_words.load(std::memory_order_acquire);
  const std::uint32_t call = header_->forbidden_call.load(std::memory_order_acquire);
  if (words > static_cast<std::uint32_t>(wire::LastWords::kAborted) || call > 100000)
    return {wire::LastWords::kNone, 0};
  return {static_cast<wire::LastWords>(words), static_cast<int>(call)};
}

}  // namespace rapt::sandbox
