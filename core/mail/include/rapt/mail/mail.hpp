// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/jobs/worker.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
class Transaction;
}  // namespace rapt::store

namespace rapt::mail {

/// A letter in plain text. All of it UTF-8.
struct Mail {
  std::string to;  ///< one address, without a name
  std::string subject;
  std::string text;
};

/// The kind of the jobs that send mails.
inline constexpr const char* kSendJob = "mail.send";

/// Writes the mail and the job that sends it inside the caller's transaction: it goes out when that commits, and once
/// (again only when the receiving server has taken it and the note of it was lost). The text is sealed, because it may
/// hold a one-time link, and forgotten when it has been sent. kInvalid for an address or a subject with a line break.
Result<void> enqueue(store::Transaction& transaction, const security::SecretBox& box, const Mail& mail);

/// Where mails go.
struct Transport {
  /// smtp://[user:password@]host[:port] (encrypted where the server can; always with a password), smtps://…,
  /// file:FOLDER (each mail becomes a file there: development and tests), or empty: none can be sent, and jobs say so.
  std::string url;
  std::string from;  ///< "School <noreply@school.example>", or an address alone
};

/// The handler of kSendJob. It speaks SMTP on a thread of its own, so a slow server delays mails alone. What the server
/// refuses for good (5xx) is a failed job, everything else is tried again. What it is given must outlive the worker.
jobs::Handler send_handler(store::Database& database, const Clock& clock, const security::SecretBox& box,
                           Transport transport);

}  // namespace rapt::mail
