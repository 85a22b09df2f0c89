// SPDX-License-Identifier: AGPL-3.0-or-later
// The conformance kit, as a program of its own: a stranger's library is never loaded into the registry.
#include <cstdlib>
#include <system_error>

#include <nlohmann/json.hpp>

#include "bundle_checks.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Level = Finding::Level;

constexpr std::size_t kMostFindings = 40;
constexpr std::string_view kCheck = "conformance";

Conformance not_run(const std::string& why) {
  return {false, {{std::string(kCheck), Level::kWarning, "The conformance kit was not run: " + why}}};
}

/// A file that is there as long as this is.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes) {
    std::error_code failure;
    path_ = fs::temp_directory_path(failure) / ("rapt-submission-" + new_uuid() + ".rapt");
    written_ = write_file_atomically(path_, bytes, 0600);
  }
  ~TemporaryFile() {
    std::error_code ignored;  // a file that stays behind in the temporary folder harms nobody
    fs::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] const Result<void>& written() const { return written_; }

 private:
  fs::path path_;
  Result<void> written_;
};

/// Of this program's environment, what the kit needs to find its way: nothing that could be a secret.
std::vector<std::string> environment() {
  std::vector<std::string> out = {"LC_ALL=C.UTF-8"};
  for (const auto* name : {"PATH", "TMPDIR", "RAPT_RUNNER", "RAPT_CGROUP", "RAPT_SANDBOX_REQUIRE"}) {
    if (const char* value = std::getenv(name); value != nullptr) out.push_back(std::string(name) + "=" + value);
  }
  return out;
}

Finding finding_of(const json& one) {
  const auto text = [&one](const char* key) {
    const auto found = one.find(key);
    return found != one.end() && found->is_string() ? printable(found->get<std::string>(), 500) : std::string();
  };
  const auto hook = text("hook");
  const auto what = "\"" + text("promise") + "\"" + (hook.empty() ? "" : " at " + hook);
  if (text("result") == "broken") return {std::string(kCheck), Level::kError, what + " is not kept: " + text("detail")};
  return {std::string(kCheck), Level::kNote, what + " could not be tried: " + text("detail")};
}

}  // namespace

Conformance read_report(const process::ProcessOutcome& outcome, const process::ProcessLimits& limits) {
  if (outcome.too_slow)
    return not_run("it was not done within " + std::to_string(limits.time.count()) + " seconds, and was ended.");
  if (outcome.too_much) return not_run("it said more than " + std::to_string(limits.output_bytes) + " bytes.");
  const auto report = json::parse(outcome.output, nullptr, false);
  if (!report.is_object() || !report.contains("results") || !report["results"].is_array()) {
    const auto said = report.is_object() && report.contains("error") && report["error"].is_string()
                          ? report["error"].get<std::string>()
                          : outcome.errors;
    return not_run("it ended with " + std::to_string(outcome.status) + ": " + printable(said, 600));
  }
  Conformance out{.ran = true, .findings = {}};
  std::size_t kept = 0, broken = 0;
  for (const auto& one : report["results"]) {
    if (!one.is_object()) return not_run("its report cannot be read.");
    if (one.value("result", json()) == "holds") {
      ++kept;
      continue;
    }
    auto finding = finding_of(one);
    if (finding.level == Level::kError) ++broken;
    // What is broken is never left out for what could not be tried.
    if (out.findings.size() < kMostFindings || finding.level == Level::kError)
      out.findings.push_back(std::move(finding));
  }
  // The exit status and the report have to tell the same; a report of nothing proves nothing.
  if ((outcome.status == 0) != (broken == 0) || kept + broken == 0) return not_run("its report contradicts itself.");
  out.findings.push_back({std::string(kCheck), Level::kOk,
                          "In its sandbox, " + std::to_string(kept) + " of " + std::to_string(kept + broken) +
                              " promises of the ABI were kept."});
  return out;
}

Conformance try_out(const fs::path& program, const std::string& archive, const process::ProcessLimits& limits,
                    const std::function<bool()>& alive) {
  if (program.empty()) return not_run("this registry has no `rapt` program to run it with.");
  std::error_code failure;
  if (!fs::is_regular_file(program, failure))
    return not_run("there is no program " + program.filename().string() + ".");
  const TemporaryFile file(archive);
  if (!file.written()) return not_run(file.written().error().message);
  const auto done = process::run_limited({program.string(), "check", file.path().string(), "--seed", "1", "--json"},
                                         environment(), limits, alive);
  if (!done) return not_run(done.error().message);
  return read_report(*done, limits);
}

}  // namespace rapt::marketplace
