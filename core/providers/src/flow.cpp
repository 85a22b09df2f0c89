// SPDX-License-Identifier: AGPL-3.0-or-later
#include "flow.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "failures.hpp"

namespace rapt::providers {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxPath = 1000;

std::string about_flow(const std::string& provider) {
  return "login-flow:" + provider;
}

}  // namespace

std::string seal(const security::SecretBox& box, const Flow& flow) {
  const json plain{{"state", flow.state},
                   {"nonce", flow.nonce},
                   {"verifier", flow.code_verifier},
                   {"return_to", flow.return_to},
                   {"device", static_cast<int>(flow.device)},
                   {"expires_at", flow.expires_at.time_since_epoch().count()}};
  return box.seal(plain.dump(), about_flow(flow.provider));
}

Result<Flow> open(const security::SecretBox& box, const std::string& provider, const std::string& sealed) {
  const auto plain = box.open(sealed, about_flow(provider));
  if (!plain) return state_mismatch("the cookie of the login is missing, foreign or changed");
  // What this host's key has sealed, seal() has made.
  const auto parsed = json::parse(*plain, nullptr, false);
  if (!parsed.is_object()) return Error::internal("a sealed login is no object");
  Flow flow;
  flow.provider = provider;
  flow.state = parsed.at("state");
  flow.nonce = parsed.at("nonce");
  flow.code_verifier = parsed.at("verifier");
  flow.return_to = parsed.at("return_to");
  flow.device = static_cast<identity::DeviceContext>(parsed.at("device").get<int>());
  flow.expires_at = TimePoint(TimePoint::duration(parsed.at("expires_at").get<TimePoint::duration::rep>()));
  return flow;
}

std::string local_path(const std::string& path) {
  const bool visible = std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  const bool local = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/api/");
  return visible && local && path.size() <= kMaxPath ? path : "/";
}

}  // namespace rapt::providers
