// SPDX-License-Identifier: AGPL-3.0-or-later
#include "message.hpp"

#include <algorithm>
#include <ctime>

#include "rapt/security/crypto.hpp"

namespace rapt::mail {
namespace {

constexpr std::size_t kLine = 76;       // RFC 2045, 6.8
constexpr std::size_t kWordBytes = 42;  // so that an encoded word stays below 75 characters (RFC 2047, 2)

std::string base64(std::string_view bytes) {
  std::string out = security::to_base64url(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  return out.append((4 - out.size() % 4) % 4, '=');
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= ' ' && c < 127; });
}

/// As many bytes as fit one encoded word, never half a character.
std::size_t word_end(std::string_view text, std::size_t start) {
  std::size_t end = std::min(start + kWordBytes, text.size());
  while (end < text.size() && end > start && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

std::string header_text(std::string_view text) {
  if (is_ascii(text) && text.size() < kLine) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = word_end(text, at);
    out += (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(text.substr(at, end - at)) + "?=");
    at = end;
  }
  return out;
}

std::string from_field(const std::string& from) {
  const auto start = from.rfind('<');
  if (start == std::string::npos) return from;
  auto name = from.substr(0, start);
  name.erase(name.find_last_not_of(' ') + 1);
  return header_text(name) + " <" + address_in(from) + ">";
}

std::string date_field(TimePoint now) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::seconds>(now));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char out[64];
  return {out, std::strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S +0000", &parts)};
}

std::string domain_of(const std::string& address) {
  const auto at = address.rfind('@');
  return at == std::string::npos ? "localhost" : address.substr(at + 1);
}

}  // namespace

std::string address_in(const std::string& from) {
  const auto start = from.rfind('<');
  if (start == std::string::npos) return from;
  return from.substr(start + 1, from.find('>', start) - start - 1);
}

std::string message_of(const Mail& mail, const std::string& id, const std::string& from, TimePoint now) {
  std::string out = "Date: " + date_field(now) + "\r\nFrom: " + from_field(from) + "\r\nTo: " + mail.to +
                    "\r\nMessage-ID: <" + id + "@" + domain_of(address_in(from)) +
                    ">\r\nSubject: " + header_text(mail.subject) +
                    "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string body = base64(mail.text);
  for (std::size_t at = 0; at < body.size(); at += kLine) out += body.substr(at, kLine) + "\r\n";
  return out;
}

}  // namespace rapt::mail
