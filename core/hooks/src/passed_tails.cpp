// SPDX-License-Identifier: AGPL-3.0-or-later
#include "passed_tails.hpp"

#include <algorithm>

#include "rapt/base/lasting_text.hpp"
#include "text_cut.hpp"

namespace rapt::hooks {

namespace {

/// Where the part of a text begins that is no longer than `longest` and cuts no character in two.
std::size_t start_of_tail(std::string_view text, std::size_t longest) {
  auto start = text.size() > longest ? text.size() - longest : 0;
  while (start < text.size() && !between_characters(text, start)) ++start;
  return start;
}

}  // namespace

PassedTails::PassedTails(std::size_t modules) : passed_(modules) {
  passed_.front().own = true;
}

std::size_t PassedTails::keeper_of(std::size_t module) const {
  while (!passed_[module].own) --module;
  return module;
}

/// All that is still there of what has passed it.
std::string_view PassedTails::kept(std::size_t module) const {
  const auto& keeper = passed_[keeper_of(module)];
  std::string_view text = keeper.text;
  text.remove_suffix(keeper.bytes - passed_[module].bytes);
  return text;
}

std::string_view PassedTails::tail(std::size_t module) const {
  const auto text = kept(module);
  return text.substr(start_of_tail(text, kMost));
}

void PassedTails::pass(std::size_t module, std::string_view text) {
  passed_[module].bytes += text.size();
  append(module, text);
}

void PassedTails::replace(std::size_t module, std::string_view text) {
  auto& passed = passed_[module];
  if (!passed.own) passed.text = kept(module);
  passed.own = true;
  pass(module, text);
}

/// Keeps as much more than a tail as those who share the text are behind.
void PassedTails::append(std::size_t module, std::string_view text) {
  auto& passed = passed_[module];
  if (!passed.own) return;
  auto least = passed.bytes;
  for (auto at = module + 1; at < passed_.size() && !passed_[at].own; ++at) least = std::min(least, passed_[at].bytes);
  const auto most = kMost + (passed.bytes - least);
  if (text.size() < most) {
    passed.text.erase(0, start_of_tail(passed.text, most - text.size()));
    append_sparingly(passed.text, text);
  } else {
    passed.text = text.substr(start_of_tail(text, most));
  }
}

}  // namespace rapt::hooks
