// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/ids.hpp"
#include "rapt/jobs/queue.hpp"
#include "rapt/mail/mail.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"

namespace rapt::mail {
namespace {

constexpr store::Statement kInsert{
    "mail.insert", "INSERT INTO outgoing_mails (id, recipient, subject, sealed_body) VALUES ($1::uuid, $2, $3, $4)"};

bool one_line(const std::string& text) {
  return !text.empty() && text.find_first_of("\r\n") == std::string::npos;
}

}  // namespace

Result<void> enqueue(store::Transaction& transaction, const security::SecretBox& box, const Mail& mail) {
  if (!one_line(mail.to) || mail.to.find_first_of("<>, ") != std::string::npos)
    return Error::invalid("email", "must be one address");
  if (!one_line(mail.subject)) return Error::invalid("subject", "must be one line");
  const std::string id = new_uuid();
  RAPT_TRY(transaction.exec(kInsert, store::params(id, mail.to, mail.subject, box.seal(mail.text, "mail:" + id))));
  jobs::NewJob job;
  job.kind = kSendJob;
  job.idempotency_key = id;
  job.payload_json = R"({"mail":")" + id + "\"}";
  return jobs::enqueue(transaction, job);
}

}  // namespace rapt::mail
