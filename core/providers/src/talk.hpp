// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/lookup_caller.hpp"
#include "rapt/providers/provider.hpp"
#include "rapt/providers/provider_caller.hpp"

namespace rapt::providers {

/// A module's or the network's failure, as the person sees it. The kind and the words of the first go to the log alone.
Error failed_at(const std::string& provider, const Error& cause);

/// One login's talk with its module: asks, fetches for it, asks again.
class Talk {
 public:
  /// What is given by reference must outlive it.
  Talk(ProviderCaller& caller, LookupCaller& lookups, Fetcher& fetcher, Provider provider, Substitutes substitutes)
      : caller_(caller),
        lookups_(lookups),
        fetcher_(fetcher),
        provider_(std::move(provider)),
        substitutes_(std::move(substitutes)) {}

  /// Where the browser goes; a host that the module may reach. As the caller or the fetcher failed.
  Task<Result<std::string>> address(Start start);
  /// Who came. PROVIDER_REFUSED with the module's sentence, PROVIDER_UNAVAILABLE.
  Task<Result<Claim>> claim(Input input);

 private:
  Task<Result<Answered>> answer(Fetch wanted);

  ProviderCaller& caller_;
  LookupCaller& lookups_;
  Fetcher& fetcher_;
  const Provider provider_;
  const Substitutes substitutes_;
};

}  // namespace rapt::providers
