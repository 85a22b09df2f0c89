// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include "rapt/base/semver.hpp"

namespace rapt {
namespace {

constexpr std::size_t kMaxBytes = 128;
constexpr std::size_t kMaxComparators = 8;
constexpr std::uint32_t kLargest = 999'999'999;

/// A version whose last numbers may be missing.
struct Partial {
  Version version;
  std::size_t given = 0;  ///< numbers that are there: 1 to 3
};

std::optional<Partial> partial_of(std::string_view text) {
  const auto numbers = text.substr(0, text.find_first_of("-+"));
  const auto dots = static_cast<std::size_t>(std::count(numbers.begin(), numbers.end(), '.'));
  if (dots > 2 || (dots < 2 && numbers.size() != text.size())) return std::nullopt;
  std::string whole(text);
  for (std::size_t i = dots; i < 2; ++i) whole += ".0";
  const auto version = Version::parse(whole);
  if (!version) return std::nullopt;
  return Partial{*version, dots + 1};
}

/// The first version behind all that agree with the first `count` numbers; nullopt when there is none.
std::optional<Version> behind(const Version& version, std::size_t count) {
  Version out;
  for (std::size_t i = 0; i < count; ++i) out.core[i] = version.core[i];
  if (out.core[count - 1] == kLargest) return std::nullopt;
  ++out.core[count - 1];
  return out;
}

/// "^" keeps the first number that is not zero.
std::size_t kept_by_caret(const Partial& partial) {
  for (std::size_t i = 0; i < partial.given; ++i) {
    if (partial.version.core[i] != 0) return i + 1;
  }
  return partial.given;
}

}  // namespace

std::optional<VersionRange::Span> VersionRange::span_of(std::string_view comparator) {
  const auto sign = comparator.substr(0, comparator.find_first_of("0123456789"));
  const auto partial = partial_of(comparator.substr(sign.size()));
  if (!partial) return std::nullopt;
  const bool whole = partial->given == 3;
  const auto& version = partial->version;
  const auto next = behind(version, partial->given);
  if (sign == ">=") return Span{version, std::nullopt};
  if (sign == "<") return Span{std::nullopt, version};
  if (sign == ">") return whole ? Span{version, std::nullopt, true} : Span{next, std::nullopt};
  if (sign == "<=") return whole ? Span{std::nullopt, version, false, true} : Span{std::nullopt, next};
  if (sign == "^") return Span{version, behind(version, kept_by_caret(*partial))};
  if (sign == "~") return Span{version, behind(version, std::min<std::size_t>(partial->given, 2))};
  if (sign.empty() || sign == "=") return whole ? Span{version, version, false, true} : Span{version, next};
  return std::nullopt;
}

std::optional<VersionRange> VersionRange::parse(std::string_view text) {
  if (text.size() > kMaxBytes) return std::nullopt;
  VersionRange out;
  while (true) {
    const auto start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const auto span = span_of(word);
    if (!span || out.spans_.size() == kMaxComparators) return std::nullopt;
    for (const auto& end : {span->from, span->to})
      if (end && end->is_prerelease()) out.named_prereleases_.push_back(end->core);
    out.spans_.push_back(*span);
  }
  if (out.spans_.empty()) return std::nullopt;
  return out;
}

bool VersionRange::contains(const Version& version) const {
  const bool named =
      std::find(named_prereleases_.begin(), named_prereleases_.end(), version.core) != named_prereleases_.end();
  if (version.is_prerelease() && !named) return false;
  return std::all_of(spans_.begin(), spans_.end(), [&](const Span& span) {
    if (span.from && (version < *span.from || (span.above && version == *span.from))) return false;
    return !span.to || version < *span.to || (span.through && version == *span.to);
  });
}

}  // namespace rapt
