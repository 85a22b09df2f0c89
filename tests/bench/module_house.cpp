// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_house.hpp"

#include <stdlib.h>

#include <chrono>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>

#include "rapt/base/file.hpp"

namespace rapt::bench {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLooks = R"([{"point":"chat:before_ai","timeout_ms":1000}])";

std::string manifest(const Packed& module, const std::string& publisher) {
  const std::string architecture(bundle::native_architecture());
  return R"({"name":")" + module.name +
         R"(","version":"1.0.0","title":"Bench","description":"Looks at the message.","publisher":")" + publisher +
         R"(","license":"AGPL-3.0-or-later","abi":")" + module.abi + R"(","permissions":)" + module.permissions_json +
         R"(,"hooks":)" + module.hooks_json + "," + module.more_json +
         (module.config_schema.empty() ? "" : R"("config_schema":"config.schema.json",)") + R"("libraries":{")" +
         architecture + R"(":"lib/)" + architecture + R"(/bench.so"},"memory_mb":32})";
}

std::string numbered(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "bench-" + std::string(3 - digits.size(), '0') + digits;
}

/// The library under another name of the same length.
std::string renamed(std::string library, const std::string& name) {
  const std::string pattern("bench-000", 10);  // with its NUL
  const auto place = library.find(pattern);
  if (place == std::string::npos) throw std::runtime_error("the library does not hold its name");
  return library.replace(place, name.size(), name);
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

fs::path temporary_folder() {
  std::string name = (fs::temp_directory_path() / "rapt-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("a temporary folder cannot be made");
  return name;
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  if (auto written = write_file_atomically(path, bytes); !written) throw std::runtime_error(written.error().message);
}

std::string packed(const fs::path& folder, const Packed& module, const std::string& publisher,
                   const std::string& library, const security::PrivateKey& key) {
  const std::string& name = module.name;
  const auto stage = folder / (name + ".stage");
  write(stage / "manifest.json", manifest(module, publisher));
  if (!module.config_schema.empty()) write(stage / "config.schema.json", module.config_schema);
  write(stage / "LICENSE", "AGPL-3.0-or-later\n");
  write(stage / "CHANGELOG.md", "# 1.0.0\n");
  write(stage / "sbom.spdx.json",
        R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-Package","name":")" +
            name + R"(","versionInfo":"1.0.0"}]})");
  write(stage / "lib" / bundle::native_architecture() / "bench.so", library);
  return must(bundle::pack_bundle(stage, &key));
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::vector<Packed> stream_filters() {
  const std::string hooks =
      R"([{"point":"chat:on_delta","history":0,"window":"token","timeout_ms":1000,"on_failure":"closed"}])";
  std::vector<Packed> filters{{"bench-filter-1", RAPT_BENCH_FILTER_1, hooks},
                              {"bench-filter-2", RAPT_BENCH_FILTER_2, hooks}};
  for (auto& filter : filters) filter.abi = "1.3";
  return filters;
}

fs::path pack_module(const Packed& module, const std::string& publisher, const fs::path& key_file) {
  const auto key = must(security::PrivateKey::from_text(first_line(must(read_file(key_file, 4096)))));
  const auto folder = temporary_folder();
  fs::permissions(folder, fs::perms(0755));
  const auto library = must(read_file(module.library, bundle::kMaxBundleBytes));
  const auto file = folder / (module.name + ".rapt");
  write(file, packed(folder, module, publisher, library, key));
  return file;
}

void ModuleHouse::pack(const Packed& module, const std::string& library) {
  const std::string bytes = packed(folder_, module, "bench", library, key_);
  const auto path = folder_ / (module.name + ".rapt");
  write(path, bytes);
  modules_.push_back({module.name, "1.0.0", path, security::hex(security::sha256(bytes))});
}

ModuleHouse::ModuleHouse(std::filesystem::path folder, security::PrivateKey key)
    : folder_(std::move(folder)), key_(std::move(key)) {}

ModuleHouse::ModuleHouse(std::size_t modules) : ModuleHouse(temporary_folder(), security::PrivateKey::generate()) {
  if (modules == 1) {
    pack({"bench", RAPT_BENCH_MODULE, kLooks}, must(read_file(RAPT_BENCH_MODULE, bundle::kMaxBundleBytes)));
  } else {
    const std::string library = must(read_file(RAPT_BENCH_NUMBERED_MODULE, bundle::kMaxBundleBytes));
    for (std::size_t i = 0; i < modules; ++i) {
      pack({numbered(i), RAPT_BENCH_NUMBERED_MODULE, kLooks}, renamed(library, numbered(i)));
    }
  }
  start();
}

ModuleHouse::ModuleHouse(const std::vector<Packed>& modules, host::ServiceHost* services)
    : ModuleHouse(temporary_folder(), security::PrivateKey::generate()) {
  for (const auto& module : modules) pack(module, must(read_file(module.library, bundle::kMaxBundleBytes)));
  start(services);
}

void ModuleHouse::start(host::ServiceHost* services) {
  host::Supervisor::Options options;
  options.services = services;
  const char* runner = std::getenv("RAPT_RUNNER");
  options.runner = runner != nullptr ? runner : RAPT_RUNNER_PATH;
  trust_.add("bench", key_.public_key());
  options.trust = trust_;
  supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
  if (auto started = supervisor_->start(modules_); !started) throw std::runtime_error(started.error().message);
}

ModuleHouse::~ModuleHouse() {
  supervisor_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void ModuleHouse::install(bool installed) {
  run(supervisor_->update(installed ? modules_ : std::vector<host::InstalledModule>{}, trust_));
}

void ModuleHouse::run(Task<void> task) {
  bool done = false;
  std::exception_ptr failure;
  boost::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr thrown) {
    failure = thrown;
    done = true;
  });
  while (!done) loop_.run_one();
  if (failure) std::rethrow_exception(failure);
}

host::ModuleStatus ModuleHouse::wait_running() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    loop_.restart();
    loop_.poll();
    const auto all = supervisor_->status();
    std::size_t up = 0;
    for (const auto& status : all) {
      if (status.state == host::ModuleState::kRefused) throw std::runtime_error(status.reason);
      if (status.state == host::ModuleState::kRunning && status.pid != 0) ++up;
    }
    if (up == modules_.size()) return all.front();
  }
  throw std::runtime_error("the modules did not start within 30 seconds");
}

}  // namespace rapt::bench
