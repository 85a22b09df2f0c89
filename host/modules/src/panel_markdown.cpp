// SPDX-License-Identifier: AGPL-3.0-or-later
#include <cctype>

#include "rapt/host/panel_answer.hpp"

namespace rapt::host {
namespace {

bool begins_tag(char next) {
  return std::isalpha(static_cast<unsigned char>(next)) != 0 || next == '/' || next == '!' || next == '?';
}

/// Whether a link's target, which begins here, stays on this installation: "/classes", "#below".
bool stays(std::string_view target) {
  while (!target.empty() && (target[0] == ' ' || target[0] == '\n' || target[0] == '\t')) target.remove_prefix(1);
  if (target.starts_with('#')) return true;
  return target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\");
}

}  // namespace

// Stricter than Markdown itself: code spans are no exception, so that nobody has to agree with a parser on where one
// ends. The pages drop the same things once more when they draw.
std::string markdown_fault(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char now = text[i], next = text[i + 1];
    if (now == '\\') {
      ++i;  // what follows is a plain character
      continue;
    }
    if (now == '<' && begins_tag(next)) return "must hold no HTML: write \"\\<\" for the sign itself";
    if (now == '!' && next == '[') return "must hold no pictures";
    const bool target = now == ']' && (next == '(' || next == ':');
    if (target && !stays(text.substr(i + 2))) return "must hold no links but to pages here, such as \"/teaching\"";
  }
  return {};
}

}  // namespace rapt::host
