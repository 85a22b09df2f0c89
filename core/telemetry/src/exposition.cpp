// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/telemetry/exposition.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace rapt::telemetry {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> room{};
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), value);
  return error == std::errc() ? std::string(room.data(), end) : "NaN";
}

/// Without an exponent: a bound of a bucket is compared as a text.
std::string seconds(std::chrono::microseconds time) {
  std::array<char, 64> room{};
  const auto value = static_cast<double>(time.count()) / 1e6;
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::fixed);
  return error == std::errc() ? std::string(room.data(), end) : "NaN";
}

void escape(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || c == '"') out += '\\';
      out += c;
    }
  }
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::line(std::string_view name, std::string_view ending, const Labels& labels, std::string_view le,
                      std::string_view value) {
  text_.append(name).append(ending);
  char before = '{';
  const auto put = [&](std::string_view key, std::string_view text) {
    text_ += before;
    before = ',';
    text_.append(key).append("=\"");
    escape(text_, text);
    text_ += '"';
  };
  for (const auto& [key, text] : labels) put(key, text);
  if (!le.empty()) put("le", le);
  if (before == ',') text_ += '}';
  text_.append(" ").append(value).append("\n");
}

void Exposition::sample(std::string_view name, const Labels& labels, double value) {
  line(name, "", labels, "", number(value));
}

void Exposition::count(std::string_view name, const Labels& labels, std::uint64_t value) {
  line(name, "", labels, "", std::to_string(value));
}

void Exposition::histogram(std::string_view name, const Labels& labels,
                           std::span<const std::chrono::microseconds> bounds, std::span<const std::uint64_t> within,
                           std::uint64_t total, std::chrono::microseconds sum) {
  for (std::size_t i = 0; i < bounds.size() && i < within.size(); ++i)
    line(name, "_bucket", labels, seconds(bounds[i]), std::to_string(within[i]));
  line(name, "_bucket", labels, "+Inf", std::to_string(total));
  line(name, "_sum", labels, "", seconds(sum));
  line(name, "_count", labels, "", std::to_string(total));
}

}  // namespace rapt::telemetry
