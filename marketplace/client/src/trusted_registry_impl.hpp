// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/marketplace/trusted_registry.hpp"
#include "sources.hpp"

namespace rapt::marketplace {

struct TrustedRegistry::Impl {
  Impl(Options options_, http::Client& http, const Clock& clock)
      : options(std::move(options_)),
        fetcher(std::make_shared<KeepingFetcher>(make_source(http, options.url), options.folder / "downloads")),
        client(options.folder / "metadata", fetcher, clock) {}

  /// The bytes of a target that was found, as a file. Goes on where an earlier download broke off.
  Task<Result<void>> download(tuf::FoundTarget found, std::string sha256, std::filesystem::path to, Progress progress);

  Options options;
  std::shared_ptr<KeepingFetcher> fetcher;
  tuf::Client client;
};

}  // namespace rapt::marketplace
