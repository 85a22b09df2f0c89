// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>

#include "context.hpp"
#include "scanners.hpp"

namespace safety {
namespace {

constexpr std::size_t kMaxLocal = 64, kMaxDomain = 253;  // RFC 5321, 4.5.3.1

constexpr std::array<std::string_view, 15> kTopLevels = {"com", "org", "net", "edu", "gov", "io",  "co", "us",
                                                         "uk",  "ca",  "de",  "fr",  "me",  "app", "dev"};
constexpr std::array<std::string_view, 16> kProviders = {
    "gmail",      "googlemail", "yahoo", "outlook", "hotmail", "icloud",  "aol",     "proton",
    "protonmail", "live",       "msn",   "ymail",   "gmx",     "comcast", "verizon", "mail"};
constexpr std::array<std::string_view, 5> kEmailCues = {"email", "e-mail", "mail", "gmail", "address"};
/// Words that stand before "at" in plain sentences: "look at khanacademy dot com".
constexpr std::array<std::string_view, 33> kNoNames = {
    "look", "looking", "looked", "meet", "me",    "us",   "you",   "him",    "her",   "them",    "is",
    "was",  "am",      "are",    "im",   "it",    "that", "this",  "here",   "there", "good",    "bad",
    "up",   "login",   "stuck",  "not",  "email", "page", "video", "videos", "found", "website", "check"};

bool in(std::string_view word, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}
bool is_label(char c) {
  return is_letter(c) || is_digit(c) || c == '-';
}
bool is_local(char c) {
  return is_label(c) || std::string_view("._%+'").find(c) != std::string_view::npos;
}

struct Piece {
  std::size_t end = 0;     ///< 0: not here
  bool spelled = false;    ///< a word between spaces, as plain sentences have it
  bool bracketed = false;  ///< "(at)": nothing else is written so
};

/// A separator at `at`: the sign itself, "(at)", "[dot]" or the word between spaces.
Piece sign_at(const Normalized& text, std::size_t at, char sign, std::string_view word) {
  auto i = at;
  while (text.at(i) == ' ' && i < at + 2) ++i;
  if (text.at(i) == sign) {
    ++i;
    while (text.at(i) == ' ' && i > at + 1 && i < at + 4) ++i;
    return {i, false, false};
  }
  const char open = text.at(i);
  const bool bracketed = open == '(' || open == '[' || open == '{' || open == '<';
  if (bracketed) ++i;
  if (!bracketed && i == at) return {};
  if (std::string_view(text.text).substr(std::min(i, text.text.size()), word.size()) != word) return {};
  i += word.size();
  if (bracketed) {
    if (std::string_view(")]}>").find(text.at(i)) == std::string_view::npos || i >= text.text.size()) return {};
    ++i;
  } else if (text.at(i) != ' ') {
    return {};
  }
  while (text.at(i) == ' ' && i < at + word.size() + 6) ++i;
  return {i, !bracketed, bracketed};
}

struct Domain {
  std::size_t end = 0;  ///< 0: no domain here
  std::string name;     ///< with plain dots
  bool spelled = false, spaced = false;
};

std::size_t label_end(const Normalized& text, std::size_t at) {
  auto end = at;
  while (is_label(text.at(end)) && end - at < 63) ++end;
  while (end > at && text.text[end - 1] == '-') --end;
  return end;
}

Domain domain_at(const Normalized& text, std::size_t at) {
  Domain out;
  auto end = label_end(text, at);
  if (end == at) return {};
  out.name = text.text.substr(at, end - at);
  std::size_t labels = 1;
  while (out.name.size() < kMaxDomain) {
    const auto dot = sign_at(text, end, '.', "dot");
    if (dot.end == 0) break;
    const auto next = label_end(text, dot.end);
    const auto label = std::string_view(text.text).substr(dot.end, next - dot.end);
    const bool spaced = !dot.spelled && dot.end != end + 1;
    if (label.empty() || (spaced && !in(label, kTopLevels))) break;
    out.name.append(".").append(label);
    out.spelled = out.spelled || dot.spelled;
    out.spaced = out.spaced || spaced;
    end = next;
    ++labels;
  }
  const auto top = std::string_view(out.name).substr(out.name.rfind('.') + 1);
  const bool letters = top.size() >= 2 && std::all_of(top.begin(), top.end(), [](char c) { return is_letter(c); });
  if (labels < 2 || !letters) return {};
  out.end = end;
  return out;
}

/// Where the local part before `end` begins; spelled dots ("sam dot lee") belong to it.
std::size_t local_begin(const Normalized& text, std::size_t end) {
  auto begin = end;
  const auto plain = [&](std::size_t from) {
    auto i = from;
    while (i > 0 && is_local(text.text[i - 1]) && end - i < kMaxLocal) --i;
    return i;
  };
  begin = plain(end);
  constexpr std::array<std::string_view, 3> kSpelled = {" dot ", " underscore ", " dash "};
  for (bool more = begin < end; more;) {
    more = false;
    for (const auto sign : kSpelled) {
      if (begin <= sign.size() || end - begin > kMaxLocal ||
          std::string_view(text.text).substr(begin - sign.size(), sign.size()) != sign)
        continue;
      const auto further = plain(begin - sign.size());
      more = further < begin - sign.size();
      if (more) begin = further;
    }
  }
  while (begin < end && (text.text[begin] == '.' || text.text[begin] == '\'')) ++begin;
  return begin;
}

bool is_allowed(std::string_view domain, const std::vector<std::string>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& each) {
    return domain == each ||
           (domain.size() > each.size() && domain.ends_with(each) && domain[domain.size() - each.size() - 1] == '.');
  });
}

/// Whether "sam at gmail dot com" is an address and "look at desmos dot com" is not.
bool believable(const Normalized& text, std::size_t begin, std::size_t end, const Domain& domain) {
  const auto local = std::string_view(text.text).substr(begin, end - begin);
  if (in(local, kNoNames)) return false;
  const auto name = std::string_view(domain.name);
  const bool provider = in(name.substr(0, name.find('.')), kProviders) || name.ends_with(".edu");
  const bool marked =
      local.find_first_of("._0123456789") != std::string_view::npos || local.find(' ') != std::string_view::npos;
  return provider || marked || Surroundings(text, begin, domain.end).said_before(kEmailCues);
}

/// What is written like an address, whatever stands around it.
struct Address {
  std::size_t begin = 0, sign = 0;  ///< where it begins, where its "@" does
  Domain domain;
  bool loose = false;  ///< plain sentences can have it too: "at", or spaces around the sign
};

/// Calls `visit` with every address whose sign is at or after the last one's end; `visit` tells whether it takes it.
template <class Visit>
void for_each_address(const Normalized& text, Visit visit) {
  for (std::size_t i = 1; i < text.text.size(); ++i) {
    const char c = text.text[i];
    if (c != '@' && c != ' ' && c != '(' && c != '[' && c != '{' && c != '<') continue;
    if (!is_local(text.text[i - 1])) continue;
    const auto at = sign_at(text, i, '@', "at");
    if (at.end == 0) continue;
    const auto begin = local_begin(text, i);
    const auto domain = begin < i ? domain_at(text, at.end) : Domain{};
    if (domain.end == 0) continue;
    const bool spaced_sign = !at.spelled && !at.bracketed && (c == ' ' || text.at(i + 1) == ' ');
    if (visit(Address{begin, i, domain, at.spelled || spaced_sign})) i = domain.end;
  }
}

}  // namespace

void find_emails(const Normalized& text, const std::vector<std::string>& allowed, std::vector<Finding>& out) {
  for_each_address(text, [&](const Address& each) {
    const auto& domain = each.domain;
    if (is_allowed(domain.name, allowed)) return false;
    if (each.loose && !believable(text, each.begin, each.sign, domain)) return false;
    if (!out.empty() && each.begin < out.back().end) return false;
    out.push_back({each.begin, domain.end, Kind::kEmail});
    return true;
  });
}

void find_email_candidates(const Normalized& text, std::vector<Finding>& out) {
  for_each_address(text, [&](const Address& each) {
    out.push_back({each.begin, each.domain.end, Kind::kEmail});
    return false;
  });
}

}  // namespace safety
