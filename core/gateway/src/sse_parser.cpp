// SPDX-License-Identifier: AGPL-3.0-or-later
#include "sse_parser.hpp"

#include <utility>

namespace rapt::gateway {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Error too_long() {
  return Error{.kind = ErrorKind::kUpstream,
               .code = "AI_INVALID_RESPONSE",
               .message = "The AI service sent an answer that cannot be read.",
               .log_detail = "a line or event of the stream is longer than allowed"};
}

}  // namespace

Result<std::vector<SseEvent>> SseParser::feed(std::string_view bytes) {
  std::vector<SseEvent> out;
  while (!bytes.empty() && !failed_) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    const auto piece = bytes.substr(0, end);
    failed_ =
        line_.size() + piece.size() > kMaxLineBytes || data_.size() + line_.size() + piece.size() > kMaxEventBytes;
    if (failed_) break;
    line_ += piece;
    if (end == std::string_view::npos) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(out);
  }
  if (failed_) return too_long();
  return out;
}

void SseParser::end_line(std::vector<SseEvent>& out) {
  std::string_view line = line_;
  if (std::exchange(first_line_, false) && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (!line.empty()) {
    take_field(line);
  } else if (std::exchange(has_data_, false)) {
    out.push_back({type_.empty() ? "message" : std::exchange(type_, {}), std::exchange(data_, {})});
  } else {
    type_.clear();
  }
  line_.clear();
}

void SseParser::take_field(std::string_view line) {
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "event") type_ = value;
  if (field != "data") return;
  if (std::exchange(has_data_, true)) data_ += '\n';
  data_ += value;
}

}  // namespace rapt::gateway
