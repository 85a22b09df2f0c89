// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt dev: builds a module whenever a file changes, and swaps it into a running instance.
#include <chrono>
#include <filesystem>
#include <ostream>
#include <thread>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "author_subject.hpp"
#include "rapt/author/builder.hpp"
#include "rapt/author/subprocess.hpp"
#include "rapt/author/watcher.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr auto kSwapPatience = 30s;
constexpr auto kLook = 100ms;

std::string seconds_since(Clock::time_point start) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", std::chrono::duration<double>(Clock::now() - start).count());
  return text;
}

/// One module, again and again.
class Development {
 public:
  Development(Console& console, author::BuildOrder order) : console_(console), order_(std::move(order)) {
    // On an instance that belongs to a service user the launcher knows whose files they are.
    program_ = console.environment("RAPT_LAUNCHER").value_or(fs::read_symlink("/proc/self/exe").string());
  }

  /// Builds, and when something came of it that is not installed yet, swaps it in.
  Result<void> round() {
    const auto start = Clock::now();
    const auto built = author::build_module(order_, console_.environment);
    if (!built) return built.error();
    const auto subject = author::read_subject(built->stage);
    if (!subject) return subject.error();
    if (subject->archive == installed_) {
      console_.out << "Nothing of " << built->name << " has changed.\n" << std::flush;
      return {};
    }
    const auto bundle = built->stage.parent_path() / (built->name + "-dev.rapt");
    RAPT_TRY(write_file_atomically(bundle, subject->archive));
    console_.out << built->name << " " << built->version << ": built in " << seconds_since(start) << std::flush;
    RAPT_TRY(swap(built->name, bundle, security::hex(security::sha256(subject->archive))));
    installed_ = subject->archive;
    console_.out << ", answers after " << seconds_since(start) << "\n" << std::flush;
    return {};
  }

 private:
  /// What hosts say of the module: an object of `rapt module status --json`, null when it is not installed.
  json status(const std::string& name) const {
    const auto told = author::run_program({program_, "module", "status", name, "--json"});
    if (!told || told->status != 0) return {};
    const auto begin = told->output.find('[');
    auto list = json::parse(begin == std::string::npos ? "" : told->output.substr(begin), nullptr, false);
    return list.is_array() && !list.empty() ? list[0] : json();
  }

  static std::map<std::string, std::int64_t> processes(const json& status) {
    std::map<std::string, std::int64_t> out;
    if (!status.is_object()) return out;
    for (const auto& host : status.at("hosts")) {
      if (!host.at("stale").get<bool>() && host.at("status").is_object())
        out[host.at("host").get<std::string>()] = host.at("status").value("pid", std::int64_t{0});
    }
    return out;
  }

  Result<void> swap(const std::string& name, const fs::path& bundle, const std::string& digest) const {
    const auto installed = status(name);
    const bool same_bytes = installed.is_object() && installed.value("sha256", "") == digest;
    // Of the same bytes nothing is swapped: the processes that run are the ones to wait for.
    const auto before = same_bytes ? std::map<std::string, std::int64_t>{} : processes(installed);
    const auto done = author::run_program(
        {program_, "module", "install", bundle.string(), "--yes", "--replace", "--allow-downgrade"});
    if (!done) return done.error();
    if (done->status != 0) return Error::invalid("", "It cannot be installed:\n" + done->output);
    for (const auto end = Clock::now() + kSwapPatience; Clock::now() < end; std::this_thread::sleep_for(kLook)) {
      const auto now = status(name);
      RAPT_TRY(check_trouble(now));
      if (is_swapped(before, now)) return {};
    }
    return Error::unavailable(name, "No host has started it within " + std::to_string(kSwapPatience.count()) +
                                        " seconds. `rapt module status " + name + "` says more; does an instance run?");
  }

  /// Another process than before answers on every host that is there.
  static bool is_swapped(const std::map<std::string, std::int64_t>& before, const json& now) {
    const auto after = processes(now);
    if (after.empty()) return false;
    for (const auto& [host, pid] : after) {
      const auto old = before.find(host);
      if (pid == 0 || (old != before.end() && old->second == pid)) return false;
    }
    return true;
  }

  /// A host that refuses says why; waiting does not help then.
  static Result<void> check_trouble(const json& now) {
    if (!now.is_object()) return {};
    for (const auto& host : now.at("hosts")) {
      const auto& told = host.at("status");
      if (!told.is_object() || host.at("stale").get<bool>()) continue;
      std::string reason;
      if (told.value("state", "") == "refused") reason = told.value("reason", "");
      if (told.contains("upgrade") && told["upgrade"].is_object() && told["upgrade"].value("failed", false))
        reason = told["upgrade"].value("reason", "");
      if (reason.empty()) continue;
      return Error::forbidden(
          "A host does not take it: " + reason +
          " (A host takes what is not signed when it was started with RAPT_DEVELOPMENT_MODULES=1.)");
    }
    return {};
  }

  Console& console_;
  author::BuildOrder order_;
  std::string program_;
  std::string installed_;  ///< the bytes that were swapped in last
};

}  // namespace

int run_dev(Console& console, const Arguments& arguments) {
  const fs::path source = arguments.positional.empty() ? "." : arguments.positional[0];
  if (console.environment("RAPT_DEVELOPMENT_MODULES").value_or("") != "1")
    return usage_fault(
        console,
        "It installs what is not signed, so say that you mean it: RAPT_DEVELOPMENT_MODULES=1, here and where "
        "the instance is started (RAPT_DEVELOPMENT_MODULES=1 ./rapt up).");
  if (!author::is_source_folder(source))
    return report(console,
                  Error::invalid("", source.string() + " holds no manifest.json and CMakeLists.txt of a module."));
  const auto sdk = sdk_of(console, arguments);
  if (!sdk) return report(console, sdk.error());
  auto watcher = author::Watcher::open(source, source / "build");
  if (!watcher) return report(console, watcher.error());
  Development development(console, {source, {}, *sdk, false});
  for (;;) {
    const auto done = development.round();
    if (!done) console.out << "\n" << std::flush;
    const int status = done ? kOk : report(console, done.error());
    if (arguments.has("once")) return status;
    console.out << "Waiting for changes in " << source.string() << "; Ctrl-C ends this.\n" << std::flush;
    while (!watcher->wait(1h)) {
    }
  }
}

}  // namespace rapt::cli
