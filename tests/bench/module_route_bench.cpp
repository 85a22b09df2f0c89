// SPDX-License-Identifier: AGPL-3.0-or-later
// A route that a module answers, beside one of the host's own, on a running server and in turn.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "bench.hpp"
#include "edge_target.hpp"
#include "message_target.hpp"
#include "module_house.hpp"

namespace rapt::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 5;
constexpr int kSeconds = 3;
constexpr std::size_t kMostCallers = 256;  ///< a caller may ask a route 6,000 times a minute
constexpr const char* kOurs = "/api/v1/modules/bench-echo/echo";
constexpr const char* kNative = "/api/v1/auth/me";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error("run it as ./rapt bench: it installs a module");
  return value;
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed: " + command);
}

void install_echo() {
  const fs::path source = variable("RAPT_SOURCE_DIR"), build = variable("RAPT_BUILD_DIR");
  const auto file = pack_module({.name = "bench-echo",
                                 .library = RAPT_BENCH_ECHO_MODULE,
                                 .hooks_json = "[]",
                                 .permissions_json = R"([{"name":"routes","reason":"It is measured."}])",
                                 .abi = "1.3",
                                 .more_json = R"("routes":[{"method":"GET","path":"/echo","access":"user",)"
                                              R"("rate_per_minute":6000,"timeout_ms":5000}],)"},
                                "raptscallions", build / "keys" / "raptscallions.key");
  run("'" + (source / "rapt").string() + "' module install '" + file.string() + "' --yes --replace >/dev/null");
  fs::remove_all(file.parent_path());
}

EdgeTarget target() {
  const auto students = our_message_target();
  EdgeTarget out{students.origin, students.server, {}, {}};
  std::ifstream in(students.cookies);
  for (std::string line; out.cookies.size() < kMostCallers && std::getline(in, line);) out.cookies.push_back(line);
  if (out.cookies.empty()) throw std::runtime_error("there are no students in " + students.cookies);
  return out;
}

/// Hosts start a module a moment after it has been installed.
void wait_until_it_answers(const EdgeTarget& server) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const std::string ask = "curl -s -o /dev/null -w '%{http_code}' -H 'Cookie: " + server.cookies.front() + "' '" +
                          server.origin + kOurs + "'";
  while (output_of(ask) != "200") {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the module's route never answered");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

std::vector<Figure> measure() {
  const auto server = target();
  install_echo();
  wait_until_it_answers(server);
  std::vector<double> rate, rate_native, cpu, cpu_native, p99, p99_native;
  const auto once = [&](const char* path, std::vector<double>& rates, std::vector<double>& costs,
                        std::vector<double>& ends) {
    const auto seen = drive(server, {path}, server.cookies, kSeconds);
    rates.push_back(seen.requests_per_second);
    costs.push_back(seen.cpu_us);
    ends.push_back(seen.p99_ms);
  };
  drive(server, {kOurs}, server.cookies, 1);
  drive(server, {kNative}, server.cookies, 1);
  for (int round = 0; round < kRounds; ++round) {
    if (round % 2 == 1) once(kNative, rate_native, cpu_native, p99_native);
    once(kOurs, rate, cpu, p99);
    if (round % 2 == 0) once(kNative, rate_native, cpu_native, p99_native);
  }
  const double ours = quantile(rate, 0.5), native = quantile(rate_native, 0.5);
  return {{"module_route_requests_per_second", ours, "1/s", native},
          {"module_route_share_of_native", ours / native, "", 0.5},
          {"module_route_cpu_per_request", quantile(cpu, 0.5), "us", quantile(cpu_native, 0.5)},
          {"module_route_p99", quantile(p99, 0.5), "ms", quantile(p99_native, 0.5)}};
}

const Group group("module_route", measure, true);

}  // namespace
}  // namespace rapt::bench
