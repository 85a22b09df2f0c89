// SPDX-License-Identifier: AGPL-3.0-or-later
// What our reader of a gateway's answers adds to the first words: from just before another thread writes them into a
// socket of the loopback address until the sink has them. The baseline is the project's own limit.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench.hpp"
#include "rapt/base/file.hpp"
#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLimitUs = 1000;
constexpr int kAnswers = 400;
constexpr int kWarming = 20;
/// After the head, so that whoever waits for words has gone to sleep.
constexpr std::chrono::milliseconds kThinking{2};

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kWords = R"(data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"What "}}]})"
                                    "\n\n";
constexpr std::string_view kEnd = R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}],)"
                                  R"("usage":{"prompt_tokens":9,"completion_tokens":1}})"
                                  "\n\ndata: [DONE]\n\n";

/// Serves one connection and notes when it wrote the first words of the newest answer.
class ModelServer {
 public:
  ModelServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("there is no free port on the loopback address");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ModelServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  ModelServer(const ModelServer&) = delete;
  ModelServer& operator=(const ModelServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  [[nodiscard]] Clock::time_point wrote_at() const { return Clock::time_point(Clock::duration(wrote_at_)); }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve() {
    for (;;) {
      const UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      ++connections_;
      const int on = 1;
      ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      while (read_request(fd.get())) answer(fd.get());
    }
  }

  void answer(int fd) {
    write(fd, kHead);
    std::this_thread::sleep_for(kThinking);
    wrote_at_ = Clock::now().time_since_epoch().count();
    write(fd, framed(kWords));
    write(fd, framed(kEnd) + "0\r\n\r\n");
  }

  /// The next request, to its last byte.
  bool read_request(int fd) {
    constexpr std::string_view kLength = "Content-Length: ";
    char piece[8192];
    for (;;) {
      const auto end = bytes_.find("\r\n\r\n");
      if (end != std::string::npos) {
        std::size_t body = 0;
        const auto at = bytes_.find(kLength) + kLength.size();
        std::from_chars(bytes_.data() + at, bytes_.data() + end, body);
        if (bytes_.size() >= end + 4 + body) {
          bytes_.erase(0, end + 4 + body);
          return true;
        }
      }
      const auto got = ::recv(fd, piece, sizeof piece, 0);
      if (got <= 0) return false;
      bytes_.append(piece, static_cast<std::size_t>(got));
    }
  }

  static std::string framed(std::string_view text) {
    char size[24];
    const auto end = std::to_chars(size, size + sizeof size, text.size(), 16).ptr;
    return std::string(size, end) + "\r\n" + std::string(text) + "\r\n";
  }

  static void write(int fd, std::string_view bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("the client left in the middle of an answer");
  }

  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::string bytes_;
  std::atomic<Clock::rep> wrote_at_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

struct FirstWords final : gateway::DeltaSink {
  Clock::time_point at{};
  Task<bool> on_delta(std::string_view) override {
    at = Clock::now();
    co_return true;
  }
};

Task<void> ask(gateway::Gateway& gateway, const ModelServer& server, std::vector<double>& samples) {
  for (int i = 0; i < kAnswers; ++i) {
    FirstWords sink;
    gateway::ChatRequest request{.model = "m", .messages = {{"user", "How do I solve 3x + 5 = 20?"}}};
    const auto exchange = co_await gateway.complete(std::move(request), &sink);
    if (!exchange.completion) throw std::runtime_error("no answer: " + exchange.completion.error().log_detail);
    if (i < kWarming) continue;
    samples.push_back(std::chrono::duration<double, std::micro>(sink.at - server.wrote_at()).count());
  }
}

std::vector<Figure> measure() {
  ModelServer server;
  http::Client client;
  gateway::OpenAiGateway::Options options;
  options.base_url = server.url();
  gateway::OpenAiGateway gateway(client, options);
  std::vector<double> samples;
  runtime::run_blocking_void(ask(gateway, server, samples));
  return {{"gateway_first_words_p50", quantile(samples, 0.5), "us", kLimitUs},
          {"gateway_first_words_p99", quantile(samples, 0.99), "us"},
          {"gateway_connections_of_400_answers", static_cast<double>(server.connections()), "connections", 1}};
}

const Group group("gateway", measure);

}  // namespace
}  // namespace rapt::bench
