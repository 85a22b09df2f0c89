// SPDX-License-Identifier: AGPL-3.0-or-later
#include "workshop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/base/file.hpp"

namespace rapt::hostile {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPoints[] = {"chat:on_message", "chat:before_ai",    "chat:after_ai",    "session:start",
                                   "session:end",     "product:before_ai", "product:after_ai", "run:complete"};

std::string manifest(const std::string& name, const Packing& packing) {
  std::string hooks;
  const std::vector<std::string> all(std::begin(kPoints), std::end(kPoints));
  for (const auto& point : packing.points.empty() ? all : packing.points) {
    hooks += std::string(hooks.empty() ? "" : ",") + R"({"point":")" + point + R"(","timeout_ms":)" +
             std::to_string(packing.timeout_ms) + "}";
  }
  const std::string architecture(bundle::native_architecture());
  return R"({"name":")" + name + R"(","version":")" + packing.version +
         R"(","title":"A hostile module","description":"It tries one thing.",)" +
         R"("publisher":"workshop","license":"AGPL-3.0-or-later","abi":")" + packing.abi + R"(","hooks":[)" + hooks +
         R"(],"permissions":)" + packing.permissions + R"(,"libraries":{")" + architecture + R"(":"lib/)" +
         architecture + "/" + name + R"(.so"},)" +
         (packing.declared.empty() ? "" : packing.declared + ",") +
         (packing.config_schema.empty() ? "" : R"("config_schema":"config.schema.json",)") + R"("memory_mb":)" +
         std::to_string(packing.memory_mb) + "}";
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  if (auto written = write_file_atomically(path, bytes); !written) throw std::runtime_error(written.error().message);
}

}  // namespace

Workshop::Workshop() : key_(security::PrivateKey::generate()) {
  std::string name = (fs::temp_directory_path() / "rapt-hostile-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  trust_.add("workshop", key_.public_key());
}

Workshop::~Workshop() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Workshop::full_name(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return "hostile-" + name;
}

host::InstalledModule Workshop::pack(const std::string& name, const Packing& packing) {
  const std::string full = full_name(name);
  const std::string bundle = full + "-" + packing.version;
  const fs::path stage = folder_ / (bundle + ".stage");
  const std::string architecture(bundle::native_architecture());
  const std::string file = packing.library.empty() ? full : full_name(packing.library);
  const auto library = read_file(fs::path(RAPT_HOSTILE_DIR) / (file + ".so"), bundle::kMaxBundleBytes);
  if (!library) throw std::runtime_error(library.error().message);
  write(stage / "manifest.json", manifest(full, packing));
  write(stage / "LICENSE", "AGPL-3.0-or-later\n");
  write(stage / "CHANGELOG.md", "# " + packing.version + "\n");
  write(stage / "sbom.spdx.json",
        R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-Package","name":")" +
            full + R"(","versionInfo":")" + packing.version + R"("}]})");
  if (!packing.config_schema.empty()) write(stage / "config.schema.json", packing.config_schema);
  write(stage / "lib" / architecture / (full + ".so"), *library);
  auto packed = bundle::pack_bundle(stage, packing.is_signed ? &key_ : nullptr);
  if (!packed) throw std::runtime_error(packed.error().message);
  const fs::path path = folder_ / (bundle + ".rapt");
  write(path, *packed);
  return {full, packing.version, path, security::hex(security::sha256(*packed))};
}

void fearless(host::Supervisor::Options& options) {
  options.restart_initial = options.restart_maximum = 1ms;
  options.circuit_failures = options.quarantine_failures = 1000000;
}

House::House(const Workshop& workshop) : House(workshop, [](host::Supervisor::Options&) {}) {}

House::House(const Workshop& workshop, const std::function<void(host::Supervisor::Options&)>& change)
    : trust_(workshop.trust()) {
  host::Supervisor::Options options;
  options.runner = RAPT_RUNNER_PATH;
  options.trust = trust_;
  options.restart_initial = 10ms;
  options.restart_maximum = 100ms;
  // A busy machine has been seen to leave a new process of a new session without any processor for five seconds.
  options.start_timeout = 60s;
  change(options);
  supervisor_ = std::make_unique<host::Supervisor>(loop_.get_executor(), std::move(options));
  for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { loop_.run(); });
}

House::~House() {
  supervisor_.reset();
  work_.reset();
  loop_.stop();
}

void House::start(std::vector<host::InstalledModule> modules) {
  const auto started = supervisor_->start(modules);
  ASSERT_TRUE(started) << started.error().message;
  for (const auto& module : modules) {
    wait_for(module.name, [](const auto& status) { return status.state != host::ModuleState::kStarting; });
  }
}

void House::stop() {
  boost::asio::co_spawn(loop_, supervisor_->stop(), boost::asio::use_future).get();
}

void House::update(std::vector<host::InstalledModule> modules, bundle::TrustStore trust) {
  boost::asio::co_spawn(loop_, supervisor_->update(std::move(modules), std::move(trust)), boost::asio::use_future)
      .get();
}

hooks::Answer House::ask(const std::string& module, std::chrono::milliseconds limit, hooks::Point point) {
  return ask(module, sample_context(), point, "{}", limit);
}

hooks::Answer House::ask(const std::string& module, const hooks::Context& context, hooks::Point point,
                         const std::string& config, std::chrono::milliseconds limit) {
  return boost::asio::co_spawn(loop_, supervisor_->call(module, point, context, config, limit), boost::asio::use_future)
      .get();
}

host::ModuleStatus House::status(const std::string& module) {
  for (auto& status : supervisor_->status()) {
    if (status.name == module) return status;
  }
  throw std::runtime_error("no module " + module);
}

host::ModuleStatus House::wait_for(const std::string& module,
                                   const std::function<bool(const host::ModuleStatus&)>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  for (;;) {
    auto now = status(module);
    if (condition(now)) return now;
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << module << " is " << host::name(now.state) << ": " << now.reason << " / " << now.last_failure;
      return now;
    }
    std::this_thread::yield();
  }
}

host::ModuleStatus House::wait_running(const std::string& module) {
  return wait_for(module,
                  [](const auto& status) { return status.state == host::ModuleState::kRunning && status.pid != 0; });
}

std::vector<int> children_of(int pid) {
  std::vector<int> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream status(entry.path() / "stat");
    std::string line;
    if (!std::getline(status, line)) continue;
    const auto end_of_name = line.rfind(')');
    if (end_of_name == std::string::npos) continue;
    char state = 0;
    int parent = 0;
    if (std::sscanf(line.c_str() + end_of_name + 1, " %c %d", &state, &parent) == 2 && parent == pid) {
      children.push_back(std::stoi(entry.path().filename().string()));
    }
  }
  return children;
}

hooks::Context sample_context() {
  hooks::Context context;
  context.tool = {"tool-1", "Socratic Algebra Tutor", "chat", "3", "Ask, do not tell.", "mathematics"};
  context.user = {"user-1", "student"};
  context.group = {"group-1", "Algebra 9b"};
  context.session = {"session-1", "active", SystemClock().now() - 60s};
  context.messages = {{"user", "How do I solve x + 1 = 4?", 1, SystemClock().now()},
                      {"assistant", "What undoes + 1?", 2, SystemClock().now()}};
  context.current = hooks::Message{"user", "subtract \"1\"\nthen?", 3, SystemClock().now()};
  return context;
}

std::string extraction(const hooks::Answer& answer, const std::string& type) {
  for (const auto& one : answer.extractions) {
    if (one.type == type) return one.data_json;
  }
  return {};
}

}  // namespace rapt::hostile
