// SPDX-License-Identifier: AGPL-3.0-or-later
#include "license.hpp"

#include <algorithm>
#include <array>

namespace rapt::marketplace {
namespace {

constexpr int kDeepest = 16;
constexpr auto kKnown = std::to_array<std::string_view>({"0BSD",
                                                         "AFL-3.0",
                                                         "AGPL-3.0-only",
                                                         "AGPL-3.0-or-later",
                                                         "Apache-1.1",
                                                         "Apache-2.0",
                                                         "Artistic-2.0",
                                                         "BSD-1-Clause",
                                                         "BSD-2-Clause",
                                                         "BSD-2-Clause-Patent",
                                                         "BSD-3-Clause",
                                                         "BSD-3-Clause-Clear",
                                                         "BSD-4-Clause",
                                                         "BSL-1.0",
                                                         "BUSL-1.1",
                                                         "CC-BY-4.0",
                                                         "CC-BY-SA-4.0",
                                                         "CC0-1.0",
                                                         "CDDL-1.0",
                                                         "CDDL-1.1",
                                                         "CECILL-2.1",
                                                         "EPL-1.0",
                                                         "EPL-2.0",
                                                         "EUPL-1.1",
                                                         "EUPL-1.2",
                                                         "GPL-2.0-only",
                                                         "GPL-2.0-or-later",
                                                         "GPL-3.0-only",
                                                         "GPL-3.0-or-later",
                                                         "ISC",
                                                         "LGPL-2.1-only",
                                                         "LGPL-2.1-or-later",
                                                         "LGPL-3.0-only",
                                                         "LGPL-3.0-or-later",
                                                         "MIT",
                                                         "MIT-0",
                                                         "MPL-1.1",
                                                         "MPL-2.0",
                                                         "MS-PL",
                                                         "MulanPSL-2.0",
                                                         "NCSA",
                                                         "OFL-1.1",
                                                         "OpenSSL",
                                                         "PostgreSQL",
                                                         "PSF-2.0",
                                                         "Python-2.0",
                                                         "Unicode-3.0",
                                                         "Unlicense",
                                                         "UPL-1.0",
                                                         "Vim",
                                                         "W3C",
                                                         "WTFPL",
                                                         "X11",
                                                         "Zlib"});

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

/// expression = term *(("AND" / "OR") term); term = "(" expression ")" / id ["+"] ["WITH" id].
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool expression(int depth) {
    if (depth > kDeepest || !term(depth)) return false;
    while (word("AND") || word("OR")) {
      if (!term(depth)) return false;
    }
    return true;
  }
  [[nodiscard]] bool at_end() {
    skip_blanks();
    return rest_.empty();
  }
  std::vector<std::string> found;

 private:
  bool term(int depth) {
    skip_blanks();
    if (rest_.starts_with('(')) {
      rest_.remove_prefix(1);
      if (!expression(depth + 1)) return false;
      skip_blanks();
      if (!rest_.starts_with(')')) return false;
      rest_.remove_prefix(1);
      return true;
    }
    const auto license = id();
    if (license.empty()) return false;
    found.emplace_back(license);
    if (rest_.starts_with('+')) rest_.remove_prefix(1);
    return !word("WITH") || !id().empty();
  }
  std::string_view id() {
    skip_blanks();
    const auto end =
        static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_id_character) - rest_.begin());
    const auto out = rest_.substr(0, end);
    if (out == "AND" || out == "OR" || out == "WITH") return "";
    rest_.remove_prefix(end);
    return out;
  }
  bool word(std::string_view wanted) {
    skip_blanks();
    if (!rest_.starts_with(wanted)) return false;
    if (rest_.size() > wanted.size() && is_id_character(rest_[wanted.size()])) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<std::string>> licenses_of(std::string_view expression) {
  Reader reader(expression);
  if (!reader.expression(0) || !reader.at_end()) return std::nullopt;
  return std::move(reader.found);
}

bool is_known_license(std::string_view license) {
  if (license.starts_with("LicenseRef-") || license.starts_with("DocumentRef-")) return true;
  return std::find(kKnown.begin(), kKnown.end(), license) != kKnown.end();
}

}  // namespace rapt::marketplace
