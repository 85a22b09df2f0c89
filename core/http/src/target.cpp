// SPDX-License-Identifier: AGPL-3.0-or-later
#include "target.hpp"

#include <algorithm>
#include <optional>

#include "field_text.hpp"
#include "rapt/base/text.hpp"

namespace rapt::http {

namespace {

Error bad(std::string message) {
  return Error::invalid("", std::move(message));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

Result<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus_is_space) {
      c = ' ';
    } else if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
      if (low < 0) return bad("The address holds a percent sign that is not followed by two hexadecimal digits.");
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    out += c;
  }
  if (!is_utf8(out)) {
    Error error = bad("The address is not valid UTF-8.");
    error.code = "INVALID_UTF8";
    return error;
  }
  return out;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// A slash inside a segment stays as "%2F", so that it never parts one; and nothing else reads like it.
Result<std::string> with_slashes_encoded(const std::string& segment) {
  if (segment.find("%2F") != std::string::npos || segment.find("%2f") != std::string::npos)
    return bad("The path encodes a percent sign before \"2F\": encode a slash once.");
  std::string out;
  for (std::size_t from = 0; from <= segment.size();) {
    const auto slash = std::min(segment.find('/', from), segment.size());
    const auto part = std::string_view(segment).substr(from, slash - from);
    const bool parted = segment.find('/') != std::string::npos;
    if (parted && (part.empty() || part == "." || part == ".."))
      return bad("The path holds encoded slashes around nothing, \".\" or \"..\".");
    out += (from == 0 ? "" : "%2F");
    out += part;
    from = slash + 1;
  }
  return out;
}

/// A path must mean the same to every program that reads it: one spelling, no way up.
Result<std::string> decoded_path(std::string_view raw) {
  std::string path;
  std::string_view rest = raw.substr(1);
  for (bool more = true; more;) {
    const auto slash = rest.find('/');
    more = slash != std::string_view::npos;
    auto segment = percent_decoded(rest.substr(0, slash), false);
    if (!segment) return segment.error();
    if (*segment == "." || *segment == "..")
      return bad("The path holds a \".\" or \"..\" segment: write it out in full.");
    if (segment->find('\\') != std::string::npos || has_control_characters(*segment)) {
      return bad("The path holds a backslash or a control character.");
    }
    const auto whole = with_slashes_encoded(*segment);
    if (!whole) return whole.error();
    path += '/';
    path += *whole;
    if (more) rest.remove_prefix(slash + 1);
  }
  return path;
}

Result<std::multimap<std::string, std::string>> decoded_query(std::string_view rest) {
  std::multimap<std::string, std::string> out;
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decoded(pair.substr(0, equals), true);
    if (!name) return name.error();
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!value) return value.error();
    out.emplace(std::move(*name), std::move(*value));
  }
  return out;
}

std::string_view without_origin(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const auto path = target.find('/', scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  const std::string_view local = without_origin(target);
  if (local.empty() || local.front() != '/') return bad("The address of a request must start with a slash.");
  const auto question = local.find('?');
  auto path = decoded_path(local.substr(0, question));
  if (!path) return path.error();
  auto query = decoded_query(question == std::string_view::npos ? std::string_view{} : local.substr(question + 1));
  if (!query) return query.error();
  return Target{std::move(*path), std::move(*query)};
}

bool is_sane_request_id(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace rapt::http
