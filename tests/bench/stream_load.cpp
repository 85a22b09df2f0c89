// SPDX-License-Identifier: AGPL-3.0-or-later
#include "stream_load.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace rapt::bench {
namespace {

constexpr std::uint64_t kGateway = std::uint64_t{1} << 32;  ///< in epoll's data: a connection of the gateway's
constexpr std::size_t kNumber = 6;                          ///< digits of a token: "#000042 "
constexpr std::size_t kRemembered = 256;                    ///< tokens on the way whose time is known
constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kModels =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{\"object\":\"list\",\"data\":[]}";
constexpr std::string_view kEvent =
    R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench","choices":[)";
constexpr std::string_view kLast =
    R"({"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":4000,"completion_tokens":200}})"
    "\n\ndata: [DONE]\n\n";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

void write(int fd, std::string_view bytes) {
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the server does not take what is written to it");
}

std::string chunk(std::string_view text) {
  char size[24];
  const auto end = std::to_chars(size, size + sizeof size, text.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + std::string(text) + "\r\n";
}

double ms(StreamLoad::Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

struct StreamLoad::Answer {
  UniqueFd fd;  ///< the reader's
  std::string request, tail;
  int gateway = -1;  ///< descriptor of the connection that it comes over
  std::size_t written = 0, seen = 0;
  std::array<Clock::time_point, kRemembered> written_at{};
  Clock::time_point due{};
};

struct StreamLoad::Connection {
  UniqueFd fd;
  std::string bytes;
};

StreamLoad::StreamLoad(Options options, std::vector<Reader> readers)
    : options_(std::move(options)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(options_.gateway_port);
  if (::bind(listener_.get(), generic(address), sizeof address) != 0 || ::listen(listener_.get(), 4096) != 0)
    throw std::runtime_error("port " + std::to_string(options_.gateway_port) + ", the gateway's, is taken");
  watch(listener_.get(), kGateway | static_cast<std::uint64_t>(listener_.get()));
  const std::string whole = chunk(std::string(kEvent) + R"({"index":0,"delta":{"content":"#)" +
                                  std::string(kNumber, '0') + R"( "},"finish_reason":null}]})" + "\n\n");
  const auto number = whole.find('#') + 1;
  tokens_before_ = whole.substr(0, number);
  tokens_after_ = whole.substr(number + kNumber);
  end_ = chunk(std::string(kEvent) + std::string(kLast)) + "0\r\n\r\n";
  for (std::size_t i = 0; i < readers.size(); ++i) {
    auto answer = std::make_unique<Answer>();
    const std::string body = R"({"content":"Is the link clear now? ~)" + std::to_string(i) + R"(~"})";
    answer->request = "POST /api/v1/sessions/" + readers[i].session +
                      "/messages HTTP/1.1\r\nHost: " + options_.server_address + "\r\nCookie: " + readers[i].cookie +
                      "\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body;
    answers_.push_back(std::move(answer));
  }
}

StreamLoad::~StreamLoad() = default;

void StreamLoad::watch(int fd, std::uint64_t what) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = what}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw std::runtime_error("epoll_ctl failed");
}

void StreamLoad::ask(std::size_t reader) {
  Answer& answer = *answers_.at(reader);
  answer.fd = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = loopback(options_.server_port);
  if (::connect(answer.fd.get(), generic(address), sizeof address) != 0)
    throw std::runtime_error("the server does not accept a connection");
  answer.tail.clear();
  answer.written = answer.seen = 0;
  answer.gateway = -1;
  watch(answer.fd.get(), reader);
  write(answer.fd.get(), answer.request);
}

bool StreamLoad::turn_until(const std::function<bool()>& when, std::chrono::milliseconds longest) {
  const auto until = Clock::now() + longest;
  std::array<epoll_event, 256> events;
  while (!when()) {
    if (Clock::now() > until) return false;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 1);
    for (int i = 0; i < ready; ++i) {
      const auto what = events[static_cast<std::size_t>(i)].data.u64;
      const int fd = static_cast<int>(what & 0xFFFFFFFFU);
      if (what < kGateway) {
        read_answer(what);
      } else if (fd == listener_.get()) {
        accept_gateway();
      } else if (const auto found = gateway_.find(fd); found != gateway_.end()) {
        read_request(*found->second);
      }
    }
    write_due();
  }
  return true;
}

void StreamLoad::accept_gateway() {
  for (;;) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) return;
    const int number = fd.get(), on = 1;
    ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(number, kGateway | static_cast<std::uint64_t>(number));
    auto connection = std::make_unique<Connection>();
    connection->fd = std::move(fd);
    gateway_[number] = std::move(connection);
  }
}

void StreamLoad::read_request(Connection& connection) {
  char bytes[32768];
  const auto got = ::recv(connection.fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  if (got <= 0) {
    const int fd = connection.fd.get();
    for (auto& answer : answers_) {
      if (answer->gateway == fd) answer->gateway = -1;
    }
    gateway_.erase(fd);
    return;
  }
  connection.bytes.append(bytes, static_cast<std::size_t>(got));
  const auto head = connection.bytes.find("\r\n\r\n");
  if (head == std::string::npos) return;
  std::size_t length = 0;
  constexpr std::string_view kLength = "Content-Length: ";
  if (const auto at = connection.bytes.find(kLength); at < head)
    std::from_chars(connection.bytes.data() + at + kLength.size(), connection.bytes.data() + head, length);
  if (connection.bytes.size() < head + 4 + length) return;
  const std::string body = connection.bytes.substr(head + 4, length);
  connection.bytes.erase(0, head + 4 + length);
  connection.bytes.shrink_to_fit();
  if (body.empty()) return write(connection.fd.get(), kModels);
  begin_answer(connection, body);
}

/// The last question of the prompt says whose it is.
void StreamLoad::begin_answer(Connection& connection, const std::string& body) {
  const auto end = body.rfind('~');
  const auto begin = end == std::string::npos || end == 0 ? std::string::npos : body.rfind('~', end - 1);
  std::size_t reader = answers_.size();
  if (begin != std::string::npos) std::from_chars(body.data() + begin + 1, body.data() + end, reader);
  if (reader >= answers_.size()) throw std::runtime_error("the gateway was asked something unknown");
  Answer& answer = *answers_[reader];
  answer.gateway = connection.fd.get();
  const auto now = Clock::now();
  answer.due = now;
  write(answer.gateway, kHead);
  write_token(answer, now);
  answer.due = now + options_.between_tokens;
  due_.push_back(&answer);
}

void StreamLoad::write_due() {
  const auto now = Clock::now();
  while (!due_.empty() && due_.front()->due <= now) {
    Answer& answer = *due_.front();
    due_.pop_front();
    if (answer.gateway < 0) continue;
    write_token(answer, now);
    answer.due += options_.between_tokens;
    due_.push_back(&answer);
  }
}

void StreamLoad::finish() {
  for (Answer* answer : std::exchange(due_, {})) {
    if (answer->gateway >= 0) write(std::exchange(answer->gateway, -1), end_);
  }
}

void StreamLoad::start_over() {
  flowing_ = ended_ = failed_ = 0;
  failure_.clear();
  samples_ = {};
}

void StreamLoad::write_token(Answer& answer, Clock::time_point now) {
  char digits[24];
  std::snprintf(digits, sizeof digits, "%0*zu", static_cast<int>(kNumber), answer.written);
  answer.written_at[answer.written++ % kRemembered] = Clock::now();
  samples_.own.push_back(ms(now - answer.due));
  write(answer.gateway, tokens_before_ + digits + tokens_after_);
}

void StreamLoad::read_answer(std::size_t reader) {
  Answer& answer = *answers_[reader];
  static char bytes[65536];
  const auto got = ::recv(answer.fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  if (got <= 0) return fail(answer, "the server closed the connection");
  take(answer, {bytes, static_cast<std::size_t>(got)});
}

void StreamLoad::take(Answer& answer, std::string_view bytes) {
  const auto now = Clock::now();
  answer.tail += bytes;
  const std::string_view text = answer.tail;
  for (auto at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    std::size_t number = 0;
    if (at + kNumber >= text.size()) break;
    const auto digits = std::from_chars(text.data() + at + 1, text.data() + at + 1 + kNumber, number);
    if (digits.ptr != text.data() + at + 1 + kNumber || number != answer.seen || number >= answer.written) continue;
    const double late = ms(now - answer.written_at[number % kRemembered]);
    if (++answer.seen == 1) {
      samples_.first.push_back(late);
      ++flowing_;
    }
    samples_.token.push_back(late);
  }
  if (text.find("event: done") != std::string_view::npos) {
    answer.fd = UniqueFd();
    ++ended_;
  } else if (text.find("event: error") != std::string_view::npos || text.find("event: blocked") != text.npos ||
             text.starts_with("HTTP/1.1 4") || text.starts_with("HTTP/1.1 5")) {
    fail(answer, std::string(text.substr(0, 2000)));
  }
  answer.tail.erase(0, answer.tail.size() - std::min<std::size_t>(answer.tail.size(), 16));
}

void StreamLoad::fail(Answer& answer, std::string why) {
  answer.fd = UniqueFd();
  ++failed_;
  if (failure_.empty()) failure_ = std::move(why);
}

}  // namespace rapt::bench
