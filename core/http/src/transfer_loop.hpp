// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "easy_handle.hpp"
#include "rapt/runtime/lane_parts.hpp"
#include "transfer.hpp"

namespace rapt::http {

/// libcurl's multi handle, driven by a loop of one thread: it says which sockets it waits for, and for how long. Used
/// on that loop alone, and never from within libcurl's callbacks.
class TransferLoop final : public runtime::LanePart, public std::enable_shared_from_this<TransferLoop> {
 public:
  enum class Verb {
    kStart,
    kResume,  ///< the reader has caught up
    kCancel,
    kLetEnd,  ///< drops what comes, for a short while
    kLook,    ///< its deadline is earlier than it was
  };

  explicit TransferLoop(Executor executor);
  ~TransferLoop() override;
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  /// A transfer that is not known here, or any more, is left alone.
  void obey(Verb verb, const std::shared_ptr<Transfer>& transfer);
  void end() override;
  void abandon() override;

 private:
  using Clock = Transfer::Clock;
  struct Active;
  class Watched;
  struct Alive;

  void begin(std::shared_ptr<Transfer> transfer);
  std::unique_ptr<EasyHandle> handle_for(std::shared_ptr<Transfer> transfer);
  void carry_out(Verb verb, Active& active);
  void look_at(Active& active, Clock::time_point when);
  void act(curl_socket_t socket, int events);
  void settle();
  void finish_done();
  void end_late(Clock::time_point now);
  std::unique_ptr<Active> take(Transfer* transfer);
  void finish(Transfer* transfer, Result<void> outcome);
  void ring_in_time();
  void close();
  void forget(curl_socket_t socket);
  static int on_open(void* self, curl_socket_t socket, curlsocktype purpose);
  static int on_close(void* self, curl_socket_t socket);
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watched);
  static int on_timer(CURLM* multi, long milliseconds, void* self);

  const Executor executor_;
  CURLM* multi_;
  const std::shared_ptr<Alive> alive_;  ///< for what the loop calls later
  std::unordered_map<Transfer*, std::unique_ptr<Active>> active_;
  std::vector<std::unique_ptr<EasyHandle>> resting_;  ///< a few, for the next requests of their kind
  std::unordered_map<curl_socket_t, std::shared_ptr<Watched>> watched_;
  /// Those of connections, of whose end libcurl tells: they stay watched between two transfers.
  std::unordered_set<curl_socket_t> connections_;
  /// When to look at whom. A deadline that was put off is noticed at the look, not when it is put off.
  std::multimap<Clock::time_point, Active*> looks_;
  Clock::time_point curl_due_ = Clock::time_point::max();  ///< when libcurl wants to be called
  Clock::time_point rings_ = Clock::time_point::max();     ///< when the timer ends, while it runs
  boost::asio::steady_timer timer_;
};

}  // namespace rapt::http
