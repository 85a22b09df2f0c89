// SPDX-License-Identifier: AGPL-3.0-or-later
#include "edge_target.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace rapt::bench {
namespace {

using nlohmann::json;

constexpr const char* kRemedy =
    ": start the server with `./rapt up --detach` (LOG_LEVEL=warn), or set RAPT_BENCH_URL "
    "and RAPT_BENCH_PID";

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : value;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> lines;
  if (file.empty()) return lines;
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// `prefix` is RAPT_BENCH or RAPT_BENCH_PEER.
std::optional<EdgeTarget> named_target(const std::string& prefix) {
  EdgeTarget target;
  target.origin = variable(prefix + "_URL");
  if (target.origin.empty()) return std::nullopt;
  target.pid = std::atoi(variable(prefix + "_PID").c_str());
  if (target.pid <= 0) throw std::runtime_error(prefix + "_PID must be the process of " + target.origin);
  target.cookies = lines_of(variable(prefix + "_COOKIES"));
  target.groups = lines_of(variable(prefix + "_GROUPS"));
  return target;
}

/// A file for wrk to read, gone at the end.
class Scratch {
 public:
  explicit Scratch(const std::vector<std::string>& lines) {
    char name[] = "/tmp/rapt-bench-XXXXXX";
    const int file = ::mkstemp(name);
    if (file < 0) throw std::runtime_error("no temporary file");
    ::close(file);
    path_ = name;
    std::ofstream out(path_);
    for (const std::string& line : lines) out << line << '\n';
  }
  ~Scratch() { std::filesystem::remove(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The password goes through a file: a command line is for everybody to read.
std::string log_in(const std::string& origin, const json& account) {
  const Scratch body({json{{"email", account.at("email")}, {"password", account.at("password")}}.dump()});
  const std::string head = output_of("curl -sS -o /dev/null -D - -H 'Content-Type: application/json' --data-binary @" +
                                     body.path() + " '" + origin + "/api/v1/auth/login'");
  std::istringstream in(head);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("Set-Cookie: ")) return line.substr(12, line.find(';') - 12);
  }
  throw std::runtime_error("the demonstration's administrator cannot log in at " + origin);
}

EdgeTarget running_target() {
  std::ifstream in("var/run.json");
  const json run = json::parse(in, nullptr, false);
  if (!run.is_object() || !run.contains("pids")) throw std::runtime_error(std::string("no server runs") + kRemedy);
  EdgeTarget target;
  target.origin = run.at("base_url");
  target.pid = run.at("pids").at("server");
  target.cookies.push_back(log_in(target.origin, run.at("accounts").at(0)));
  for (const json& group : run.at("groups")) target.groups.push_back(group.at("id"));
  return target;
}

struct CpuTicks {
  double user = 0, system = 0;
};

CpuTicks ticks_of(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) throw std::runtime_error("there is no process " + std::to_string(pid));
  std::istringstream fields(text.substr(end_of_name + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  CpuTicks ticks;
  fields >> ticks.user >> ticks.system;
  return ticks;
}

}  // namespace

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), &pclose);
  if (!output) throw std::runtime_error("no process for " + command.substr(0, command.find(' ')));
  std::string text;
  for (char part[512]; std::fgets(part, sizeof part, output.get()) != nullptr;) text += part;
  return text;
}

EdgeTarget our_target() {
  auto named = named_target("RAPT_BENCH");
  return named ? std::move(*named) : running_target();
}

std::optional<EdgeTarget> peer_target() {
  return named_target("RAPT_BENCH_PEER");
}

EdgeRun drive(const EdgeTarget& target, const std::vector<std::string>& paths, const std::vector<std::string>& cookies,
              int seconds) {
  const Scratch path_file(paths), cookie_file(cookies);
  const CpuTicks before = ticks_of(target.pid);
  const std::string output = output_of("EDGE_PATHS=" + path_file.path() + " EDGE_COOKIES=" + cookie_file.path() +
                                       " wrk -t1 -c32 -d" + std::to_string(seconds) +
                                       "s --timeout 20s -s '" RAPT_BENCH_DIR "/edge.lua' '" + target.origin + "' 2>&1");
  const CpuTicks after = ticks_of(target.pid);
  const auto at = output.find("RESULT ");
  const json result = at == std::string::npos ? json() : json::parse(output.substr(at + 7), nullptr, false);
  if (!result.is_object()) throw std::runtime_error("wrk (apt-get install wrk) said: " + output.substr(0, 300));
  if (result.at("failed") != 0) {
    throw std::runtime_error(result.at("failed").dump() + " requests to " + target.origin + paths.at(0) + " failed");
  }
  const double requests = result.at("requests"), tick_us = 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  const double user = after.user - before.user, system = after.system - before.system;
  return {requests / result.at("seconds").get<double>(), (user + system) * tick_us / requests,
          user * tick_us / requests, result.at("p99_ms")};
}

double resident_mib(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; in >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && in >> kib) return kib / 1024;
  }
  throw std::runtime_error("there is no process " + std::to_string(pid));
}

}  // namespace rapt::bench
