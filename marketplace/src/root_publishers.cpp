// SPDX-License-Identifier: AGPL-3.0-or-later
// `root publishers`: what a ceremony has to know of the registry's database.
#include <ostream>

#include "root_commands.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

const store::Statement kPublishers{"ceremony.publishers", R"(
  SELECT coalesce(jsonb_pretty(jsonb_agg(one ORDER BY one->>'name')), '[]') AS list FROM (
    SELECT jsonb_build_object('name', p.name, 'title', p.title, 'suspended_because', p.suspended_because,
             'keys', coalesce((SELECT jsonb_agg(jsonb_build_object('public_key', k.public_key, 'key_id', k.key_id,
                                        'added_at', k.added_at, 'revoked_at', k.revoked_at) ORDER BY k.added_at, k.key_id)
                                 FROM publisher_keys k WHERE k.publisher = p.name), '[]'::jsonb)) AS one
      FROM publishers p) AS all_of_them)"};

}  // namespace

int run_root_publishers(cli::Console& console, const cli::Arguments& arguments) {
  const auto url = database_url(console, arguments);
  if (!url) return cli::report(console, url.error());
  store::Database database({.url = *url, .connections = 1});
  std::string list;
  const auto done = database.transaction_blocking([&list](store::Transaction& transaction) -> Result<void> {
    const auto rows = transaction.exec(kPublishers);
    if (!rows) return rows.error();
    list = (*rows)[0].text("list");
    return {};
  });
  if (!done) return cli::report(console, done.error());
  console.out << list << "\n";
  return cli::kOk;
}

}  // namespace rapt::marketplace
