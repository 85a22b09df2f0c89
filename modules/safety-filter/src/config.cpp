// SPDX-License-Identifier: AGPL-3.0-or-later
#include "config.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "normalize.hpp"

namespace safety {
namespace {

using nlohmann::json;

constexpr std::string_view kDefaultMessage =
    "Your message contains words that may not be used here. Please say it in another way.";

std::vector<std::string> strings(const json& config, const char* key) {
  std::vector<std::string> out;
  if (!config.contains(key)) return out;
  if (!config[key].is_array())
    throw std::invalid_argument(std::string("the configuration's \"") + key + "\" must be a list of strings");
  for (const auto& each : config[key]) {
    if (!each.is_string())
      throw std::invalid_argument(std::string("the configuration's \"") + key + "\" must hold strings only");
    out.push_back(each.get<std::string>());
  }
  return out;
}

std::array<bool, kKinds> kinds(const json& config) {
  std::array<bool, kKinds> out = {true, true, true, true};
  if (!config.contains("mask")) return out;
  out.fill(false);
  for (const auto& name : strings(config, "mask")) {
    const auto found = std::find(kKindNames.begin(), kKindNames.end(), name);
    if (found == kKindNames.end())
      throw std::invalid_argument("the configuration's \"mask\" knows email, phone, card and ssn");
    out[static_cast<std::size_t>(found - kKindNames.begin())] = true;
  }
  return out;
}

}  // namespace

Config parse_config(std::string_view text) {
  const auto config = json::parse(text.empty() ? "{}" : text, nullptr, false);
  if (!config.is_object()) throw std::invalid_argument("the configuration is no JSON object");
  Config out;
  out.rules.mask = kinds(config);
  for (auto domain : strings(config, "allow_emails")) {
    if (domain.starts_with('@')) domain.erase(0, 1);
    if (!domain.empty()) out.rules.allowed_domains.push_back(normalize(domain).text);
  }
  out.blocked = PhraseSet(strings(config, "block_words"));
  const auto message = config.find("block_message");
  out.block_message = message != config.end() && message->is_string() && !message->get_ref<const std::string&>().empty()
                          ? message->get<std::string>()
                          : std::string(kDefaultMessage);
  return out;
}

std::string counts_json(const Counts& counts, std::string_view direction) {
  json out = {{"direction", direction}, {"kinds", json::array()}, {"counts", json::object()}};
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (counts[i] == 0) continue;
    out["kinds"].push_back(kKindNames[i]);
    out["counts"][std::string(kKindNames[i])] = counts[i];
  }
  return out.dump();
}

}  // namespace safety
