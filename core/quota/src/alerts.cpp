// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/quota/alerts.hpp"

#include <utility>

#include "rapt/mail/mail.hpp"
#include "rapt/store/database.hpp"

namespace rapt::quota {
namespace {

constexpr store::Statement kAbout{"quota.alert_about", R"(
  WITH about AS (SELECT ($1::jsonb ->> 'settings_id')::uuid AS id, ($1::jsonb ->> 'period')::budget_period AS period,
                        ($1::jsonb ->> 'starts_on')::date AS starts_on)
  SELECT coalesce(c.name, g.name, 'this installation') AS place, p.period::text AS period, p.starts_on::text AS starts_on,
         round(p.cost, 2)::text AS cost, coalesce(own.path, g.path)::text AS path,
         trim_scale(CASE p.period WHEN 'day' THEN s.daily_budget ELSE s.monthly_budget END)::text AS budget
    FROM about a JOIN ai_spending p ON p.settings_id = a.id AND p.period = a.period AND p.starts_on = a.starts_on
    JOIN ai_settings s ON s.id = a.id LEFT JOIN groups g ON g.id = s.group_id LEFT JOIN classes c ON c.id = s.class_id
    LEFT JOIN groups own ON own.id = c.group_id)"};
// The nearest group that has administrators; the system's stand above all.
constexpr store::Statement kReaders{"quota.alert_readers", R"(
  WITH candidates AS (
    SELECT u.email, CASE m.role WHEN 'system_admin' THEN 0 ELSE nlevel(g.path) END AS depth
      FROM group_members m JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id
     WHERE u.status = 'active' AND u.deleted_at IS NULL
       AND (m.role = 'system_admin' OR (m.role = 'group_admin' AND g.path @> $1::ltree)))
  SELECT DISTINCT email FROM candidates WHERE depth = (SELECT max(depth) FROM candidates) ORDER BY email)"};

mail::Mail letter(const store::Row& about, std::string to, const std::string& public_url) {
  const auto place = about.text("place"), period = about.text("period");
  std::string subject = "The AI budget of " + place + " is nearly spent";
  for (auto& c : subject) c = static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  const auto of = about.is_null("budget") ? std::string() : " of " + about.text("budget");
  return {std::move(to), std::move(subject),
          "Of the AI budget of " + place + " for the " + period + " that began on " + about.text("starts_on") + ", " +
              about.text("cost") + of +
              " US dollars have been spent.\n\nWhen it is used up, the AI answers nobody there until the next " +
              period + " begins. You can change the budget here:\n\n" + public_url + "/admin/ai/settings\n"};
}

Result<void> write_letters(store::Transaction& tx, const jobs::Job& job, const security::SecretBox& box,
                           const std::string& public_url) {
  const auto about = tx.exec(kAbout, store::params(job.payload_json));
  if (!about) return about.error();
  if (!about->empty()) {
    const auto readers = tx.exec(kReaders, store::params((*about)[0].optional_text("path")));
    if (!readers) return readers.error();
    for (std::size_t i = 0; i < readers->size(); ++i)
      RAPT_TRY(mail::enqueue(tx, box, letter((*about)[0], (*readers)[i].text("email"), public_url)));
  }
  return jobs::complete(tx, job);
}

}  // namespace

jobs::Handler alert_handler(store::Database& database, const security::SecretBox& box, std::string public_url) {
  return [&database, &box, public_url = std::move(public_url)](jobs::Job job) -> Task<jobs::Done> {
    auto writing = [job = std::move(job), &box, public_url](store::Transaction& tx) {
      return write_letters(tx, job, box, public_url);
    };
    const auto written = co_await database.transaction(std::move(writing));
    if (written) co_return jobs::Done{};
    co_return jobs::Done{jobs::Done::Kind::kAgain, written.error().message};
  };
}

}  // namespace rapt::quota
