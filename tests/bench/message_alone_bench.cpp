// SPDX-License-Identifier: AGPL-3.0-or-later
// One student alone, one message after the other: what our server adds to the gateway's answer and the database's
// commit.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "edge_target.hpp"
#include "message_target.hpp"

namespace rapt::bench {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// The gateway, asked by nobody else, in milliseconds.
double gateway_p50(const std::string& url) {
  const auto output =
      output_of("wrk -t1 -c1 -d3s -s '" RAPT_BENCH_DIR "/message_gateway.lua' '" + url + "/chat/completions' 2>&1");
  const auto at = output.find("RESULT ");
  const json result = at == std::string::npos ? json() : json::parse(output.substr(at + 7), nullptr, false);
  if (!result.is_object() || result.at("failed") != 0) {
    throw std::runtime_error("the gateway at " + url + " said: " + output.substr(0, 300));
  }
  return result.at("p50_ms");
}

/// A commit of two rows as large as a message's, in milliseconds: the rest of what the database does counts as ours.
double commit_p50(const std::string& database) {
  const fs::path folder = fs::temp_directory_path() / "rapt-bench-commit";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string sql = "psql -q '" + database + "' -c ";
  output_of(sql + "'CREATE TABLE IF NOT EXISTS bench_commit (content text)' 2>&1");
  const auto pgbench = variable("PGBENCH").empty() ? std::string("pgbench") : variable("PGBENCH");
  const auto said = output_of(pgbench + " -n -M prepared -c1 -T3 -l --log-prefix='" + (folder / "log").string() +
                              "' -f '" RAPT_BENCH_DIR "/message_commit.sql' '" + database + "' 2>&1");
  output_of(sql + "'DROP TABLE bench_commit' 2>&1");
  std::vector<double> times;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream in(entry.path());
    for (std::string client, number, time, rest; in >> client >> number >> time && std::getline(in, rest);)
      times.push_back(std::stod(time) / 1000);
  }
  fs::remove_all(folder);
  if (times.empty()) throw std::runtime_error("pgbench said: " + said.substr(0, 300));
  return quantile(times, 0.5);
}

const Group alone(
    "message_alone",
    [] {
      std::ifstream in("var/run.json");
      const json about = json::parse(in, nullptr, false);
      const auto gateway = variable("AI_GATEWAY_URL");
      if (!about.is_object() || !about.contains("database_url") || gateway.empty()) {
        throw std::runtime_error("start the server with ./rapt up --detach, and set AI_GATEWAY_URL here as there");
      }
      std::vector<double> message, asked, committed;
      for (int round = 0; round < 3; ++round) {
        message.push_back(drive_messages(our_message_target(), 1).p50_ms);
        asked.push_back(gateway_p50(gateway));
        committed.push_back(commit_p50(about.at("database_url")));
      }
      const auto least = [](const std::vector<double>& values) {
        return *std::min_element(values.begin(), values.end());
      };
      const double whole = least(message), there = least(asked), disk = least(committed);
      return std::vector<Figure>{{"message_alone_p50", whole, "ms"},
                                 {"message_alone_gateway_p50", there, "ms"},
                                 {"message_alone_commit_p50", disk, "ms"},
                                 {"message_alone_added_p50", whole - there - disk, "ms", 1.0}};
    },
    true);

}  // namespace
}  // namespace rapt::bench
