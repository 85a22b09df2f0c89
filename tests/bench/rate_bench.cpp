// SPDX-License-Identifier: AGPL-3.0-or-later
// Streams at the pace of a model, through the real server and two stream filters: how late tokens are, and what a
// stream costs. The gateway and all readers are one thread of this program, which shares the processors with the
// server.
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "bench.hpp"
#include "edge_target.hpp"
#include "message_target.hpp"
#include "stream_load.hpp"

namespace rapt::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kFirstLimitMs = 1, kDelayLimitMs = 50, kMemoryLimitKib = 60;
constexpr std::size_t kAlone = 300;  ///< streams one after the other, each with a reader of its own
constexpr std::uint16_t kGatewayPort = 18190;
constexpr auto kPatience = 60s;

std::size_t number_of(const char* variable, std::size_t usual) {
  const char* named = std::getenv(variable);
  const int chosen = named == nullptr ? 0 : std::atoi(named);
  return chosen > 0 ? static_cast<std::size_t>(chosen) : usual;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Reader> readers_of(const MessageTarget& target) {
  const auto cookies = lines_of(target.cookies), sessions = lines_of(target.sessions);
  std::vector<Reader> readers;
  for (std::size_t i = 0; i < cookies.size(); ++i) readers.push_back({cookies[i], sessions.at(i)});
  return readers;
}

StreamLoad load_for(const MessageTarget& target) {
  StreamLoad::Options options;
  options.gateway_port = static_cast<std::uint16_t>(number_of("RAPT_BENCH_GATEWAY_PORT", kGatewayPort));
  options.between_tokens = std::chrono::milliseconds(number_of("RAPT_BENCH_TOKEN_MS", 50));
  options.server_address = target.origin.substr(target.origin.rfind('/') + 1);
  options.server_port = static_cast<std::uint16_t>(
      std::atoi(options.server_address.substr(options.server_address.find(':') + 1).c_str()));
  return {options, readers_of(target)};
}

void expect(bool reached, const StreamLoad& load, const std::string& what) {
  if (load.failed() > 0) throw std::runtime_error("a stream failed: " + load.failure());
  if (!reached) throw std::runtime_error(what + " within a minute; is the server's AI_GATEWAY_URL that of this load?");
}

void pause(StreamLoad& load, std::chrono::milliseconds time) {
  load.turn_until([] { return false; }, time);
}

void end_all(StreamLoad& load, std::size_t streams) {
  load.finish();
  const bool ended = load.turn_until([&] { return load.ended() + load.failed() == streams; }, kPatience);
  expect(ended, load, "not all streams ended");
}

/// The filters may just have been installed: until they run, the server refuses.
void warm_up(StreamLoad& load) {
  const auto until = StreamLoad::Clock::now() + 30s;
  for (;;) {
    load.start_over();
    load.ask(0);
    load.turn_until([&] { return load.flowing() + load.failed() == 1; }, kPatience);
    if (load.failed() == 0 || StreamLoad::Clock::now() > until) return end_all(load, 1);
    pause(load, 500ms);
  }
}

/// One stream after the other.
std::vector<double> first_tokens(StreamLoad& load) {
  std::vector<double> all;
  for (std::size_t i = 0; i < kAlone; ++i) {
    load.start_over();
    load.ask(i);
    expect(load.turn_until([&] { return load.flowing() + load.failed() == 1; }, kPatience), load, "no token came");
    all.push_back(load.take_samples().first.at(0));
    end_all(load, 1);
  }
  return all;
}

struct Cost {
  double server = 0, modules = 0, load = 0;  ///< processor seconds
};

Cost cost(pid_t server) {
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  const double alone = cpu_seconds(server, false);
  return {alone, cpu_seconds(server, true) - alone, seconds(own.ru_utime) + seconds(own.ru_stime)};
}

struct Held {
  StreamLoad::Samples samples;
  Cost cost;
  double memory_kib = 0;  ///< a stream
};

/// All at once, for as long.
Held hold(StreamLoad& load, const MessageTarget& target, std::size_t streams, std::chrono::seconds time) {
  load.start_over();
  const double idle = resident_mib(target.server);
  for (std::size_t i = 0; i < streams; ++i) {
    load.ask(i);
    pause(load, 5ms);
  }
  expect(load.turn_until([&] { return load.flowing() + load.failed() == streams; }, kPatience), load,
         "not all streams flowed");
  pause(load, 1s);
  load.take_samples();
  const Cost before = cost(target.server);
  pause(load, time);
  const Cost after = cost(target.server);
  Held held{load.take_samples(),
            {after.server - before.server, after.modules - before.modules, after.load - before.load},
            (resident_mib(target.server) - idle) * 1024 / static_cast<double>(streams)};
  end_all(load, streams);
  return held;
}

std::vector<Figure> measure() {
  const MessageTarget target = our_stream_target();
  const std::size_t streams = number_of("RAPT_BENCH_STREAMS", 1000);
  const std::chrono::seconds time(number_of("RAPT_BENCH_SECONDS", 10));
  reset(target);
  StreamLoad load = load_for(target);
  warm_up(load);
  auto first = first_tokens(load);
  reset(target);
  auto held = hold(load, target, streams, time);
  auto& late = held.samples.token;
  const auto tokens = static_cast<double>(late.size());
  const auto per_token = [&](double seconds) { return seconds * 1e6 / tokens; };
  return {{"rate_first_token_p50", quantile(first, 0.5), "ms", kFirstLimitMs},
          {"rate_first_token_p99", quantile(first, 0.99), "ms"},
          {"rate_tokens", tokens / static_cast<double>(time.count()), "1/s", 20.0 * static_cast<double>(streams)},
          {"rate_token_delay_p50", quantile(late, 0.5), "ms"},
          {"rate_token_delay_p99", quantile(late, 0.99), "ms", kDelayLimitMs},
          {"rate_gateway_itself_late_p99", quantile(held.samples.own, 0.99), "ms"},
          {"rate_server_memory_per_stream", held.memory_kib, "KiB", kMemoryLimitKib},
          {"rate_server_cpu_per_token", per_token(held.cost.server), "us"},
          {"rate_modules_cpu_per_token", per_token(held.cost.modules), "us"},
          {"rate_load_cpu_per_token", per_token(held.cost.load), "us"}};
}

const Group group("rate", measure, true);

}  // namespace
}  // namespace rapt::bench
