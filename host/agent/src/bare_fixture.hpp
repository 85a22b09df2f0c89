// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bare_home.hpp"
#include "bare_passage.hpp"
#include "rapt/agent/bare.hpp"
#include "rapt/release/archive.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::agent::testing {

namespace fs = std::filesystem;

inline void write(const fs::path& path, const std::string& bytes, bool executable = false) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  fs::permissions(path, fs::perms(executable ? 0755 : 0644));
}

/// How a made-up release behaves: words of sh where something is to happen otherwise than usual.
struct Behavior {
  std::string version = "1.1.0";
  int migrations = 1;         ///< so many
  std::string schema_from{};  ///< also what its programs bear: with one, they want their own schema exactly
  std::string min_from{};
  std::string when_migrating{};  ///< before the migrations
  std::string when_migrated{};   ///< after the first of them
  std::string when_starting{};   ///< instead of being ready
  std::string when_ready{};      ///< afterwards, instead of staying so
  bool exact_schema = false;     ///< its programs know no newer schema than their own
  std::string architecture = std::string(machine());
  std::size_t bulk = 0;        ///< bytes of a page that does not compress
  std::string says_version{};  ///< inside, if not `version`
};

/// bin/rapt of such a release: real migrations of a real database, and a server that says what it is.
inline std::string program_of(const Behavior& b) {
  std::string out = R"sh(#!/bin/sh
ask() { psql "$DATABASE_URL" -X -q -tA -v ON_ERROR_STOP=1 "$@"; }
case $1 in
migrate)
  {when_migrating}
  for file in "$RAPT_MIGRATIONS_DIR"/core/*.sql; do
    number=$(basename "$file" | cut -c1-4)
    [ -z "$(ask -c "SELECT 1 FROM schema_migrations WHERE number = $number::integer")" ] || continue
    ask -1 -f "$file" -c "INSERT INTO schema_migrations VALUES ($number::integer)" || exit 1
    {when_migrated}
  done ;;
serve)
  {when_starting}
  has=$(ask -c "SELECT max(number) FROM schema_migrations") || exit 1
  [ "$has" {bears} ] || { echo "does not know schema $has" >&2; exit 1; }
  echo ready
  {when_ready}
  exec sleep 600 ;;
esac
)sh";
  const std::vector<std::pair<std::string, std::string>> words{
      {"{when_migrating}", b.when_migrating},
      {"{when_migrated}", b.when_migrated},
      {"{when_starting}", b.when_starting},
      {"{when_ready}", b.when_ready},
      {"{bears}", (b.exact_schema ? "-eq " : "-ge ") + std::to_string(b.migrations)}};
  for (const auto& [mark, word] : words) out.replace(out.find(mark), mark.size(), word);
  return out;
}

inline std::string bulk_of(std::size_t bytes) {
  std::mt19937 random(7);
  std::string out(bytes, ' ');
  for (char& c : out) c = static_cast<char>('A' + random() % 64);
  return out;
}

/// A folder of releases for a whole program of tests.
class Forge {
 public:
  explicit Forge(fs::path folder) : folder_(std::move(folder)) {}
  /// Packs it; each version has a name of its own.
  marketplace::VouchedRelease make(const Behavior& b) {
    const auto stage = folder_ / ("stage-" + b.version);
    fs::remove_all(stage);
    write(stage / "bin/rapt", program_of(b), true);
    for (const auto* other : {"rapt-runner", "rapt-marketplace"}) write(stage / "bin" / other, "#!/bin/sh\n", true);
    for (const auto* text : {"LICENSE", "CHANGELOG.md", "web/index.html"}) write(stage / text, b.version + "\n");
    write(stage / "sbom.json", "{}\n");
    if (b.bulk > 0) write(stage / "web/bulk", bulk_of(b.bulk));
    write(stage / "migrations/marketplace/0001_none.sql", "SELECT 1;\n");
    for (int i = 1; i <= b.migrations; ++i) {
      const auto number = std::to_string(10000 + i).substr(1);
      write(stage / "migrations/core" / (number + "_step.sql"),
            "CREATE TABLE step_" + std::to_string(i) + " (id int PRIMARY KEY, of int);\n" +
                (i > 1 ? "ALTER TABLE step_" + std::to_string(i) + " ADD FOREIGN KEY (of) REFERENCES step_1 (id);\n"
                       : ""));
    }
    release::Manifest manifest;
    manifest.version = b.says_version.empty() ? b.version : b.says_version;
    manifest.architecture = b.architecture;
    manifest.built_at = *parse_time("2026-01-02T10:11:12Z");
    manifest.min_from = b.min_from;
    manifest.schema_from = b.schema_from;
    const auto archive = folder_ / (b.version + ".tar.gz");
    const auto packed = release::pack(stage, manifest, archive);
    if (!packed) throw std::runtime_error(packed.error().message);
    marketplace::VouchedRelease out;
    out.release.version = b.version;
    out.release.architecture = std::string(machine());
    out.release.min_from = b.min_from;
    out.release.schema_from = b.schema_from;
    out.path = archive.string();
    out.bytes = fs::file_size(archive);
    return out;
  }

 private:
  fs::path folder_;
};

/// Runs `bin/rapt serve` of a release as a real process, which ends with this one.
class StandInKeeper final : public Keeper {
 public:
  explicit StandInKeeper(std::string database_url) : url_(std::move(database_url)) {}
  ~StandInKeeper() override { end(now_); }

  Task<Result<void>> start(fs::path release, std::chrono::seconds patience) override {
    if (now_.pid > 0 && !has_ended()) co_return Error::conflict("A server runs already.");
    co_return begin(std::move(release), patience);
  }
  Task<Result<void>> hand_over(fs::path release, std::chrono::seconds patience) override {
    Server old = std::exchange(now_, {});
    auto done = begin(std::move(release), patience);
    if (done) {
      end(old);
    } else {
      end(now_);
      now_ = std::move(old);
    }
    co_return done;
  }
  Task<Result<void>> stop(std::chrono::seconds) override {
    end(now_);
    co_return Result<void>{};
  }
  Task<Health> health() override {
    listen(now_, 0);
    const bool ended = has_ended();
    co_return Health{.ready = now_.pid > 0 && now_.ready && !ended,
                     .ends = ended ? 1U : 0U,
                     .release = now_.release.string(),
                     .because = ended ? "it ended" : "it said that it is not"};
  }
  [[nodiscard]] std::string serving() { return now_.pid > 0 && !has_ended() ? now_.release.filename().string() : ""; }
  void kill_server() { ::kill(now_.pid, SIGKILL); }

 private:
  struct Server {
    pid_t pid = -1;
    bool ready = false, ended = false;
    UniqueFd says{};
    fs::path release{};
  };

  Result<void> begin(fs::path release, std::chrono::seconds patience) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    const std::string program = (release / "bin/rapt").string(), url = "DATABASE_URL=" + url_;
    const std::string path = std::string("PATH=") + (::getenv("PATH") != nullptr ? ::getenv("PATH") : "/usr/bin:/bin");
    const char* arguments[] = {program.c_str(), "serve", nullptr};
    const char* environment[] = {url.c_str(), path.c_str(), nullptr};
    now_ = {};
    now_.pid = ::fork();
    if (now_.pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::setpgid(0, 0);
      ::dup2(ends[1], STDOUT_FILENO);
      ::execve(program.c_str(), const_cast<char**>(arguments), const_cast<char**>(environment));
      ::_exit(127);
    }
    ::close(ends[1]);
    now_.says = UniqueFd(ends[0]);
    now_.release = std::move(release);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!now_.ready && !has_ended() && std::chrono::steady_clock::now() < until) listen(now_, 50);
    if (now_.ready) return {};
    end(now_);
    return Error::unavailable("server", "The server did not become ready.");
  }
  static void listen(Server& server, int milliseconds) {
    pollfd on{server.says.get(), POLLIN, 0};
    while (server.says && ::poll(&on, 1, milliseconds) > 0) {
      char text[256];
      const auto got = ::read(server.says.get(), text, sizeof text);
      if (got <= 0) return server.says.reset();
      const std::string said(text, static_cast<std::size_t>(got));
      server.ready = said.rfind("unready") == std::string::npos && said.find("ready") != std::string::npos;
      milliseconds = 0;
    }
    if (!server.says && milliseconds > 0) ::usleep(1000);
  }
  bool has_ended() {
    if (now_.pid > 0 && !now_.ended) now_.ended = ::waitpid(now_.pid, nullptr, WNOHANG) != 0;
    return now_.ended;
  }
  static void end(Server& server) {
    if (server.pid > 0 && !server.ended) {
      ::kill(server.pid, SIGKILL);
      ::waitpid(server.pid, nullptr, 0);
    }
    server = {};
  }

  const std::string url_;
  Server now_;
};

/// Hands out the archive that the release's path names.
class StandInSupply final : public Supply {
 public:
  Task<Result<fs::path>> archive(marketplace::VouchedRelease release, Progress& progress) override {
    co_await progress.at(Phase::kDownloading, "all of it");
    if (!fs::exists(release.path)) co_return Error::unavailable("registry", "The registry cannot be reached.");
    co_return fs::path(release.path);
  }
  void done(const fs::path&) override { ++given_back; }
  int given_back = 0;
};

class HeardProgress final : public Progress {
 public:
  Task<void> at(Phase phase, std::string) override {
    if (phases.empty() || phases.back() != phase) phases.push_back(phase);
    if (on_phase) on_phase(phase);
    co_return;
  }
  std::vector<Phase> phases;
  std::function<void(Phase)> on_phase;
};

/// In memory where programs may run from there: every update waits for the disk some forty times.
inline fs::path scratch_place() {
  struct statvfs memory {};
  const bool fit = ::statvfs("/dev/shm", &memory) == 0 && (memory.f_flag & ST_NOEXEC) == 0 &&
                   std::uint64_t{memory.f_bavail} * memory.f_frsize > (std::uint64_t{32} << 20);
  return fit ? fs::path("/dev/shm") : fs::temp_directory_path();
}

/// A machine with release 1.0.0, and 0.9.0 before it; a database with a module's schema in it.
class Machine {
 public:
  Machine() {
    auto name = (scratch_place() / "rapt-bare-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    forge_ = std::make_unique<Forge>(folder_);
    module_ = "module_test_" + new_uuid().substr(24);
    keep("0.9.0", "0.9.0", false);
    keep("1.0.0", "1.0.0", false);
    keep("1.0.0", "1.0.0-exact", true);
    database_.script("CREATE ROLE " + module_ + " LOGIN NOINHERIT PASSWORD 'x'");
  }
  ~Machine() {
    try {
      forget_module();
      database_.script("DROP ROLE IF EXISTS " + module_);
    } catch (const std::runtime_error& fault) {
      std::fputs(fault.what(), stderr);
    }
    (void)remove_folder(folder_);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// As on the first day. `old_bears_more`: 1.0.0 works on newer schemas, too.
  void reset(bool old_bears_more = true) {
    if (!remove_folder(home())) throw std::runtime_error("the home cannot be removed");
    fs::create_directories(home() / "releases");
    const auto copy = [&](const std::string& from, const std::string& to) {
      fs::copy(folder_ / "kept" / from, home() / "releases" / to, fs::copy_options::recursive);
    };
    copy("0.9.0", "0.9.0");
    copy(old_bears_more ? "1.0.0" : "1.0.0-exact", "1.0.0");
    fs::create_directory_symlink("releases/1.0.0", home() / "current");
    fs::create_directory_symlink("releases/0.9.0", home() / "previous");
    forget_module();
    // As the host makes a module's schema.
    database_.script(R"(
      DROP TABLE IF EXISTS step_3, step_2, step_1, people, schema_migrations CASCADE;
      CREATE EXTENSION IF NOT EXISTS ltree;
      CREATE TABLE schema_migrations (number integer PRIMARY KEY);
      INSERT INTO schema_migrations VALUES (1);
      CREATE TABLE step_1 (id int PRIMARY KEY, of int);
      CREATE TABLE people (id serial PRIMARY KEY, name text, path ltree);
      INSERT INTO people (name, path) VALUES ('Ada', 'a.b');
      GRANT )" + module_ +
                     " TO CURRENT_USER; CREATE SCHEMA " + module_ + " AUTHORIZATION " + module_ + "; SET ROLE " +
                     module_ + "; CREATE TABLE " + module_ + ".words (word text); INSERT INTO " + module_ +
                     ".words VALUES ('hello'); RESET ROLE; REVOKE " + module_ +
                     " FROM CURRENT_USER; GRANT ALL ON SCHEMA public TO CURRENT_USER;"
                     "REVOKE ALL ON SCHEMA public FROM PUBLIC");
  }
  [[nodiscard]] fs::path home() const { return folder_ / "home"; }
  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] const std::string& module() const { return module_; }
  [[nodiscard]] std::string url() const { return database_.options().url; }
  store::ScratchDatabase& database() { return database_; }
  marketplace::VouchedRelease release(const Behavior& b) { return forge_->make(b); }
  [[nodiscard]] BareOptions options() const {
    return {.home = home(),
            .database_url = url(),
            .backups = 3,
            .watch = std::chrono::seconds(0),
            .patience = std::chrono::seconds(90),
            .unready = std::chrono::seconds(0),
            .look_every = std::chrono::milliseconds(10)};
  }
  /// One value of the database, as text.
  std::string ask(const std::string& sql) {
    const auto name = std::to_string(std::hash<std::string>{}(sql));
    const auto rows = runtime::run_blocking((*database_).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + " " + rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  /// What the module's role has written, read as that role.
  std::string words() {
    database_.script("GRANT " + module_ + " TO CURRENT_USER");
    const auto out = ask("SELECT string_agg(word, ',') AS value FROM " + module_ + ".words");
    database_.script("REVOKE " + module_ + " FROM CURRENT_USER");
    return out;
  }
  int schema() { return std::stoi(ask("SELECT max(number)::text AS value FROM schema_migrations")); }
  bool is_member() {
    return ask("SELECT pg_has_role(current_user, '" + module_ + "', 'MEMBER')::text AS value") == "true";
  }
  [[nodiscard]] std::string link(const std::string& name) const {
    std::error_code failed;
    const auto to = fs::read_symlink(home() / name, failed);
    return failed ? "" : to.string();
  }
  /// What lies about that should not.
  [[nodiscard]] std::vector<std::string> left_over() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(home())) {
      const auto name = entry.path().filename().string();
      if (name.ends_with(".part") || name.starts_with(".")) out.push_back(entry.path().string());
    }
    if (fs::exists(home() / "update.json")) out.push_back("update.json");
    return out;
  }

 private:
  void keep(const std::string& version, const std::string& as, bool exact) {
    Behavior b;
    b.version = version;
    b.exact_schema = exact;
    const auto release = forge_->make(b);
    const auto done = release::unpack(release.path, folder_ / "kept" / as);
    if (!done) throw std::runtime_error(done.error().message);
  }
  void forget_module() {
    database_.script("DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '" + module_ + "') THEN GRANT " +
                     module_ + " TO CURRENT_USER; DROP OWNED BY " + module_ + " CASCADE; REVOKE " + module_ +
                     " FROM CURRENT_USER; END IF; END $$");
  }

  store::ScratchDatabase database_;
  fs::path folder_;
  std::unique_ptr<Forge> forge_;
  std::string module_;
};

}  // namespace rapt::agent::testing
