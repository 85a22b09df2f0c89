// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/mail/administrators.hpp"

#include "rapt/store/database.hpp"

namespace rapt::mail {
namespace {

constexpr store::Statement kAdministrators{"mail_administrators", R"(
  SELECT DISTINCT u.email FROM group_members m JOIN users u ON u.id = m.user_id
   WHERE m.role = 'system_admin' AND u.status = 'active' AND u.deleted_at IS NULL ORDER BY u.email)"};

}  // namespace

Result<void> enqueue_to_administrators(store::Transaction& transaction, const security::SecretBox& box,
                                       const std::string& subject, const std::string& text) {
  const auto readers = transaction.exec(kAdministrators);
  if (!readers) return readers.error();
  for (std::size_t i = 0; i < readers->size(); ++i)
    RAPT_TRY(enqueue(transaction, box, {(*readers)[i].text("email"), subject, text}));
  return {};
}

}  // namespace rapt::mail
