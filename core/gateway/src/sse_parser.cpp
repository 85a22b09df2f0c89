// SPDX-License-Identifier: AGPL-3.0-or-later
#include "sse_parser.hpp"

#include <algorithm>
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

/// Where lines end. Looking for either sign at once would ask about each byte by itself.
class LineEnds {
 public:
  explicit LineEnds(std::string_view bytes) : bytes_(bytes), lf_(next('\n', 0)), cr_(next('\r', 0)) {}
  /// The first end at or behind `at`, which never goes back; the number of bytes when there is none.
  std::size_t from(std::size_t at) {
    if (lf_ < at) lf_ = next('\n', at);
    if (cr_ < at) cr_ = next('\r', at);
    return std::min(lf_, cr_);
  }

 private:
  [[nodiscard]] std::size_t next(char sign, std::size_t at) const {
    return std::min(bytes_.find(sign, at), bytes_.size());
  }

  const std::string_view bytes_;
  std::size_t lf_, cr_;
};

}  // namespace

Result<std::vector<SseEvent>> SseParser::feed(std::string_view bytes) {
  std::vector<SseEvent> out;
  LineEnds ends(bytes);
  for (std::size_t at = 0; at < bytes.size() && !failed_;) {
    if (std::exchange(after_cr_, false) && bytes[at] == '\n') {
      ++at;
      continue;
    }
    const auto end = ends.from(at);
    const auto piece = bytes.substr(at, end - at);
    failed_ =
        line_.size() + piece.size() > kMaxLineBytes || data_.size() + line_.size() + piece.size() > kMaxEventBytes;
    if (failed_) break;
    if (end == bytes.size() || !line_.empty()) line_ += piece;
    if (end == bytes.size()) break;
    after_cr_ = bytes[end] == '\r';
    at = end + 1;
    end_line(line_.empty() ? piece : std::string_view(line_), out);
    line_.clear();
  }
  if (failed_) return too_long();
  return out;
}

void SseParser::end_line(std::string_view line, std::vector<SseEvent>& out) {
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
