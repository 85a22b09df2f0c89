// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_house.hpp"

#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <stdexcept>

#include "rapt/base/file.hpp"

namespace rapt::bench {

namespace fs = std::filesystem;

namespace {

std::string manifest() {
  const std::string architecture(bundle::native_architecture());
  return R"({"name":"bench","version":"1.0.0","title":"Bench","description":"Looks at the message.","publisher":"bench",)"
         R"("license":"AGPL-3.0-or-later","abi":"1.0","hooks":[{"point":"chat:before_ai","timeout_ms":1000}],"permissions":[],)"
         R"("libraries":{")" +
         architecture + R"(":"lib/)" + architecture + R"(/bench.so"},"memory_mb":32})";
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  if (auto written = write_file_atomically(path, bytes); !written) throw std::runtime_error(written.error().message);
}

}  // namespace

ModuleHouse::ModuleHouse() {
  std::string name = (fs::temp_directory_path() / "rapt-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("a temporary folder cannot be made");
  folder_ = name;
  const auto key = security::PrivateKey::generate();
  const std::string architecture(bundle::native_architecture());
  write(folder_ / "stage/manifest.json", manifest());
  write(folder_ / "stage/LICENSE", "AGPL-3.0-or-later\n");
  write(folder_ / "stage/lib" / architecture / "bench.so", must(read_file(RAPT_BENCH_MODULE, bundle::kMaxBundleBytes)));
  const std::string packed = must(bundle::pack_bundle(folder_ / "stage", &key));
  write(folder_ / "bench.rapt", packed);
  module_ = {"bench", "1.0.0", folder_ / "bench.rapt", security::hex(security::sha256(packed))};
  host::Supervisor::Options options;
  const char* runner = std::getenv("RAPT_RUNNER");
  options.runner = runner != nullptr ? runner : RAPT_RUNNER_PATH;
  trust_.add("bench", key.public_key());
  options.trust = trust_;
  supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
  if (auto started = supervisor_->start({module_}); !started) throw std::runtime_error(started.error().message);
}

ModuleHouse::~ModuleHouse() {
  supervisor_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void ModuleHouse::install(bool installed) {
  std::vector<host::InstalledModule> modules;
  if (installed) modules.push_back(module_);
  run(supervisor_->update(std::move(modules), trust_));
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
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    loop_.restart();
    loop_.poll();
    for (auto& status : supervisor_->status()) {
      if (status.state == host::ModuleState::kRunning && status.pid != 0) return status;
      if (status.state == host::ModuleState::kRefused) throw std::runtime_error(status.reason);
    }
  }
  throw std::runtime_error("the module did not start within 10 seconds");
}

}  // namespace rapt::bench
