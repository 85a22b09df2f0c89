// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <charconv>
#include <chrono>
#include <string>
#include <type_traits>

#include "rapt/config/settings.hpp"

namespace rapt::config {

/// Each returns "" or what is wrong with the text. Never repeats it: an address may hold a password.
std::string check_url(const std::string& text);
std::string check_database_url(const std::string& text);
std::string check_redis_url(const std::string& text);
std::string check_log_level(const std::string& text);
std::string check_address(const std::string& text);
std::string check_host_name(const std::string& text);
std::string check_mail_url(const std::string& text);
std::string check_window(const std::string& text);  ///< "02:00-05:00"
std::string check_deployment(const std::string& text);
std::string check_channel(const std::string& text);
std::string check_range(const std::string& text);  ///< of versions; "" is every one
std::string check_mail_from(const std::string& text);
inline std::string check_nothing(const std::string&) {
  return {};
}

template <long Least, long Most>
std::string bounds() {
  return std::to_string(Least) + " to " + std::to_string(Most);
}

/// Whole numbers, and durations counted in the member's own unit.
template <auto Member, long Least, long Most>
std::string read_number(const std::string& text, Settings& out) {
  long value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < Least || value > Most) {
    return "must be a whole number from " + bounds<Least, Most>();
  }
  using Field = std::remove_reference_t<decltype(out.*Member)>;
  if constexpr (std::is_arithmetic_v<Field>) {
    out.*Member = static_cast<Field>(value);
  } else {
    out.*Member = Field{value};
  }
  return {};
}

template <auto Member>
std::string read_switch(const std::string& text, Settings& out) {
  const bool on = text == "1" || text == "true" || text == "yes" || text == "on";
  const bool off = text.empty() || text == "0" || text == "false" || text == "no" || text == "off";
  if (!on && !off) return "must be 1 or 0";
  out.*Member = on;
  return {};
}

template <auto Member, auto Check = &check_nothing>
std::string read_text(const std::string& text, Settings& out) {
  std::string fault = Check(text);
  if (fault.empty()) out.*Member = text;
  return fault;
}

}  // namespace rapt::config
