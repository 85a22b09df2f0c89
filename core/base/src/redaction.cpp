// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/redaction.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace rapt::redaction {
namespace {

constexpr std::size_t kKept = 64, kShortest = 6;
constexpr std::string_view kMark = "[secret]";

struct Known {
  std::string plain, base64;
};

struct Register {
  std::shared_mutex mutex;
  std::map<std::string, std::deque<Known>, std::less<>> owners;
};

Register& all() {
  // Never destroyed: threads may still write while the process ends.
  static auto* const made = new Register;
  return *made;
}

/// Without padding, and without the last letters that depend on what would follow.
std::string base64_stem(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i + k])); };
    const unsigned group = at(0) << 16 | at(1) << 8 | at(2);
    for (int shift = 18; shift >= 0; shift -= 6) out += kLetters[group >> shift & 63];
  }
  return out;
}

void replace_all(std::string& text, const std::string& what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + kMark.size()))
    text.replace(at, what.size(), kMark);
}

}  // namespace

void keep_out(std::string_view owner, std::string_view secret) {
  if (secret.size() < kShortest) return;
  auto& known = all();
  const auto same = [&](const Known& one) { return one.plain == secret; };
  {
    const std::shared_lock lock(known.mutex);
    const auto found = known.owners.find(owner);
    if (found != known.owners.end() && std::any_of(found->second.begin(), found->second.end(), same)) return;
  }
  const std::unique_lock lock(known.mutex);
  auto& mine = known.owners[std::string(owner)];
  if (std::any_of(mine.begin(), mine.end(), same)) return;
  if (mine.size() == kKept) mine.pop_front();
  mine.push_back({std::string(secret), base64_stem(secret)});
}

std::string scrubbed(std::string_view owner, std::string text) {
  auto& known = all();
  const std::shared_lock lock(known.mutex);
  const auto found = known.owners.find(owner);
  if (found == known.owners.end()) return text;
  for (const auto& secret : found->second) {
    replace_all(text, secret.plain);
    replace_all(text, secret.base64);
  }
  return text;
}

}  // namespace rapt::redaction
