// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"

namespace rapt::store {

/// For tests: stands between a client and PostgreSQL or Redis, as a network that can be lost. A Database or Redis that
/// is to be cut off gets a URL of it; everybody else goes on undisturbed. Thread-safe.
class TestRelay {
 public:
  struct Server {
    std::string host;  ///< or a socket in the file system, from its '/' on
    int port;
  };
  explicit TestRelay(Server server) : server_(std::move(server)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0 || ::pipe(wake_) != 0 ||
        ::getsockname(listener_, address, &size) != 0)
      throw std::runtime_error("the relay of a test cannot listen");
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TestRelay() {
    ask([this] {
      close_all();
      ending_ = true;
    });
    thread_.join();
    for (const int fd : {listener_, wake_[0], wake_[1]}) ::close(fd);
  }
  TestRelay(const TestRelay&) = delete;
  TestRelay& operator=(const TestRelay&) = delete;

  /// The server that a database of this URL talks to. Needs no right that an ordinary account has not.
  static Server server_of(const std::string& postgres_url) {
    Database database({.url = postgres_url, .connections = 1});
    const auto rows = runtime::run_blocking(database.query({"test.relay",
                                                            "SELECT coalesce(host(inet_server_addr()), '') AS host,"
                                                            " current_setting('port')::bigint AS port"}));
    if (!rows) throw std::runtime_error(rows.error().message + rows.error().log_detail);
    const int port = static_cast<int>((*rows)[0].integer("port"));
    if (auto host = (*rows)[0].text("host"); !host.empty()) return {std::move(host), port};
    return {socket_folder(postgres_url) + "/.s.PGSQL." + std::to_string(port), port};
  }
  /// That database by way of the relay.
  [[nodiscard]] std::string postgres_url(const std::string& url) const {
    const auto port = std::to_string(port_);
    if (url.find("://") == std::string::npos) return url + " host=127.0.0.1 port=" + port;
    return url + (url.find('?') == std::string::npos ? '?' : '&') + "host=127.0.0.1&port=" + port;
  }
  /// The Redis that redis://[USER:PASSWORD@]HOST[:PORT][/DB] or unix://PATH[?db=DB] names; throws for anything else.
  static Server redis_of(const std::string& url) {
    if (url.starts_with(kLocal)) return {url.substr(kLocal.size(), url.find('?') - kLocal.size()), 0};
    const auto [begin, end] = host_of(url);
    const auto host = url.substr(begin, end - begin);
    const auto colon = host.rfind(':');
    if (colon == std::string::npos) return {host, 6379};
    return {host.substr(0, colon), std::stoi(host.substr(colon + 1))};
  }
  /// It by way of the relay.
  [[nodiscard]] std::string redis_url(std::string url) const {
    if (url.starts_with(kLocal)) {
      const auto database = url.find("?db=");
      return "redis://127.0.0.1:" + std::to_string(port_) +
             (database == std::string::npos ? "" : "/" + url.substr(database + 4));
    }
    const auto [begin, end] = host_of(url);
    return url.replace(begin, end - begin, "127.0.0.1:" + std::to_string(port_));
  }

  /// Ends every connection, and those that are begun until mend().
  void cut() {
    ask([this] {
      close_all();
      cut_ = true;
    });
  }
  void mend() {
    ask([this] { cut_ = false; });
  }
  /// Ends a connection in the place of handing on the next bytes from the server that hold `text`: the server has done
  /// what it was asked, and the client does not know. Once.
  void lose_answer_with(const std::string& text) {
    ask([this, text] { lose_ = text; });
  }
  [[nodiscard]] int refused() const { return refused_; }  ///< connections that came while it was cut
  [[nodiscard]] int lost() const { return lost_; }        ///< answers

 private:
  struct Pair {
    int client, server;
  };

  static constexpr std::string_view kLocal = "unix://";

  /// The folder that a URL's "host=" names, percent-encoded as it may be; libpq's own where it names none.
  static std::string socket_folder(const std::string& url) {
    const auto named = url.find("host=");
    if (named == std::string::npos) return "/var/run/postgresql";
    std::string out;
    for (std::size_t i = named + 5; i < url.size() && url[i] != '&' && url[i] != ' '; ++i) {
      const bool coded = url[i] == '%' && i + 2 < url.size();
      out += coded ? static_cast<char>(std::stoi(url.substr(i + 1, 2), nullptr, 16)) : url[i];
      if (coded) i += 2;
    }
    return out;
  }
  static std::pair<std::size_t, std::size_t> host_of(const std::string& url) {
    if (!url.starts_with("redis://")) throw std::runtime_error("the relay of a test needs a redis:// URL");
    const auto end = std::min(url.find('/', 8), url.size());
    const auto sign = url.rfind('@', end);
    return {sign == std::string::npos ? 8 : sign + 1, end};
  }

  /// Has the relay's own thread do it, and waits.
  void ask(const std::function<void()>& what) {
    const auto done = std::make_shared<std::promise<void>>();
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back([done, &what] {
        what();
        done->set_value();
      });
    }
    if (::write(wake_[1], "x", 1) != 1) throw std::runtime_error("the relay of a test cannot be woken");
    done->get_future().wait();
  }

  void run() {
    while (!ending_) {
      std::vector<pollfd> all = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const auto& pair : pairs_) {
        all.push_back({pair.client, POLLIN, 0});
        all.push_back({pair.server, POLLIN, 0});
      }
      ::poll(all.data(), all.size(), -1);
      // From the back, because a pair may go.
      for (std::size_t i = pairs_.size(); i-- > 0;) {
        const auto [client, server] = pairs_[i];
        const bool stays = (all[2 + 2 * i].revents == 0 || hand_on(client, server, false)) &&
                           (all[3 + 2 * i].revents == 0 || hand_on(server, client, true));
        if (!stays) close_pair(i);
      }
      if (all[1].revents != 0) accept_one();
      if (all[0].revents != 0) do_asked();
    }
  }

  void do_asked() {
    char ignored = 0;
    if (::read(wake_[0], &ignored, 1) != 1) return;
    std::vector<std::function<void()>> asked;
    {
      const std::lock_guard lock(mutex_);
      asked.swap(asked_);
    }
    for (const auto& what : asked) what();
  }

  void accept_one() {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = cut_ ? -1 : connect_to_server();
    if (server >= 0) return pairs_.push_back({client, server});
    ++refused_;
    ::close(client);
  }

  [[nodiscard]] int connect_to_server() const {
    sockaddr_storage at{};
    socklen_t size = 0;
    if (server_.host.starts_with('/')) {
      auto* local = reinterpret_cast<sockaddr_un*>(&at);
      local->sun_family = AF_UNIX;
      std::strncpy(local->sun_path, server_.host.c_str(), sizeof(local->sun_path) - 1);
      size = sizeof(sockaddr_un);
    } else {
      addrinfo* found = nullptr;
      if (::getaddrinfo(server_.host.c_str(), std::to_string(server_.port).c_str(), nullptr, &found) != 0) return -1;
      std::memcpy(&at, found->ai_addr, found->ai_addrlen);
      size = found->ai_addrlen;
      ::freeaddrinfo(found);
    }
    const int fd = ::socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&at), size) == 0) return fd;
    ::close(fd);
    return -1;
  }

  bool hand_on(int from, int to, bool answer) {
    char bytes[16384];
    const auto count = ::recv(from, bytes, sizeof(bytes), 0);
    if (count <= 0) return false;
    const std::string_view read(bytes, static_cast<std::size_t>(count));
    if (answer && !lose_.empty() && read.find(lose_) != std::string_view::npos) {
      lose_.clear();
      ++lost_;
      return false;
    }
    for (std::size_t sent = 0; sent < read.size();) {
      const auto more = ::send(to, read.data() + sent, read.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += static_cast<std::size_t>(more);
    }
    return true;
  }

  void close_pair(std::size_t place) {
    ::close(pairs_[place].client);
    ::close(pairs_[place].server);
    pairs_.erase(pairs_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  void close_all() {
    while (!pairs_.empty()) close_pair(pairs_.size() - 1);
  }

  const Server server_;
  int listener_ = -1, wake_[2] = {-1, -1}, port_ = 0;
  std::vector<Pair> pairs_;  ///< this and what follows belong to the thread
  bool cut_ = false, ending_ = false;
  std::string lose_;
  std::mutex mutex_;
  std::vector<std::function<void()>> asked_;
  std::atomic<int> refused_{0}, lost_{0};
  std::thread thread_;
};

}  // namespace rapt::store
