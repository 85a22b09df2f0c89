// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/password_policy.hpp"

#include <zxcvbn.h>

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::security {
namespace {

// 2^27 is a little over 10^8 guesses.
constexpr double kLeastBits = 27;
// Its work grows faster than the text; what is good for so long stays good.
constexpr std::size_t kJudgedBytes = 64;
constexpr std::size_t kMaxWords = 24;
constexpr std::size_t kMaxTextBytes = 400;
constexpr std::size_t kMaxWordBytes = 40;
constexpr std::size_t kLeastWordBytes = 3;  // shorter ones are in every password

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// ASCII letters and digits in lower case, and the bytes of other characters; all else parts words.
char part_of_word(char given) {
  const char c = lower(given);
  const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
  return part ? c : '\0';
}

/// The text as a whole and the words in it.
void add_words(std::vector<std::string>& out, const std::string& text) {
  std::string whole = text.substr(0, kMaxWordBytes);
  std::transform(whole.begin(), whole.end(), whole.begin(), lower);
  if (whole.size() >= kLeastWordBytes) out.push_back(std::move(whole));
  std::string word;
  for (std::size_t i = 0; i <= std::min(text.size(), kMaxTextBytes) && out.size() < kMaxWords; ++i) {
    const char c = i < std::min(text.size(), kMaxTextBytes) ? part_of_word(text[i]) : '\0';
    if (c != '\0') {
      word += c;
      continue;
    }
    if (word.size() >= kLeastWordBytes) out.push_back(word.substr(0, kMaxWordBytes));
    word.clear();
  }
}

double bits_of(std::string_view password, const std::vector<std::string>& words) {
  const std::string judged(password.substr(0, kJudgedBytes));
  std::vector<std::string> parts{"raptscallions"};
  for (const auto& word : words) add_words(parts, word);
  std::vector<const char*> list;
  list.reserve(parts.size() + 1);
  for (const auto& part : parts) list.push_back(part.c_str());
  list.push_back(nullptr);
  return ZxcvbnMatch(judged.c_str(), list.data(), nullptr);
}

}  // namespace

std::string password_fault(std::string_view password, const std::vector<std::string>& words) {
  if (!is_utf8(password) || password.find('\0') != std::string_view::npos) return "must be text";
  const std::size_t length = count_code_points(password);
  if (length < kMinPassword) return "must have at least " + std::to_string(kMinPassword) + " characters";
  if (length > kMaxPassword) return "must not have more than " + std::to_string(kMaxPassword) + " characters";
  if (bits_of(password, words) >= kLeastBits) return {};
  return "is too easy to guess: use a few words that do not belong together, without names, dates or common passwords";
}

}  // namespace rapt::security
