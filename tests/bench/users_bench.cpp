// SPDX-License-Identifier: AGPL-3.0-or-later
// A district's users: an import of a hundred thousand through its job, and pages of a list of a million.
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "education.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/users/import_service.hpp"
#include "rapt/users/user_service.hpp"

namespace rapt::bench {
namespace {

constexpr int kRows = 100'000;
constexpr double kMostSeconds = 60;
constexpr int kUsers = 1'000'000;
constexpr int kPage = 5'000;
constexpr int kPageSize = 100;
constexpr int kSamples = 200;

struct World {
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  SystemClock clock;
  security::SecretBox box{"the key of a world that lives for one measurement"};
  identity::PasswordHasher passwords;
  accounts::AccountService accounts{{**scratch, clock, box, passwords, "http://site.example"}};
  users::UserService users{**scratch, clock, accounts};
  users::ImportService imports{**scratch, clock};
};

/// Two hundred schools; every thousandth line is wrong, every fiftieth carries a name in quotes.
std::string csv_of(int rows) {
  std::string out = "email,given_name,family_name,role,group\n";
  for (int i = 0; i < rows; ++i) {
    const std::string n = std::to_string(i);
    out += i % 1000 == 999 ? "no address" : "pupil" + n + "@district.example";
    out += i % 50 == 0 ? ",\"Ana, Maria\",Ny" + n : ",Given" + n + ",Family" + n;
    out += i % 20 == 0 ? ",teacher" : ",student";
    out += ",District/School " + std::to_string(i % 200) + "\n";
  }
  return out;
}

double resident_peak_mib() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && in >> kib) return kib / 1024;
  }
  throw std::runtime_error("/proc/self/status tells no VmHWM");
}

std::vector<Figure> import_figures(World& world) {
  world.scratch->script(
      "INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000001', 'District', 'district');"
      "INSERT INTO groups (id, parent_id, name, type) SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001',"
      " 'School ' || n, 'school' FROM generate_series(0, 199) n");
  const auto handler = users::import_handler(**world.scratch, world.clock, world.accounts);
  const auto import_once = [&] {
    const auto order = done(world.imports.order(users::machine_administrator(), {.csv = csv_of(kRows)}));
    jobs::Job job;
    job.payload_json = nlohmann::json{{"import_id", order.id.str()}}.dump();
    job.max_attempts = 1;
    job.attempt = 1;
    const auto outcome = runtime::run_blocking(handler(std::move(job)));
    if (outcome.kind != jobs::Done::Kind::kDone) throw std::runtime_error("the import was not done: " + outcome.reason);
    return done(world.imports.get(users::machine_administrator(), order.id));
  };
  std::optional<users::Import> first, again;
  const double before = resident_peak_mib();
  const double fresh = milliseconds_of([&] { first = import_once(); });
  const double after = resident_peak_mib();
  const double repeated = milliseconds_of([&] { again = import_once(); });
  if (first->created != kRows - kRows / 1000 || first->faulty != kRows / 1000 || again->unchanged != first->created)
    throw std::runtime_error("the import did something else than its file says");
  return {{"users_import_100000_rows", fresh / 1000, "s", kMostSeconds},
          {"users_import_100000_rows_again", repeated / 1000, "s", kMostSeconds},
          {"users_import_memory", after - before, "MiB"}};
}

std::vector<Figure> list_figures(World& world) {
  world.scratch->script(
      "SET LOCAL statement_timeout = 0; INSERT INTO users (id, email, name) SELECT gen_random_uuid(), 'someone' || n || '@many.example',"
      " 'Somebody ' || md5(n::text) FROM generate_series(1, " +
      std::to_string(kUsers) + ") n; ANALYZE users");
  const auto actor = users::machine_administrator();
  const auto page = [&](const std::string& cursor) {
    return done(world.users.list(actor, {.limit = kPageSize, .cursor = cursor}));
  };
  std::string cursor;
  for (int i = 1; i < kPage; ++i) cursor = page(cursor).next_cursor.value();
  std::vector<double> first, far;
  for (int i = 0; i < kSamples; ++i) {
    first.push_back(milliseconds_of([&] { page({}); }));
    far.push_back(milliseconds_of([&] { page(cursor); }));
  }
  return {{"users_list_page_5000_of_1000000_p50", quantile(far, 0.5), "ms", quantile(first, 0.5)},
          {"users_list_page_5000_of_1000000_p99", quantile(far, 0.99), "ms", quantile(first, 0.99)}};
}

std::vector<Figure> measure() {
  World world;
  auto figures = import_figures(world);
  for (auto& figure : list_figures(world)) figures.push_back(std::move(figure));
  return figures;
}

const Group group("users", measure, true);

}  // namespace
}  // namespace rapt::bench
