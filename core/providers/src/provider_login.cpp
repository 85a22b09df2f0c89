// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include "failures.hpp"
#include "flow.hpp"
#include "linking.hpp"
#include "provider_store.hpp"
#include "rapt/base/redaction.hpp"
#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/provider_service.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/redis.hpp"
#include "secrets.hpp"
#include "talk.hpp"

namespace rapt::providers {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string s256(const std::string& verifier) {
  const auto digest = security::sha256(verifier);
  return security::to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// Takes the one value of `state` out; "" when it is not there once.
std::string take_out_state(Parameters& parameters) {
  const auto is_state = [](const auto& one) { return one.first == "state"; };
  const bool once = std::count_if(parameters.begin(), parameters.end(), is_state) == 1;
  const auto found = std::find_if(parameters.begin(), parameters.end(), is_state);
  std::string state = once ? found->second : "";
  std::erase_if(parameters, is_state);
  return state;
}

Result<Stored> load_enabled(store::Transaction& tx, const std::string& name) {
  auto stored = load(tx, name, false);
  if (stored && !stored->provider.enabled) return Error::not_found("provider");
  return stored;
}

}  // namespace

Result<Substitutes> ProviderService::substitutes_of(const Stored& stored, std::string code_verifier) const {
  auto secrets = unsealed(parts_.box, stored.provider.name, stored.sealed_secrets);
  if (!secrets) return secrets.error();
  for (const auto& [name, secret] : *secrets) redaction::keep_out(stored.provider.module, secret);
  return Substitutes{std::move(*secrets), std::move(code_verifier)};
}

std::string ProviderService::redirect_uri(const std::string& provider) const {
  return parts_.public_url + "/api/v1/auth/" + provider + "/callback";
}

Task<Result<Begun>> ProviderService::begin(std::string provider, std::string return_to,
                                           identity::DeviceContext device) {
  auto read = [provider](store::Transaction& tx) { return load_enabled(tx, provider); };
  const auto stored = co_await parts_.database.transaction(std::move(read));
  if (!stored) co_return stored.error();
  Flow flow;
  flow.provider = provider;
  flow.state = security::new_token();
  flow.nonce = security::new_token();
  flow.code_verifier = security::new_token();
  flow.return_to = local_path(return_to);
  flow.device = device;
  flow.expires_at = parts_.clock.now() + kFlowLifetime;
  Start start;
  start.settings_json = stored->provider.settings_json;
  start.redirect_uri = redirect_uri(provider);
  start.state = flow.state;
  start.nonce = flow.nonce;
  start.code_challenge = s256(flow.code_verifier);
  auto substitutes = substitutes_of(*stored, flow.code_verifier);
  if (!substitutes) co_return failed_at(provider, substitutes.error());
  Talk talk(parts_.caller, parts_.lookups, parts_.fetcher, stored->provider, std::move(*substitutes));
  auto url = co_await talk.address(std::move(start));
  if (!url) co_return failed_at(provider, url.error());
  Begun begun;
  begun.url = std::move(*url);
  begun.sealed_flow = seal(parts_.box, flow);
  co_return begun;
}

/// Redis remembers used states as long as their cookies live. Without Redis nobody logs in this way: a state that may
/// have been used is none.
Task<Result<void>> ProviderService::take_state(std::string state) {
  std::vector<std::string> command{"SET", "login-flow:" + security::hex(security::sha256(state)), "1", "NX", "EX"};
  command.push_back(std::to_string(std::chrono::seconds(kFlowLifetime).count()));
  const auto reply = co_await parts_.redis.command(std::move(command));
  if (!reply) co_return reply.error();
  if (reply->type == store::RedisReply::Type::kNil) co_return state_mismatch("the state has been used");
  co_return Result<void>{};
}

Task<Result<Arrived>> ProviderService::finish(std::string provider, std::string sealed_flow, Parameters parameters) {
  const auto flow = open(parts_.box, provider, sealed_flow);
  if (!flow) co_return flow.error();
  if (flow->expires_at <= parts_.clock.now()) co_return state_mismatch("the login took more than ten minutes");
  const auto state = take_out_state(parameters);
  if (!security::equal_constant_time(state, flow->state)) co_return state_mismatch("the state is another one");
  RAPT_CO_TRY(co_await take_state(state));
  auto read = [provider](store::Transaction& tx) { return load_enabled(tx, provider); };
  const auto stored = co_await parts_.database.transaction(std::move(read));
  if (!stored) co_return stored.error();
  auto substitutes = substitutes_of(*stored, flow->code_verifier);
  if (!substitutes) co_return failed_at(provider, substitutes.error());
  Input input;
  input.settings_json = stored->provider.settings_json;
  input.redirect_uri = redirect_uri(provider);
  input.nonce = flow->nonce;
  input.parameters = std::move(parameters);
  input.now = parts_.clock.now();
  Talk talk(parts_.caller, parts_.lookups, parts_.fetcher, stored->provider, std::move(*substitutes));
  auto claim = co_await talk.claim(std::move(input));
  if (!claim) co_return claim.error();
  auto work = [provider, claim = *claim, now = parts_.clock.now()](store::Transaction& tx) {
    return owner_of(tx, provider, claim, now);
  };
  const auto user = co_await parts_.database.transaction(std::move(work));
  if (!user) co_return user.error();
  Arrived arrived;
  arrived.user = *user;
  arrived.return_to = flow->return_to;
  arrived.device = flow->device;
  co_return arrived;
}

}  // namespace rapt::providers
