// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bare_backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "rapt/base/text.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using store::Statement;

constexpr std::string_view kDump = ".dump";

constexpr Statement kServer{"bare.server", R"(
  SELECT current_setting('server_version_num')::int / 10000 AS major, pg_database_size(current_database()) AS bytes)"};
constexpr Statement kKnown{"bare.known", "SELECT to_regclass('public.schema_migrations') IS NOT NULL AS known"};
constexpr Statement kNumber{"bare.number", "SELECT coalesce(max(number), 0) AS number FROM public.schema_migrations"};
// Of this database alone: the account may have other databases in the cluster, whose roles are none of ours. What
// another gave the account (PostgreSQL 16 gives the maker of a role the right to give it on) is left alone. The names
// are the host's own making, and need no quoting.
constexpr Statement kToJoin{"bare.to_join", R"(
  SELECT DISTINCT r.rolname AS role FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
   WHERE n.nspname ~ '^module_' AND r.rolname ~ '^module_[a-z0-9_]+$' AND NOT pg_has_role(current_user, r.oid, 'USAGE'))"};
constexpr Statement kToLeave{"bare.to_leave", R"(
  SELECT r.rolname AS role FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
   WHERE r.rolname ~ '^module_[a-z0-9_]+$' AND u.rolname = current_user AND m.grantor = m.member
     AND (r.rolname = ANY($1::text[])
          OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspowner = r.oid AND n.nspname ~ '^module_')))"};
// What a copy holds, and what has come since: tables of a newer schema would be in the way of the old ones. Extensions
// stay, with all that is theirs: they may belong to somebody else.
constexpr const char* kWipe = R"(
  SET lock_timeout = '60s';
  SET client_min_messages = 'warning';
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^module_' AND pg_has_role(nspowner, 'USAGE') LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', one.nspname);
    END LOOP;
    FOR one IN SELECT c.oid::regclass AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                      WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, c.oid AS oid
               FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                 AND d.deptype = 'e') LOOP
      IF EXISTS (SELECT FROM pg_class WHERE oid = one.oid) THEN EXECUTE format('DROP %s %s CASCADE', one.kind, one.name); END IF;
    END LOOP;
    FOR one IN SELECT p.oid, p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
                 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                                 AND d.deptype = 'e') LOOP
      EXECUTE format('DROP ROUTINE %s CASCADE', one.name);
    END LOOP;
    FOR one IN SELECT t.oid::regtype AS name, t.oid FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace
                 AND t.typtype IN ('e', 'd', 'c', 'r') AND NOT EXISTS (SELECT FROM pg_depend d
                 WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i')) LOOP
      IF EXISTS (SELECT FROM pg_type WHERE oid = one.oid) THEN EXECUTE format('DROP TYPE %s CASCADE', one.name); END IF;
    END LOOP;
    PERFORM lo_unlink(oid) FROM pg_largeobject_metadata WHERE pg_has_role(lomowner, 'USAGE');
  END $$)";

/// 20261122T062030Z: sorts by time, and is a file's name everywhere.
std::string stamp(TimePoint now) {
  std::string out;
  for (const char c : to_rfc3339(now).substr(0, 19)) {
    if (c != '-' && c != ':') out += c;
  }
  return out + "Z";
}

/// An empty file that its owner alone may read: PostgreSQL's programs keep the mode of one that is there.
Result<void> make_private(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || ::fchmod(fd.get(), 0600) != 0) return disk_error(file, "make", errno);
  return {};
}

/// Without the lines about extensions: they are there, and may belong to somebody else.
std::string without_extensions(std::string_view list) {
  std::string out;
  while (!list.empty()) {
    const auto line = list.substr(0, std::min(list.find('\n'), list.size() - 1) + 1);
    if (line.find(" EXTENSION ") == std::string_view::npos) out += line;
    list.remove_prefix(line.size());
  }
  return out;
}

}  // namespace

Backups::Backups(const Home& home, std::string database_url, const Tools& tools, StepObserver* observer)
    : home_(home),
      url_(std::move(database_url)),
      tools_(tools),
      observer_(observer),
      database_(std::make_unique<store::Database>(store::Database::Options{.url = url_, .connections = 1})) {}
Backups::~Backups() = default;

Result<std::uint64_t> Backups::database_bytes() {
  std::uint64_t out = 0;
  RAPT_TRY(database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    const auto rows = tx.exec(kServer);
    if (!rows) return rows.error();
    out = static_cast<std::uint64_t>((*rows)[0].integer("bytes"));
    return {};
  }));
  return out;
}

Result<int> Backups::migrations() {
  int out = 0;
  RAPT_TRY(database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    const auto known = tx.exec(kKnown);
    if (!known) return known.error();
    if (!(*known)[0].boolean("known")) return {};
    const auto rows = tx.exec(kNumber);
    if (!rows) return rows.error();
    out = static_cast<int>((*rows)[0].integer("number"));
    return {};
  }));
  return out;
}

Result<void> Backups::check_programs() {
  int major = 0;
  RAPT_TRY(database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    const auto rows = tx.exec(kServer);
    if (!rows) return rows.error();
    major = static_cast<int>((*rows)[0].integer("major"));
    return {};
  }));
  for (const auto* program : {"pg_dump", "pg_restore", "psql"}) RAPT_TRY(check_version(program, major));
  return {};
}

Result<void> Backups::check_version(const std::string& program, int server_major) const {
  const std::string package = "postgresql-client-" + std::to_string(server_major);
  const auto file = find_program(program);
  if (!file)
    return Error::conflict("There is no " + program + " here, which copies of the database are made with: install " +
                           package + ".");
  const auto said = tools_.run({program + " --version", {*file, "--version"}, environment_with({})});
  if (!said) return said.error();
  // "pg_dump (PostgreSQL) 15.18 (Debian …)"
  const auto at = said->find(") ");
  int major = 0;
  if (at != std::string::npos) std::from_chars(said->data() + at + 2, said->data() + said->size(), major);
  if (major >= server_major) return {};
  return Error::conflict(program + " is of PostgreSQL " + std::to_string(major) + " and the server of " +
                         std::to_string(server_major) + ": install " + package + ".");
}

Result<void> Backups::join_modules() {
  return database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    const auto roles = tx.exec(kToJoin);
    if (!roles) return roles.error();
    for (std::size_t i = 0; i < roles->size(); ++i) {
      joined_.push_back((*roles)[i].text("role"));
      RAPT_TRY(tx.exec_script("GRANT " + joined_.back() + " TO CURRENT_USER"));
    }
    return {};
  });
}

Result<void> Backups::leave_modules() {
  return database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    const auto roles = tx.exec(kToLeave, store::Params().add_array(joined_));
    if (!roles) return roles.error();
    for (std::size_t i = 0; i < roles->size(); ++i)
      RAPT_TRY(tx.exec_script("REVOKE " + (*roles)[i].text("role") + " FROM CURRENT_USER"));
    return {};
  });
}

Result<std::string> Backups::contents(const fs::path& dump) const {
  const auto program = find_program("pg_restore");
  if (!program) return program.error();
  return tools_.run({"Reading the copy of the database", {*program, "--list", dump.string()}, environment_with({})});
}

Result<void> Backups::write_copy(const fs::path& part) {
  const auto program = find_program("pg_dump");
  if (!program) return program.error();
  auto environment = postgres_environment(url_);
  if (!environment) return environment.error();
  RAPT_TRY(make_private(part));
  const auto joined = join_modules();
  const auto dumped = joined ? tools_.run({"The copy of the database",
                                           {*program, "--format=custom", "--no-password", "--lock-wait-timeout=300s",
                                            "--file=" + part.string()},
                                           std::move(*environment)})
                             : Result<std::string>(joined.error());
  const auto left = leave_modules();
  if (!dumped) return dumped.error();
  RAPT_TRY(left);
  const auto list = contents(part);
  if (!list) return list.error();
  return {};
}

Result<std::string> Backups::make(const std::string& version, TimePoint now) {
  const std::string name = stamp(now) + "-" + version + std::string(kDump);
  const fs::path whole = home_.backups() / name, part = home_.backups() / (name + ".part");
  const auto written = write_copy(part);
  if (!written) {
    std::error_code ignored;
    fs::remove(part, ignored);
    return written.error();
  }
  const Step step(observer_, "rename backup");
  if (::rename(part.c_str(), whole.c_str()) != 0) return disk_error(whole, "make", errno);
  RAPT_TRY(sync_folder(home_.backups()));
  return name;
}

Result<void> Backups::bring_back(const fs::path& dump, const fs::path& folder) {
  const auto pg_restore = find_program("pg_restore"), psql = find_program("psql");
  if (!pg_restore) return pg_restore.error();
  if (!psql) return psql.error();
  auto environment = postgres_environment(url_);
  if (!environment) return environment.error();
  const auto list = contents(dump);
  if (!list) return list.error();
  const fs::path what = folder / "list", script = folder / "script.sql";
  RAPT_TRY(write_file_atomically(what, without_extensions(*list), 0600));
  RAPT_TRY(make_private(script));
  const auto unpacked =
      tools_.run({"Reading the copy of the database",
                  {*pg_restore, "--use-list=" + what.string(), "--file=" + script.string(), dump.string()},
                  environment_with({})});
  if (!unpacked) return unpacked.error();
  // One transaction over both: the database is what it was, or what the copy holds.
  const auto done =
      tools_.run({"Bringing back the database",
                  {*psql, "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
                   "--single-transaction", "--command=" + std::string(kWipe), "--file=" + script.string()},
                  std::move(*environment)});
  if (!done) return done.error();
  return {};
}

Result<void> Backups::restore(const std::string& name) {
  const fs::path folder = home_.backups() / "restore.part";
  RAPT_TRY(remove_folder(folder));
  std::error_code failed;
  if (!fs::create_directory(folder, failed)) return disk_error(folder, "make", failed.value());
  const auto joined = join_modules();
  const auto done = joined ? bring_back(home_.backups() / name, folder) : joined;
  const auto left = leave_modules();
  RAPT_TRY(remove_folder(folder));
  RAPT_TRY(done);
  return left;
}

std::vector<std::string> Backups::names() const {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator entry(home_.backups(), failed), end; !failed && entry != end; entry.increment(failed)) {
    const auto name = entry->path().filename().string();
    if (name.ends_with(kDump)) out.push_back(name);
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

Result<std::string> Backups::newest_of(const std::string& version) const {
  for (const auto& name : names()) {
    const auto dash = name.find('-');
    if (dash != std::string::npos && name.substr(dash + 1) == version + std::string(kDump)) return name;
  }
  return Error::not_found("backup of version " + version + " in " + home_.backups().string());
}

Result<void> Backups::prune(int keep, const std::string& needed) const {
  for (const auto& name : names()) {
    if (keep-- > 0 || name == needed) continue;
    const auto path = home_.backups() / name;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return disk_error(path, "remove", errno);
  }
  return {};
}

}  // namespace rapt::agent
