// SPDX-License-Identifier: AGPL-3.0-or-later
#include "secrets.hpp"

#include <nlohmann/json.hpp>

namespace rapt::providers {
namespace {

std::string about_secrets(const std::string& provider) {
  return "auth-provider:" + provider;
}

}  // namespace

std::optional<std::string> sealed(const security::SecretBox& box, const std::string& provider,
                                  const std::map<std::string, std::string>& secrets) {
  if (secrets.empty()) return std::nullopt;
  return box.seal(nlohmann::json(secrets).dump(), about_secrets(provider));
}

Result<std::map<std::string, std::string>> unsealed(const security::SecretBox& box, const std::string& provider,
                                                    const std::optional<std::string>& text) {
  if (!text) return std::map<std::string, std::string>{};
  const auto plain = box.open(*text, about_secrets(provider));
  if (!plain) return plain.error();
  const auto parsed = nlohmann::json::parse(*plain, nullptr, false);
  if (!parsed.is_object()) return Error::internal("the sealed secrets of a provider are no object");
  return parsed.get<std::map<std::string, std::string>>();
}

}  // namespace rapt::providers
