// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rapt/identity/auth_service.hpp"
#include "rapt/providers/provider.hpp"
#include "rapt/providers/provider_caller.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
class Redis;
}  // namespace rapt::store

namespace rapt::providers {

class Fetcher;
class LookupCaller;
struct Substitutes;
struct Stored;

/// How long somebody may take at the provider.
inline constexpr std::chrono::minutes kFlowLifetime{10};

/// A login that has begun: where the browser goes, and what it has to bring back.
struct Begun {
  std::string url;
  std::string sealed_flow;  ///< for a cookie; holds state, nonce and verifier, sealed
};

/// A login that has come back and belongs to somebody.
struct Arrived {
  UserId user;
  std::string return_to;  ///< a path of this site
  identity::DeviceContext device = identity::DeviceContext::kUnknown;
};

/// Logins through providers: what administrators set up, the way to the provider and back, whose login it is.
/// Thread-safe.
class ProviderService {
 public:
  struct Parts {
    store::Database& database;
    store::Redis& redis;
    const Clock& clock;
    const security::SecretBox& box;
    ProviderCaller& caller;
    LookupCaller& lookups;
    Fetcher& fetcher;
    std::string public_url;  ///< providers send the browser back below it
  };
  /// What it is given must outlive the service.
  explicit ProviderService(Parts parts) : parts_(std::move(parts)) {}

  /// The enabled ones, by title.
  Task<Result<std::vector<ProviderRef>>> offered();
  /// By the domain of the address alone, so that it tells nothing about accounts. No provider for what is no address.
  Task<Result<Lookup>> lookup(std::string email);
  /// The enabled provider that addresses of this domain have to use, if there is one. By the domain alone.
  Task<Result<std::optional<ProviderRef>>> forced_for(std::string email);

  /// kNotFound for a provider that is not there or not enabled; PROVIDER_UNAVAILABLE when its module cannot answer.
  /// `return_to` is kept when it is a path of this site, else the login ends at "/".
  Task<Result<Begun>> begin(std::string provider, std::string return_to, identity::DeviceContext device);
  /// What the browser came back with: the cookie and the query's parameters, state included. Counts once.
  /// STATE_MISMATCH (400), PROVIDER_REFUSED (403), EMAIL_UNVERIFIED (403), ACCOUNT_UNKNOWN (403, also for accounts that
  /// are not active), PROVIDER_UNAVAILABLE (503).
  Task<Result<Arrived>> finish(std::string provider, std::string sealed_flow,
                               std::vector<std::pair<std::string, std::string>> parameters);

  /// Through which providers the person can log in, by title.
  Task<Result<std::vector<Link>>> links(UserId user);
  /// kNotFound without such a link; kConflict when it is the only way in.
  Task<Result<void>> unlink(UserId user, std::string provider);

  // For system administrators; the caller has checked that.

  Task<Result<std::vector<Provider>>> list();
  Task<Result<Provider>> find(std::string name);
  /// kInvalid with the fields; kConflict for a name or a domain that is taken. One that is to be enabled has to be
  /// accepted by its running module.
  Task<Result<Provider>> create(std::string name, ProviderChange change);
  /// As create(). PRECONDITION_FAILED when it is not in the `expected` state.
  Task<Result<Provider>> update(std::string name, ProviderChange change, std::optional<TimePoint> expected);
  /// Takes its links away, too; the accounts stay.
  Task<Result<void>> remove(std::string name, std::optional<TimePoint> expected);
  /// Running modules that can be used.
  [[nodiscard]] std::vector<std::string> modules() const { return parts_.caller.provider_modules(); }

 private:
  Task<Result<void>> check_usable(const Stored& draft);
  [[nodiscard]] Result<Substitutes> substitutes_of(const Stored& stored, std::string code_verifier) const;
  Task<Result<void>> take_state(std::string state);
  [[nodiscard]] std::string redirect_uri(const std::string& provider) const;

  Parts parts_;
};

}  // namespace rapt::providers
