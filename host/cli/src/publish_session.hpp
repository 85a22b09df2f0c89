// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "command.hpp"
#include "rapt/http/client.hpp"
#include "rapt/marketplace/publisher_client.hpp"
#include "rapt/tuf/client.hpp"

namespace rapt::cli {

/// A publisher's key, the registry that it speaks to, and what it believes of that. Used by one thread.
class PublishSession {
 public:
  using LoadKey = Result<security::PrivateKey> (*)(const std::string& path);
  /// --key and --registry (otherwise MARKETPLACE_URL).
  static Result<std::unique_ptr<PublishSession>> open(const Console& console, const Arguments& arguments);
  static Result<std::unique_ptr<PublishSession>> open(const Console& console, const Arguments& arguments, LoadKey load);

  [[nodiscard]] const security::PrivateKey& key() const { return key_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  marketplace::PublisherClient& registry() { return *registry_; }

  /// Begins to trust the registry's root, once: from --root FILE, or the one that it offers when a person says yes to
  /// its key ids. Afterwards the pinned one counts.
  Result<void> pin(Console& console, const Arguments& arguments);

  /// The current document of a role, as the metadata vouches for it now; nullopt before its first.
  Result<std::optional<tuf::Targets>> current(const std::string& role);
  /// Builds the publisher's next document on the current one, as the metadata vouches for it, has `change` change it,
  /// signs and hands it in; again from the start when somebody else was faster. The registry's answer.
  Result<std::string> hand_in(const std::string& publisher, const std::function<Result<void>(tuf::Targets&)>& change);

 private:
  PublishSession(security::PrivateKey key, std::string url, std::filesystem::path state);

  security::PrivateKey key_;
  std::string url_;
  std::filesystem::path state_;
  SystemClock clock_;
  http::Client http_;
  std::unique_ptr<marketplace::PublisherClient> registry_;
  std::shared_ptr<tuf::Fetcher> fetcher_;
  std::unique_ptr<tuf::Client> trust_;
};

/// The options of every command that speaks to a registry in a publisher's name, behind `options`.
std::vector<Option> with_publish_options(std::vector<Option> options);

}  // namespace rapt::cli
