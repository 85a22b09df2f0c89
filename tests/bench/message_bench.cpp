// SPDX-License-Identifier: AGPL-3.0-or-later
// Messages under load: what one costs the server and the database, beside a peer that is driven in turn with it.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "message_target.hpp"

namespace rapt::bench {
namespace {

constexpr int kDefaultRounds = 8;

int rounds() {
  const char* named = std::getenv("RAPT_BENCH_ROUNDS");
  const int chosen = named == nullptr ? 0 : std::atoi(named);
  return chosen > 0 ? chosen : kDefaultRounds;
}

using Samples = std::map<std::string, std::vector<double>>;

void add(Samples& samples, const MessageRun& run) {
  samples["per_second"].push_back(run.per_second);
  samples["server_cpu"].push_back(run.server_cpu_us);
  samples["p99"].push_back(run.p99_ms);
  if (run.postgres_cpu_us > 0) {
    samples["postgres_cpu"].push_back(run.postgres_cpu_us);
    samples["server_cpu_per_postgres_cpu"].push_back(run.server_cpu_us / run.postgres_cpu_us);
  }
  if (run.first_p50_ms > 0) samples["first_token_p50"].push_back(run.first_p50_ms);
}

const std::map<std::string, std::string> kUnits{
    {"per_second", "1/s"},  {"server_cpu", "us"},      {"p99", "ms"},
    {"postgres_cpu", "us"}, {"first_token_p50", "ms"}, {"server_cpu_per_postgres_cpu", ""}};

/// Both in turn, each first in every second round, each from the same state; one run of each before that warms them up.
std::vector<Figure> measure(const std::string& name, bool streams) {
  const MessageTarget ours = streams ? our_stream_target() : our_message_target();
  const auto peer = peer_message_target();
  Samples our_samples, peer_samples;
  const auto once = [&](const MessageTarget& target) {
    return streams ? drive_streams(target) : drive_messages(target);
  };
  once(ours);
  if (peer) once(*peer);
  for (int round = 0; round < rounds(); ++round) {
    if (peer && round % 2 == 1) add(peer_samples, once(*peer));
    add(our_samples, once(ours));
    if (peer && round % 2 == 0) add(peer_samples, once(*peer));
  }
  std::vector<Figure> figures;
  for (auto& [what, values] : our_samples) {
    Figure figure{name + "_" + what, quantile(values, 0.5), kUnits.at(what)};
    const auto theirs = peer_samples.find(what);
    if (theirs != peer_samples.end()) figure.baseline = quantile(theirs->second, 0.5);
    figures.push_back(std::move(figure));
  }
  return figures;
}

const Group messages(
    "messages", [] { return measure("message", false); }, true);
const Group streams(
    "streams", [] { return measure("stream", true); }, true);

}  // namespace
}  // namespace rapt::bench
