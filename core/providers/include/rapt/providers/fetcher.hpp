// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "rapt/providers/provider_caller.hpp"

namespace rapt::providers {

/// What the host puts in where a module asked for it by placeholder.
struct Substitutes {
  std::map<std::string, std::string> secrets{};  ///< by name
  std::string code_verifier{};
};

/// The request with its placeholders filled in, in one pass: what is put in is never read again. Percent-encoded in the
/// URL and in a body of application/x-www-form-urlencoded, escaped in one of application/json, as it is elsewhere.
/// kInvalid for a placeholder that is unknown, unfinished or has no value, and for one in the URL's scheme or host.
Result<Fetch> filled_in(Fetch fetch, const Substitutes& substitutes);

/// Makes the requests that modules ask for.
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// `fetch` is filled in, and its host may be reached; with `private_addresses` also where it is at an address of a
  /// private network. Any status is an answer. kUpstream or kTimeout without one.
  virtual Task<Result<Answered>> fetch(Fetch fetch, bool private_addresses) = 0;
};

/// Over the network: HTTPS, no redirects, 10 seconds, 256 KiB.
class NetworkFetcher final : public Fetcher {
 public:
  struct Options {
    std::filesystem::path ca_file{};  ///< PEM; authorities that are trusted beside the system's
    bool private_addresses = false;   ///< true: for all requests also loopback and private networks (development)
  };
  explicit NetworkFetcher(Options options);
  ~NetworkFetcher() override;
  Task<Result<Answered>> fetch(Fetch fetch, bool private_addresses) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::providers
