// SPDX-License-Identifier: AGPL-3.0-or-later
#include "response_head.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "field_text.hpp"
#include "rapt/base/log.hpp"

namespace rapt::http {

namespace {

constexpr std::array<std::string_view, 6> kOwnFields = {"connection", "content-length",    "date",
                                                        "keep-alive", "transfer-encoding", "x-request-id"};

bool is_own(std::string_view name) {
  return std::any_of(kOwnFields.begin(), kOwnFields.end(),
                     [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

/// What a field's name consists of (RFC 9110, 5.6.2).
constexpr std::array<bool, 256> token_characters() {
  std::array<bool, 256> out{};
  for (char c = 'a'; c <= 'z'; ++c) out[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) out[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) out[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("-!#$%&'*+.^_`|~")) out[static_cast<unsigned char>(c)] = true;
  return out;
}

bool is_token(std::string_view name) {
  static constexpr auto kCharacters = token_characters();
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return kCharacters[static_cast<unsigned char>(c)]; });
}

/// Every field of every answer is looked at: without a branch for each character.
bool is_one_value(std::string_view value) {
  bool broken = false;
  for (const char c : value) broken |= c == '\r' || c == '\n' || c == '\0';
  return !broken;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// Written once a second and thread. The view is good until the thread asks again.
std::string_view http_date() {
  thread_local std::time_t written_at = -1;
  thread_local char text[40];
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != written_at) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    written_at = now;
  }
  return {text, length};
}

/// Room for the fields without growing; the framing's own need less than the constant.
std::size_t head_size(const Headers& headers) {
  std::size_t size = 256;
  for (const auto& [name, value] : headers.all()) size += name.size() + value.size() + 4;
  return size;
}

}  // namespace

std::string response_head(int status, const Headers& headers, const Framing& framing) {
  std::string out;
  out.reserve(head_size(headers));
  out.append(framing.http_1_1 ? "HTTP/1.1 " : "HTTP/1.0 ");
  out.append(std::to_string(status)).append(" ").append(reason_phrase(status)).append("\r\n");
  append_field(out, "Date", http_date());
  append_field(out, "X-Request-Id", framing.request_id);
  for (const auto& [name, value] : headers.all()) {
    if (is_own(name)) continue;
    if (is_token(name) && is_one_value(value)) {
      append_field(out, name, value);
    } else {
      log::error("http.bad_response_field", {{"field", name}, {"request_id", framing.request_id}});
    }
  }
  if (framing.chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (framing.content_length) append_field(out, "Content-Length", std::to_string(*framing.content_length));
  if (!framing.keep_alive) {
    append_field(out, "Connection", "close");
  } else if (!framing.http_1_1) {
    append_field(out, "Connection", "keep-alive");
  }
  return out.append("\r\n");
}

}  // namespace rapt::http
