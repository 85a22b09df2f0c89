// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry's program under 200 searches a second over 10,000 modules with 100,000 versions, and what its memory
// does while bundles are downloaded.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "bench.hpp"
#include "rapt/base/file.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/scratch_database.hpp"
#include "shell.hpp"

namespace rapt::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kRate = 200, kSeconds = 20;
constexpr double kLimitMs = 10;
constexpr std::size_t kBundle = std::size_t{64} << 20;
constexpr int kDownloads = 20;
constexpr const char* kPort = "18191";

/// The words that people type, some of them mistyped, and the lists that pages show.
std::string path_of(int number) {
  static const std::vector<std::string> paths{"/api/modules",
                                              "/api/modules?sort=updated",
                                              "/api/modules?abi=1.2&architecture=x86_64-linux-gnu&channel=stable",
                                              "/api/modules?category=safety&sort=rating",
                                              "/api/modules?q=safety",
                                              "/api/modules?q=quiz%20helper",
                                              "/api/modules?q=essay%20det",
                                              "/api/modules?q=helps%20a%20class",
                                              "/api/modules?q=feedback%20coach&permission=http",
                                              "/api/modules?q=lesosn"};
  const auto& path = paths[static_cast<std::size_t>(number) % paths.size()];
  const bool own = number % 3 == 0 && path.find("q=") != std::string::npos;
  return own ? path + "%20" + std::to_string(number % 9999) : path;
}

/// The program as an operator starts it, with a database and a folder of its own.
class Registry {
 public:
  Registry() {
    const auto migrated = store::migrate(*scratch_, store::ScratchDatabase::migrations() / "../marketplace");
    if (!migrated) throw std::runtime_error(migrated.error().message + " " + migrated.error().log_detail);
    seed();
    const auto keys = folder_.path / "keys";
    std::filesystem::create_directory(keys);
    for (const auto* role : {"timestamp", "snapshot", "community", "registry"})
      write_file_atomically(keys / (std::string(role) + ".key"), security::PrivateKey::generate().to_text(), 0600)
          .value();
    start();
  }
  ~Registry() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  static std::string base() { return std::string("http://127.0.0.1:") + kPort; }
  [[nodiscard]] double peak_mib() const {
    std::ifstream in("/proc/" + std::to_string(process_) + "/status");
    for (std::string word; in >> word;) {
      double kib = 0;
      if (word == "VmHWM:" && in >> kib) return kib / 1024;
    }
    throw std::runtime_error("the registry has ended");
  }

 private:
  void seed() {
    const auto sql = read_file(RAPT_BENCH_REGISTRY_SEED, 1 << 20).value();
    scratch_.script("SET LOCAL statement_timeout = 0;" + sql);
    const std::string bytes(kBundle, 'b');
    const auto sha256 = security::hex(security::sha256(bytes));
    std::filesystem::create_directories(folder_.path / "blobs" / sha256.substr(0, 2));
    write_file_atomically(folder_.path / "blobs" / sha256.substr(0, 2) / sha256, bytes).value();
    scratch_.script("UPDATE module_versions SET sha256 = '" + sha256 + "', bytes = " + std::to_string(kBundle) +
                    " WHERE version = '1.1.0'");
    for (const auto* table : {"VACUUM ANALYZE modules", "VACUUM ANALYZE module_versions", "ANALYZE publishers"})
      run_timed({"psql", "-q", scratch_.options().url, "-c", table});
  }

  void start() {
    const std::vector<std::string> words{RAPT_BENCH_REGISTRY,
                                         "serve",
                                         "--database-url",
                                         scratch_.options().url,
                                         "--blobs",
                                         (folder_.path / "blobs").string(),
                                         "--keys",
                                         (folder_.path / "keys").string(),
                                         "--port",
                                         kPort,
                                         "--trusted-proxies",
                                         "127.0.0.1"};
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int failed = ::posix_spawn(&process_, RAPT_BENCH_REGISTRY, &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("rapt-marketplace cannot be started: build it");
    http::Client client;
    for (const auto until = Clock::now() + 30s; Clock::now() < until; std::this_thread::sleep_for(50ms)) {
      http::ClientRequest request;
      request.url = base() + "/health";
      if (const auto answer = runtime::run_blocking(client.fetch(std::move(request))); answer && answer->status == 200)
        return;
    }
    throw std::runtime_error("rapt-marketplace does not answer on port " + std::string(kPort));
  }

  store::ScratchDatabase scratch_;
  ScratchFolder folder_;
  pid_t process_ = -1;
};

/// Asks at a fixed pace, whatever the answers do; a late answer counts from when it should have been asked for.
class Load {
 public:
  std::vector<double> run() {
    std::jthread thread([this] { loop_.run(); });
    const auto begin = Clock::now();
    for (int i = 0; i < kRate * kSeconds; ++i) {
      const auto due = begin + std::chrono::microseconds(1'000'000LL * i / kRate);
      std::this_thread::sleep_until(due);
      loop_.spawn(ask(i, due));
    }
    for (const auto until = Clock::now() + 60s; Clock::now() < until; std::this_thread::sleep_for(10ms)) {
      const std::lock_guard lock(mutex_);
      if (times_.size() + failed_ == static_cast<std::size_t>(kRate) * kSeconds) break;
    }
    loop_.stop();
    thread.join();
    if (failed_ > 0) throw std::runtime_error(std::to_string(failed_) + " searches were not answered");
    return times_;
  }

 private:
  Task<void> ask(int number, Clock::time_point due) {
    http::ClientRequest request;
    request.url = Registry::base() + path_of(number);
    // From many schools: one alone would be told to wait.
    request.headers.set("X-Forwarded-For", "10.1." + std::to_string(number % 250) + "." + std::to_string(number % 199));
    const auto answer = co_await client_.fetch(std::move(request));
    const std::chrono::duration<double, std::milli> spent = Clock::now() - due;
    const std::lock_guard lock(mutex_);
    answer && answer->status == 200 ? times_.push_back(spent.count()) : void(++failed_);
  }

  runtime::Runtime loop_{1};
  http::Client client_;
  std::mutex mutex_;
  std::vector<double> times_;
  std::size_t failed_ = 0;
};

/// Kept in no memory of ours: it is the registry's that is looked at.
void download(http::Client& client) {
  http::ClientRequest request;
  request.url = Registry::base() + "/api/modules/reading-filter-1/download/1.1.0";
  request.max_body_bytes = kBundle + 1;
  const auto answer = runtime::run_blocking(client.fetch(std::move(request)));
  if (!answer || answer->body.size() != kBundle) throw std::runtime_error("a download failed");
}

std::vector<Figure> measure() {
  Registry registry;
  auto times = Load().run();
  http::Client client;
  const double before = registry.peak_mib();
  for (int i = 0; i < kDownloads; ++i) download(client);
  const double after = registry.peak_mib();
  return {{"search, 200 a second, median", quantile(times, 0.5), "ms"},
          {"search, 200 a second, p99", quantile(times, 0.99), "ms", kLimitMs},
          {"registry's peak memory before 20 downloads of 64 MiB", before, "MiB"},
          {"registry's peak memory after", after, "MiB", before + 8}};
}

const Group kGroup("registry", measure, true);

}  // namespace
}  // namespace rapt::bench
