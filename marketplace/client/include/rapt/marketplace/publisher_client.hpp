// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/http/client.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::marketplace {

/// One thing that a registry has looked at in a submission.
struct SubmissionFinding {
  std::string check, level, text;  ///< level: "ok", "note", "warning", "error"
};

/// How far a submission is.
struct SubmissionState {
  std::string module, version, sha256, channel;
  std::string state;  ///< "submitted", "review", "approved", "published", "rejected"
  std::string review_note;
  std::vector<SubmissionFinding> findings;
};
/// kUpstream when it is none.
Result<SubmissionState> parse_submission(std::string_view data_json);

/// What is asked of a registry in a publisher's name.
struct PublisherRequest {
  std::string method = "GET";
  std::string path;  ///< "/api/publishers/me"
  std::multimap<std::string, std::string> query{};
  std::string body{};
  std::string content_type = "application/json";
  std::chrono::milliseconds patience = std::chrono::seconds(60);
};

/// Asks a registry in a publisher's name, every request signed. Errors are the registry's own sentences, made
/// printable, with its code; kUnavailable when it cannot be reached, kUpstream when it answers something else. What it
/// answers is a stranger's: nothing of it is signed unread.
class PublisherClient {
 public:
  /// `client`, `key` and `clock` must outlive this. `base_url` is how the registry calls itself, for that is signed.
  PublisherClient(http::Client& client, std::string base_url, const security::PrivateKey& key, const Clock& clock);
  /// The answer's "data", as JSON.
  Task<Result<std::string>> ask(PublisherRequest request);

  Task<Result<SubmissionState>> submit(std::string module, std::string version, std::string archive,
                                       std::string channel, std::string category);
  Task<Result<SubmissionState>> submission(std::string module, std::string version);
  /// Hands in the publisher's next document. kConflict when another one came first.
  Task<Result<std::string>> hand_in(std::string file);

 private:
  http::Client& client_;
  const std::string base_url_;
  const security::PrivateKey& key_;
  const Clock& clock_;
};

}  // namespace rapt::marketplace
