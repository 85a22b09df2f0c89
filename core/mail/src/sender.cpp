// SPDX-License-Identifier: AGPL-3.0-or-later
#include <memory>

#include "message.hpp"
#include "rapt/mail/mail.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"
#include "transport.hpp"

namespace rapt::mail {
namespace {

using Kind = jobs::Done::Kind;

constexpr store::Statement kLoad{
    "mail.load",
    "SELECT id, recipient, subject, sealed_body FROM outgoing_mails WHERE id = $1::uuid AND sealed_body IS NOT NULL"};
// What was sent is kept for a month without its text, to see whether it went out.
constexpr store::Statement kSent{
    "mail.sent",
    "WITH old AS (DELETE FROM outgoing_mails WHERE created_at < $2::timestamptz - interval '30 days' AND id <> "
    "$1::uuid) "
    "UPDATE outgoing_mails SET sent_at = $2::timestamptz, sealed_body = NULL, last_error = NULL WHERE id = $1::uuid"};
constexpr store::Statement kFailed{"mail.failed", "UPDATE outgoing_mails SET last_error = $2 WHERE id = $1::uuid"};

struct Sender {
  Sender(store::Database& given, const Clock& given_clock, const security::SecretBox& given_box,
         Transport given_transport)
      : database(given),
        clock(given_clock),
        box(given_box),
        transport(std::move(given_transport)),
        pool({.name = "mail", .threads = 1, .max_queued = 64}) {}

  Result<Mail> opened(const store::Row& row) const {
    auto text = box.open(row.text("sealed_body"), "mail:" + row.text("id"));
    if (!text) return text.error();
    return Mail{row.text("recipient"), row.text("subject"), std::move(*text)};
  }

  Task<jobs::Done> note_failure(const jobs::Job& job, Error error) {
    const auto noted = co_await database.query(kFailed, store::params(job.idempotency_key, error.message));
    // Best effort: the job keeps the reason as well.
    const Kind kind =
        error.kind == ErrorKind::kInvalid || error.kind == ErrorKind::kInternal ? Kind::kFailed : Kind::kAgain;
    co_return jobs::Done{noted ? kind : Kind::kAgain,
                         error.kind == ErrorKind::kInternal ? error.log_detail : error.message};
  }

  Task<jobs::Done> send(jobs::Job job) {
    const auto rows = co_await database.query(kLoad, store::params(job.idempotency_key));
    if (!rows) co_return jobs::Done{Kind::kAgain, rows.error().message};
    if (rows->empty()) co_return jobs::Done{};  // an earlier attempt has sent it
    auto mail = opened((*rows)[0]);
    if (!mail) co_return co_await note_failure(job, mail.error());
    auto work = [this, id = job.idempotency_key, to = mail->to,
                 message = message_of(*mail, job.idempotency_key, transport.from, clock.now())] {
      return deliver(transport, id, to, message);
    };
    const auto delivered = co_await pool.run(std::move(work));
    if (!delivered) co_return co_await note_failure(job, delivered.error());
    auto note = [job, now = clock.now()](store::Transaction& tx) -> Result<void> {
      RAPT_TRY(tx.exec(kSent, store::params(job.idempotency_key, now)));
      return jobs::complete(tx, job);
    };
    const auto noted = co_await database.transaction(std::move(note));
    co_return noted ? jobs::Done{} : jobs::Done{Kind::kAgain, noted.error().message};
  }

  store::Database& database;
  const Clock& clock;
  const security::SecretBox& box;
  const Transport transport;
  runtime::BlockingPool pool;
};

}  // namespace

jobs::Handler send_handler(store::Database& database, const Clock& clock, const security::SecretBox& box,
                           Transport transport) {
  auto sender = std::make_shared<Sender>(database, clock, box, std::move(transport));
  return [sender](jobs::Job job) { return sender->send(std::move(job)); };
}

}  // namespace rapt::mail
