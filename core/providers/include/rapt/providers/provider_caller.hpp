// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::providers {

/// What a module that speaks a login protocol (`rapt.auth-provider/1`) is told at the start of a login. It sees no
/// secret: neither the client's secret nor the PKCE verifier.
struct Start {
  std::string settings_json;   ///< what the administrator set, an object without secrets
  std::string redirect_uri;    ///< where the provider sends the browser back to
  std::string state;           ///< comes back with the browser; the host compares it
  std::string nonce;           ///< for id tokens
  std::string code_challenge;  ///< PKCE, S256 (RFC 7636)
};

/// What came back with the browser, or from a fetch that the module asked for.
struct Answered {
  int status = 0;
  std::string content_type;
  std::string body;
};
struct Input {
  std::string settings_json;
  std::string redirect_uri;
  std::string nonce;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the callback: code, error, …; never `state`
  std::optional<Answered> answered;                             ///< to the fetch of the step before
  std::string memo;                                             ///< what the step before wished to remember
  std::optional<TimePoint> now{};                               ///< for id tokens; the machine's clock when left out
};

/// A request that the host makes for the module, which has no network. In the URL, the fields and the body,
/// "{{secret:NAME}}" stands for a secret that the administrator set, "{{code_verifier}}" for that of PKCE: the host
/// puts them in, form-encoded in a body of application/x-www-form-urlencoded. HTTPS to a host that the module's granted
/// permission names, and nothing else.
struct Fetch {
  std::string method = "GET";  ///< GET or POST
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// Who the provider says this is.
struct Claim {
  std::string subject;  ///< stable and unique at this provider
  std::string email;
  bool email_verified = false;  ///< by the provider; without it nobody is linked by the address
  std::string name, given_name, family_name;
};

/// What a module answers at a step of the callback: exactly one of the three.
struct Step {
  std::optional<Fetch> fetch;  ///< ask this, then ask me again
  std::optional<Claim> claim;
  std::string refusal;  ///< a sentence for the person: "The school's directory refused this login."
  std::string memo;     ///< beside a fetch; at most 8 KiB
};

/// Asks modules. Implemented by the supervisor; education knows neither processes nor libraries. Thread-safe.
class ProviderCaller {
 public:
  virtual ~ProviderCaller() = default;
  /// The address that the browser goes to. kUnavailable (part: the module) when it is not running, died, came late or
  /// lied, or asks for a host that it may not reach (reach.hpp); kInvalid, with the fields ("settings.client_id"), when
  /// it refuses the settings. What comes back has been checked: sizes, characters, HTTPS, hosts.
  virtual Task<Result<std::string>> start(std::string module, Start start) = 0;
  virtual Task<Result<Step>> step(std::string module, Input input) = 0;
  /// Names of the running modules that speak the interface.
  [[nodiscard]] virtual std::vector<std::string> provider_modules() const = 0;
  /// Hosts that the module was granted to reach: names, "*.name", or "@settings" for the hosts of the addresses in its
  /// settings; may_reach() in reach.hpp understands them. Empty when it is not running.
  [[nodiscard]] virtual std::vector<std::string> reachable_hosts(const std::string& module) const = 0;
};

}  // namespace rapt::providers
