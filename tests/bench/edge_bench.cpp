// SPDX-License-Identifier: AGPL-3.0-or-later
// The edge under load: requests a second, CPU a request and p99, beside a peer that is driven in turn with it.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "bench.hpp"
#include "edge_target.hpp"

namespace rapt::bench {
namespace {

constexpr int kRounds = 5;
constexpr int kSeconds = 3;
constexpr double kMostResidentMib = 40;

/// A Node process that answers the same to everything, for where no peer is named.
class NodeServer {
 public:
  NodeServer() {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      const char* named = std::getenv("RAPT_NODE");
      const char* node = named != nullptr ? named : "node";
      ::execlp(node, node, RAPT_BENCH_DIR "/edge_node.mjs", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    char text[16] = {};
    const ssize_t got = ::read(out[0], text, sizeof text - 1);
    ::close(out[0]);
    target_ = {"http://127.0.0.1:" + std::to_string(std::atoi(text)), pid_, {}, {}};
    started_ = got > 0;
  }
  ~NodeServer() {
    ::close(input_);
    ::waitpid(pid_, nullptr, 0);
  }
  NodeServer(const NodeServer&) = delete;
  NodeServer& operator=(const NodeServer&) = delete;
  [[nodiscard]] const EdgeTarget& target() const {
    if (!started_) throw std::runtime_error("Node did not start; RAPT_NODE names it where it is not on the path");
    return target_;
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  bool started_ = false;
  EdgeTarget target_;
};

struct Samples {
  std::vector<double> rate{}, cpu{}, user{}, p99{};
  void add(const EdgeRun& run) {
    rate.push_back(run.requests_per_second);
    cpu.push_back(run.cpu_us);
    user.push_back(run.user_cpu_us);
    p99.push_back(run.p99_ms);
  }
};

std::vector<std::string> children_paths(const EdgeTarget& target) {
  std::vector<std::string> paths;
  for (const std::string& group : target.groups) paths.push_back("/api/v1/groups/" + group + "/children");
  return paths;
}

/// Both in turn, each first in every second round; the first run of each only warms it up.
std::vector<Figure> measure_route(const std::string& name, const EdgeTarget& ours, const EdgeTarget* peer,
                                  bool with_login) {
  Samples our_samples, peer_samples;
  const auto once = [&](const EdgeTarget& target, int seconds) {
    const std::vector<std::string> health{"/api/v1/health"};
    return drive(target, with_login ? children_paths(target) : health,
                 with_login ? target.cookies : std::vector<std::string>{}, seconds);
  };
  once(ours, 1);
  if (peer != nullptr) once(*peer, 1);
  for (int round = 0; round < kRounds; ++round) {
    if (peer != nullptr && round % 2 == 1) peer_samples.add(once(*peer, kSeconds));
    our_samples.add(once(ours, kSeconds));
    if (peer != nullptr && round % 2 == 0) peer_samples.add(once(*peer, kSeconds));
  }
  const auto figure = [&](const std::string& what, const char* unit, std::vector<double> Samples::*member) {
    Figure out{"edge_" + name + "_" + what, quantile(our_samples.*member, 0.5), unit};
    if (peer != nullptr) out.baseline = quantile(peer_samples.*member, 0.5);
    return out;
  };
  return {figure("requests_per_second", "1/s", &Samples::rate), figure("cpu_per_request", "us", &Samples::cpu),
          figure("user_cpu_per_request", "us", &Samples::user), figure("p99", "ms", &Samples::p99)};
}

std::vector<Figure> measure() {
  const EdgeTarget ours = our_target();
  const auto named = peer_target();
  const auto node = named ? nullptr : std::make_unique<NodeServer>();
  const EdgeTarget& peer = named ? *named : node->target();
  std::vector<Figure> figures{{"edge_resident_memory_before", resident_mib(ours.pid), "MiB", kMostResidentMib}};
  const auto append = [&](std::vector<Figure> more) { figures.insert(figures.end(), more.begin(), more.end()); };
  append(measure_route("health", ours, &peer, false));
  const auto can_log_in = [](const EdgeTarget& target) { return !target.cookies.empty() && !target.groups.empty(); };
  if (can_log_in(ours)) append(measure_route("children", ours, can_log_in(peer) ? &peer : nullptr, true));
  figures.push_back({"edge_resident_memory_after", resident_mib(ours.pid), "MiB", kMostResidentMib});
  return figures;
}

const Group group("edge", measure, true);

}  // namespace
}  // namespace rapt::bench
