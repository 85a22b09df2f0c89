// SPDX-License-Identifier: AGPL-3.0-or-later
#include "byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace rapt::marketplace {
namespace {

using RangeKind = ByteRange::Kind;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool names(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    auto one = trimmed(list.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

ByteRange part(std::uint64_t from, std::uint64_t last, std::uint64_t size) {
  if (from >= size) return {RangeKind::kNone, 0, 0};
  return {RangeKind::kPart, from, std::min(last, size - 1) - from + 1};
}

/// "bytes=0-99", "bytes=100-", "bytes=-100".
ByteRange parsed(std::string_view field, std::uint64_t size) {
  const ByteRange whole{RangeKind::kWhole, 0, size};
  constexpr std::string_view kUnit = "bytes=";
  if (!field.starts_with(kUnit)) return whole;
  const auto spec = trimmed(field.substr(kUnit.size()));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return whole;
  const auto first = spec.substr(0, dash), second = spec.substr(dash + 1);
  const auto from = number(first), last = number(second);
  if (first.empty()) {
    if (!last) return whole;
    return *last == 0 ? ByteRange{RangeKind::kNone, 0, 0} : part(size - std::min(*last, size), size, size);
  }
  if (!from || (!second.empty() && !last) || (last && *last < *from)) return whole;
  return part(*from, last.value_or(size), size);
}

}  // namespace

ByteRange wanted_range(const http::Request& request, std::string_view tag, std::uint64_t size) {
  if (names(request.headers.get("If-None-Match").value_or(""), tag)) return {RangeKind::kUnchanged, 0, 0};
  const ByteRange whole{RangeKind::kWhole, 0, size};
  const auto range = request.headers.get("Range");
  if (!range || request.method != "GET") return whole;
  const auto condition = request.headers.get("If-Range");
  if (condition && trimmed(*condition) != tag) return whole;
  return parsed(*range, size);
}

}  // namespace rapt::marketplace
