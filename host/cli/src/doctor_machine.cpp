// SPDX-License-Identifier: AGPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "doctor.hpp"
#include "rapt/sandbox/layers.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using State = Finding::State;

constexpr std::uintmax_t kLittle = std::uintmax_t{1}
                                   << 30;  // a gibibyte: modules, logs and a database's growth of some weeks
constexpr std::uintmax_t kTooLittle = std::uintmax_t{100}
                                      << 20;  // below it PostgreSQL on the same disk is about to stop

void check_var(const fs::path& folder, Findings& out) {
  std::error_code failure;
  const auto shown = fs::absolute(folder, failure).string();
  if (!fs::is_directory(folder, failure) || access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    return out.push_back({State::kFault, "state folder", shown + " is not there or cannot be written",
                          "Make it, or set RAPT_VAR_DIR to a folder of this user."});
  }
  out.push_back({State::kFine, "state folder", shown, ""});
  const auto space = fs::space(folder, failure);
  if (failure) return out.push_back({State::kWarning, "disk", "its space cannot be told: " + failure.message(), ""});
  const auto state = space.available < kTooLittle ? State::kFault
                     : space.available < kLittle  ? State::kWarning
                                                  : State::kFine;
  out.push_back({state, "disk", std::to_string(space.available >> 20) + " MiB free",
                 state == State::kFine ? "" : "Make room on the disk of " + shown + "."});
}

void check_program(const fs::path& path, std::string name, Findings& out) {
  if (access(path.c_str(), X_OK) == 0) return out.push_back({State::kFine, std::move(name), path.string(), ""});
  out.push_back({State::kFault, std::move(name), path.string() + " cannot be run",
                 "Set RAPT_RUNNER to the program rapt-runner, or build it with ./rapt build."});
}

void check_pages(const fs::path& root, Findings& out) {
  std::error_code failure;
  if (root.empty())
    return out.push_back({State::kWarning, "pages", "RAPT_WEB_ROOT is not set: the API is served alone", ""});
  if (fs::exists(root / "index.html", failure)) return out.push_back({State::kFine, "pages", root.string(), ""});
  out.push_back({State::kFault, "pages", root.string() + " has no index.html",
                 "Build the pages with ./rapt build, or correct RAPT_WEB_ROOT."});
}

/// What gives a machine a layer that it lacks, in one sentence.
std::string_view remedy_of(std::string_view layer) {
  constexpr std::string_view kUserNamespaces =
      "Allow user namespaces: set user.max_user_namespaces above 0 and, where the system has them, "
      "kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0; a container needs a "
      "seccomp "
      "profile that allows them.";
  constexpr std::pair<std::string_view, std::string_view> kRemedies[] = {
      {"seccomp",
       "Use a kernel with CONFIG_SECCOMP_FILTER; a container must not deny the system call seccomp to its processes."},
      {"landlock", "Use Linux 5.13 or newer with \"landlock\" in its list of security modules (boot option lsm=)."},
      {"unprivileged-user", "Run the host as an ordinary user, or as a root that can become user 65534."},
      {"memory-cgroup",
       "Start the host by ./rapt up as root, or with \"Delegate=memory pids\" in its systemd unit, or name a cgroup "
       "that "
       "this user may write to in RAPT_CGROUP."},
      {"empty-root", kUserNamespaces},
      {"runner", "Build it with ./rapt build, or set RAPT_RUNNER to where it is."}};
  for (const auto& [name, remedy] : kRemedies) {
    if (layer == name) return remedy;
  }
  return layer.ends_with("-namespace") ? kUserNamespaces : "Use a newer kernel, or a container that denies it less.";
}

void check_layers(const config::Settings& settings, Findings& out) {
  const auto& required = settings.required_sandbox_layers;
  for (const auto& layer : sandbox::probe_layers(settings.runner.string(), settings.cgroup)) {
    const bool needed =
        layer.name == "seccomp" || std::find(required.begin(), required.end(), layer.name) != required.end();
    const auto state = layer.on ? State::kFine : needed ? State::kFault : State::kWarning;
    const std::string remedy = layer.on ? ""
                                        : (needed ? "No module is started without it. " : "Modules run without it. ") +
                                              std::string(remedy_of(layer.name));
    out.push_back({state, "sandbox " + layer.name,
                   (layer.on ? "on" : "off") + (layer.detail.empty() ? "" : ", " + layer.detail), remedy});
  }
}

}  // namespace

void check_machine(const config::Settings& settings, Findings& out) {
  check_var(settings.var_dir, out);
  check_program(settings.runner, "rapt-runner", out);
  check_pages(settings.web_root, out);
  check_layers(settings, out);
}

}  // namespace rapt::cli
