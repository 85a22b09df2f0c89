// SPDX-License-Identifier: AGPL-3.0-or-later
#include "message_target.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include "edge_target.hpp"
#include "module_house.hpp"

namespace rapt::bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kPeople = 200;         // as message_seed.sql says
constexpr int kStreamPeople = 1000;  // as stream_seed.sql says
constexpr int kSeconds = 5;

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : value;
}

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::optional<MessageTarget> named_target(const std::string& prefix) {
  MessageTarget target;
  target.origin = variable(prefix + "_URL");
  if (target.origin.empty()) return std::nullopt;
  target.server = std::atoi(variable(prefix + "_PID").c_str());
  target.postgres = std::atoi(variable(prefix + "_POSTGRES_PID").c_str());
  target.cookies = variable(prefix + "_COOKIES");
  target.sessions = variable(prefix + "_SESSIONS");
  target.reset = variable(prefix + "_RESET");
  if (target.server <= 0 || target.cookies.empty() || target.sessions.empty()) {
    throw std::runtime_error(prefix + "_PID, _COOKIES and _SESSIONS must name the process and the files of " +
                             target.origin);
  }
  return target;
}

void run(const std::string& command) {
  if (!command.empty() && std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string padded(int number, std::size_t width) {
  const auto digits = std::to_string(number);
  return std::string(width - digits.size(), '0') + digits;
}

void write_lines(const fs::path& file, const std::string& prefix, std::size_t width, int people) {
  std::ofstream out(file);
  for (int n = 1; n <= people; ++n) out << prefix << padded(n, width) << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

MessageTarget running_target(bool streams) {
  std::ifstream in("var/run.json");
  const json about = json::parse(in, nullptr, false);
  if (!about.is_object() || !about.contains("database_url")) {
    throw std::runtime_error(
        "no server with a database of its own runs: start it with LOG_LEVEL=warn RATE_LIMIT_API_MAX=1000000 "
        "AI_GATEWAY_URL=… ./rapt up --detach");
  }
  const std::string what = streams ? "stream" : "message";
  const fs::path folder = fs::temp_directory_path() / ("rapt-bench-" + what + "s-" + std::to_string(::getuid()));
  fs::create_directories(folder);
  MessageTarget target;
  target.origin = about.at("base_url");
  target.server = about.at("pids").at("server");
  target.postgres = about.at("pids").value("postgres", 0);
  target.cookies = folder / "cookies";
  target.sessions = folder / "sessions";
  const int people = streams ? kStreamPeople : kPeople;
  write_lines(target.cookies, streams ? "rapt_session=stream" : "rapt_session=bench", streams ? 37 : 38, people);
  write_lines(target.sessions, streams ? "00000000-0000-7000-9101-" : "00000000-0000-7000-9001-", 12, people);
  target.reset = "psql -q -v ON_ERROR_STOP=1 " + quoted(about.at("database_url")) + " -f '" RAPT_BENCH_DIR "/" + what +
                 "_seed.sql' >/dev/null 2>&1";
  return target;
}

struct Process {
  pid_t pid = 0, parent = 0;
  double seconds = 0;  ///< with the children that have ended
};

/// What the threads of a process have run, as the scheduler counts it: to the nanosecond, where `stat` counts whole
/// ticks, but without the threads that have ended.
double scheduled_seconds(const fs::path& folder) {
  double nanoseconds = 0;
  std::error_code ended;
  for (fs::directory_iterator thread(folder / "task", ended), none; !ended && thread != none; thread.increment(ended)) {
    double ran = 0;
    std::ifstream in(thread->path() / "schedstat");
    if (in >> ran) nanoseconds += ran;
  }
  return nanoseconds / 1e9;
}

std::optional<Process> process(const fs::path& folder) {
  std::ifstream in(folder / "stat");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end_of_name + 1));
  std::string state, skipped;
  Process found;
  found.pid = std::atoi(folder.filename().c_str());
  fields >> state >> found.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  double user = 0, system = 0, reaped_user = 0, reaped_system = 0;
  fields >> user >> system >> reaped_user >> reaped_system;
  const auto tick = static_cast<double>(::sysconf(_SC_CLK_TCK));
  found.seconds = std::max(scheduled_seconds(folder), (user + system) / tick) + (reaped_user + reaped_system) / tick;
  return found;
}

MessageRun drive(const MessageTarget& target, const std::string& command) {
  run(target.reset);
  const double server = cpu_seconds(target.server), postgres = cpu_seconds(target.postgres);
  const std::string output =
      output_of("MESSAGE_ORIGIN=" + quoted(target.origin) + " MESSAGE_COOKIES=" + quoted(target.cookies) +
                " MESSAGE_SESSIONS=" + quoted(target.sessions) + " " + command + " 2>&1");
  const double server_after = cpu_seconds(target.server), postgres_after = cpu_seconds(target.postgres);
  const auto at = output.find("RESULT ");
  const json result = at == std::string::npos ? json() : json::parse(output.substr(at + 7), nullptr, false);
  if (!result.is_object()) throw std::runtime_error("the load's command said: " + output.substr(0, 300));
  if (result.at("failed") != 0)
    throw std::runtime_error(result.at("failed").dump() + " messages to " + target.origin + " failed");
  const double count = result.at("requests");
  return {count / result.at("seconds").get<double>(),
          (server_after - server) * 1e6 / count,
          (postgres_after - postgres) * 1e6 / count,
          result.value("p50_ms", 0.0),
          result.at("p99_ms"),
          result.value("first_p50_ms", 0.0)};
}

/// Packs the two stream filters, signed as the build signs its modules, installs them on the
/// running system, and waits until they run.
void install_filters() {
  const fs::path source = variable("RAPT_SOURCE_DIR"), build = variable("RAPT_BUILD_DIR");
  if (source.empty() || build.empty()) throw std::runtime_error("run it as ./rapt bench: it installs modules");
  for (const auto& filter : stream_filters()) {
    const auto file = pack_module(filter, "raptscallions", build / "keys" / "raptscallions.key");
    run(quoted(source / "rapt") + " module install " + quoted(file) + " --yes --replace >/dev/null");
    fs::remove_all(file.parent_path());
  }
  // Hosts start them a moment later.
  run("for i in $(seq 60); do [ \"$(" + quoted(source / "rapt") +
      " module list | grep -c '^bench-filter-[12] .* running')\" = 2 ] && exit 0; sleep 0.5; done; exit 1");
}

}  // namespace

void reset(const MessageTarget& target) {
  run(target.reset);
}

double cpu_seconds(pid_t root, bool with_children) {
  if (root <= 0) return 0;
  std::vector<Process> all, tree;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    if (auto found = process(entry.path())) all.push_back(*found);
  }
  for (const auto& one : all) {
    if (one.pid == root) tree.push_back(one);
  }
  for (std::size_t i = 0; with_children && i < tree.size(); ++i) {
    for (const auto& one : all) {
      if (one.parent == tree[i].pid) tree.push_back(one);
    }
  }
  double seconds = 0;
  for (const auto& one : tree) seconds += one.seconds;
  return seconds;
}

MessageTarget our_message_target() {
  auto named = named_target("RAPT_BENCH");
  return named ? std::move(*named) : running_target(false);
}

MessageTarget our_stream_target() {
  if (auto named = named_target("RAPT_BENCH")) return std::move(*named);
  auto target = running_target(true);
  install_filters();
  return target;
}

std::optional<MessageTarget> peer_message_target() {
  return named_target("RAPT_BENCH_PEER");
}

MessageRun drive_messages(const MessageTarget& target, int connections) {
  return drive(target, "wrk -t1 -c" + std::to_string(connections) + " -d" + std::to_string(kSeconds) +
                           "s --timeout 20s -s '" RAPT_BENCH_DIR "/message.lua' " + quoted(target.origin));
}

MessageRun drive_streams(const MessageTarget& target) {
  const auto node = variable("RAPT_NODE");
  return drive(target, (node.empty() ? "node" : quoted(node)) + " '" RAPT_BENCH_DIR "/message_stream.mjs'");
}

}  // namespace rapt::bench
