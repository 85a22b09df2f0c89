// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bare_tools.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <libpq-fe.h>

#include "bare_home.hpp"
#include "rapt/base/text.hpp"
#include "rapt/process/limited_process.hpp"

namespace rapt::agent {
namespace {

constexpr std::size_t kLastWords = 600;
constexpr const char* kUsualPath = "/usr/local/bin:/usr/bin:/bin";
/// util-linux, which Debian always has: a program must not outlive who waits for it, for the next one starts it anew.
constexpr const char* kTied = "/usr/bin/setpriv";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string last_words(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.size() > kLastWords) text = "…" + text.substr(text.size() - kLastWords);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return printable(text, kLastWords + 8);
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

}  // namespace

Result<std::string> Tools::run(const Run& run) const {
  std::vector<std::string> words = run.words;
  if (::access(kTied, X_OK) == 0) words.insert(words.begin(), {kTied, "--pdeathsig", "KILL", "--"});
  const Step step(observer_, "run " + std::filesystem::path(run.words.front()).filename().string());
  const auto done =
      process::run_limited(words, run.environment, {.time = run.time, .output_bytes = std::size_t{64} << 20}, alive_);
  if (!done) return Error::unavailable("program", run.what + " failed: " + done.error().message);
  if (done->too_slow)
    return Error::unavailable("program", run.what + " was ended: it took too long, or the service stopped.");
  if (done->status == 0 && !done->too_much) return done->output;
  const auto words_said = last_words(done->errors.empty() ? done->output : done->errors);
  return Error::unavailable("program", run.what + " failed (status " + std::to_string(done->status) +
                                           (words_said.empty() ? ")." : "): " + words_said));
}

std::vector<std::string> environment_with(const std::vector<std::string>& set) {
  std::vector<std::string> out = set;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view one = *entry;
    const bool replaced =
        std::any_of(set.begin(), set.end(), [&](const auto& mine) { return name_of(mine) == name_of(one); });
    if (!replaced) out.emplace_back(one);
  }
  return out;
}

Result<std::vector<std::string>> postgres_environment(const std::string& url) {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url.c_str(), &complaint));
  PQfreemem(complaint);  // It may quote the password.
  if (!options) return Error::invalid("DATABASE_URL", "is no address that PostgreSQL's library can read");
  std::vector<std::string> set;
  for (const PQconninfoOption* one = options.get(); one->keyword != nullptr; ++one) {
    if (one->val != nullptr && one->envvar != nullptr) set.push_back(std::string(one->envvar) + "=" + one->val);
  }
  // Their messages are read here.
  set.emplace_back("LC_ALL=C");
  return environment_with(set);
}

Result<std::string> find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view left = path == nullptr || *path == '\0' ? kUsualPath : path;
  while (!left.empty()) {
    const auto end = std::min(left.find(':'), left.size());
    const auto file = std::filesystem::path(left.substr(0, end)) / name;
    if (file.is_absolute() && ::access(file.c_str(), X_OK) == 0) return file.string();
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return Error::not_found("program " + std::string(name));
}

}  // namespace rapt::agent
