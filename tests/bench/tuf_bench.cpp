// SPDX-License-Identifier: AGPL-3.0-or-later
// What it costs a host to learn that nothing has changed at a registry of 10,000 modules: 2,000 publishers, 100,000
// targets, asked over HTTP. The CPU is that of this process less the server's thread.
#include <pthread.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench.hpp"
#include "rapt/http/client.hpp"
#include "rapt/http/server.hpp"
#include "rapt/marketplace/http_fetcher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/tuf/client.hpp"
#include "rapt/tuf/signing.hpp"

namespace rapt::bench {
namespace {

using security::PrivateKey;

constexpr int kPublishers = 2000;
constexpr int kModulesEach = 5;
constexpr int kVersionsEach = 10;
constexpr int kSamples = 200;
constexpr int kColdSamples = 20;
constexpr double kMostMs = 5.0;

tuf::FileMeta meta_of(const std::string& file) {
  return {1, file.size(), {{"sha256", security::hex(security::sha256(file))}}};
}

std::string publisher(int number) {
  return "publisher-" + std::to_string(number);
}

std::string module_path(int number, int module, int version) {
  const auto name = "module-" + std::to_string(module);
  return "modules/" + std::to_string(number) + "/" + name + "/" + name + "-1." + std::to_string(version) + ".0.rapt";
}

/// A repository's files by name.
class Repository {
 public:
  explicit Repository(TimePoint expires) : expires_(expires) {
    const auto id = tuf::id_of(tuf::key_of(key_.public_key()));
    tuf::Root root;
    root.version = 1;
    root.expires = expires;
    root.keys.emplace(id, tuf::key_of(key_.public_key()));
    for (const auto* role : {"root", "timestamp", "snapshot", "targets"}) root.roles[role] = {{id}, 1};
    files["1.root.json"] = tuf::sign_document(root, {&key_});
    sign_targets();
    files["1.snapshot.json"] = tuf::sign_document(snapshot_, {&key_});
    tuf::Timestamp timestamp;
    timestamp.version = 1;
    timestamp.expires = expires;
    timestamp.snapshot = meta_of(files["1.snapshot.json"]);
    files["timestamp.json"] = tuf::sign_document(timestamp, {&key_});
  }
  std::map<std::string, std::string> files;

 private:
  void sign_targets() {
    tuf::Targets top;
    top.version = 1;
    top.expires = expires_;
    snapshot_.version = 1;
    snapshot_.expires = expires_;
    for (int number = 0; number < kPublishers; ++number) {
      const auto owner = PrivateKey::generate();
      const auto id = tuf::id_of(tuf::key_of(owner.public_key()));
      top.delegations.keys.emplace(id, tuf::key_of(owner.public_key()));
      tuf::DelegatedRole role;
      role.name = publisher(number);
      role.role = {{id}, 1};
      role.paths = {"modules/" + std::to_string(number) + "/*/*"};
      role.terminating = true;
      top.delegations.roles.push_back(std::move(role));
      add(publisher(number), tuf::sign_document(targets_of(number), {&owner}));
    }
    add("targets", tuf::sign_document(top, {&key_}));
  }
  void add(const std::string& role, std::string file) {
    snapshot_.meta[role + ".json"] = meta_of(file);
    files["1." + role + ".json"] = std::move(file);
  }
  tuf::Targets targets_of(int number) const {
    tuf::Targets out;
    out.version = 1;
    out.expires = expires_;
    for (int i = 0; i < kModulesEach * kVersionsEach; ++i) {
      const auto path = module_path(number, i / kVersionsEach, i % kVersionsEach);
      auto& target = out.targets[path];
      target.length = 100000;
      target.hashes = {{"sha256", security::hex(security::sha256(path))}};
      target.custom_json = R"({"rapt":{"abi":"1.4","channel":"stable","grants":["net:api.example.org","kv"]}})";
    }
    return out;
  }

  PrivateKey key_ = PrivateKey::generate();
  TimePoint expires_;
  tuf::Snapshot snapshot_;
};

class Registry final : public http::Handler {
 public:
  explicit Registry(const Repository& repository)
      : repository_(repository), server_(loop_.executor(), {}, *this), thread_([this] { loop_.run(); }) {
    if (const auto started = server_.start(); !started) throw std::runtime_error(started.error().message);
  }
  ~Registry() override {
    runtime::run_blocking_void(server_.stop(std::chrono::milliseconds(100)));
    loop_.stop();
  }
  Task<void> handle(http::Request& request, http::Responder& responder) override {
    ++requests;
    http::Response response;
    const auto file = repository_.files.find(request.path.substr(1));
    response.status = file == repository_.files.end() ? 404 : 200;
    if (response.status == 200) response.body = file->second;
    co_await responder.send(std::move(response));
  }
  http::Response failure(int status, std::string_view, std::string_view, std::string_view) const override {
    http::Response response;
    response.status = status;
    return response;
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  /// Of this process, but for the server's thread.
  double cpu_ms() {
    clockid_t clock{};
    timespec server{}, process{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    clock_gettime(clock, &server);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &process);
    return static_cast<double>(process.tv_sec - server.tv_sec) * 1e3 +
           static_cast<double>(process.tv_nsec - server.tv_nsec) / 1e6;
  }
  std::atomic<int> requests{0};

 private:
  const Repository& repository_;
  runtime::Runtime loop_{1};
  http::Server server_;
  std::jthread thread_;
};

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rapt-bench-tuf-XXXXXX").native();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + pattern);
    path = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

template <class T>
T done(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::vector<Figure> measure() {
  const SystemClock clock;
  const Repository repository(clock.now() + std::chrono::hours(24));
  Registry registry(repository);
  const Folder folder;
  http::Client http;
  marketplace::HttpFetcherOptions options;
  options.metadata_url = options.targets_url = registry.url();
  const auto fetcher = std::make_shared<marketplace::HttpFetcher>(http, options);
  const auto cpu_of = [&](const auto& work) {
    const auto before = registry.cpu_ms();
    work();
    return registry.cpu_ms() - before;
  };
  tuf::Client client(folder.path, fetcher, clock);
  done(client.init(repository.files.at("1.root.json")));
  const auto first = cpu_of([&] { done(runtime::run_blocking(client.refresh())); });
  std::vector<double> warm, cold, finds;
  const auto unchanged = [](tuf::Client& of) {
    if (done(runtime::run_blocking(of.check()))) throw std::runtime_error("nothing has changed");
  };
  registry.requests = 0;
  for (int i = 0; i < kSamples; ++i) warm.push_back(cpu_of([&] { unchanged(client); }));
  const auto requests = static_cast<double>(registry.requests) / kSamples;
  for (int i = 0; i < kColdSamples; ++i) {
    cold.push_back(cpu_of([&] {
      tuf::Client fresh(folder.path, fetcher, clock);
      unchanged(fresh);
    }));
  }
  for (int i = 0; i < kSamples; ++i) {
    const auto path = module_path(i * 7, 3, 9);
    finds.push_back(cpu_of([&] { done(runtime::run_blocking(client.find(path))); }));
  }
  return {{"tuf_unchanged_requests", requests, "", 1.0},
          {"tuf_unchanged_cpu_p50", quantile(warm, 0.5), "ms", kMostMs},
          {"tuf_unchanged_cpu_p99", quantile(warm, 0.99), "ms", kMostMs},
          {"tuf_unchanged_new_process_cpu_p50", quantile(cold, 0.5), "ms", kMostMs},
          {"tuf_first_refresh_cpu", first, "ms"},
          {"tuf_find_with_its_publisher_cpu_p50", quantile(finds, 0.5), "ms"}};
}

const Group group("tuf", measure);

}  // namespace
}  // namespace rapt::bench
