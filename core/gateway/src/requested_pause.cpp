// SPDX-License-Identifier: AGPL-3.0-or-later
#include "requested_pause.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>

namespace rapt::gateway {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds kLongestRequest = std::chrono::hours(24);

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

milliseconds bounded(milliseconds pause) {
  return std::clamp(pause, milliseconds(0), kLongestRequest);
}

/// The three forms of RFC 9110, section 5.6.7.
std::optional<system_clock::time_point> date_of(std::string_view text) {
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    std::tm parts{};
    in >> std::get_time(&parts, form);
    if (!in.fail()) return system_clock::from_time_t(::timegm(&parts));
  }
  return std::nullopt;
}

}  // namespace

std::optional<milliseconds> requested_pause(const http::Headers& headers, system_clock::time_point now) {
  if (const auto exact = number_of(headers.get("retry-after-ms").value_or("")))
    return milliseconds(std::min<std::int64_t>(*exact, kLongestRequest.count()));
  const auto text = headers.get("retry-after").value_or("");
  if (const auto seconds = number_of(text))
    return bounded(std::chrono::seconds(std::min<std::int64_t>(*seconds, kLongestRequest.count())));
  const auto until = date_of(text);
  if (!until) return std::nullopt;
  // Their date by their clock: ours may differ.
  const auto since = date_of(headers.get("date").value_or("")).value_or(now);
  return bounded(std::chrono::ceil<milliseconds>(*until - since));
}

}  // namespace rapt::gateway
