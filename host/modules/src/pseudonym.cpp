// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/pseudonym.hpp"

#include "rapt/security/crypto.hpp"

namespace rapt::host {
namespace {

std::string_view view(const security::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

security::Digest hmac_sha256(std::string_view key, std::string_view message) {
  constexpr std::size_t kBlock = 64;
  std::string block(key);
  if (block.size() > kBlock) block = std::string(view(security::sha256(key)));
  block.resize(kBlock, '\0');
  std::string inner = block, outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5C);
  outer += view(security::sha256(inner.append(message)));
  return security::sha256(outer);
}

std::string message_of(std::string_view tool_id, std::string_view module, std::string_view user_id) {
  std::string message;
  message.reserve(tool_id.size() + module.size() + user_id.size() + 3);
  for (const auto part : {tool_id, module, user_id}) {
    message += part;
    message += '\0';
  }
  return message;
}

std::string keyed(std::string_view key, std::string_view message) {
  return security::to_hex(view(hmac_sha256(key, message)).substr(0, 16));
}

}  // namespace

std::string pseudonym(std::string_view key, std::string_view tool_id, std::string_view module,
                      std::string_view user_id) {
  return user_id.empty() ? std::string() : keyed(key, message_of(tool_id, module, user_id));
}

std::string Pseudonyms::of(std::string_view tool_id, std::string_view module, std::string_view user_id) {
  if (user_id.empty()) return {};
  std::string message = message_of(tool_id, module, user_id);
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(message); found != known_.end()) return found->second;
  if (known_.size() >= kRemembered) known_.clear();
  std::string made = keyed(key_, message);
  known_.emplace(std::move(message), made);
  return made;
}

}  // namespace rapt::host
