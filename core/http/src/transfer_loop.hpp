// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "transfer.hpp"

namespace rapt::http {

/// libcurl's multi handle and the thread that drives it. Its public functions are thread-safe.
class TransferLoop {
 public:
  TransferLoop();
  ~TransferLoop();  ///< ends every transfer
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  void start(std::shared_ptr<Transfer> transfer);
  void resume(std::shared_ptr<Transfer> transfer);
  void cancel(std::shared_ptr<Transfer> transfer);
  void let_end(std::shared_ptr<Transfer> transfer);  ///< drops what comes, for a short while
  void look(std::shared_ptr<Transfer> transfer);     ///< its deadline is earlier than it was

 private:
  enum class Verb { kStart, kResume, kCancel, kLetEnd, kLook };
  struct Command {
    Verb verb;
    std::shared_ptr<Transfer> transfer;
  };
  struct Active;

  void order(Command command);
  void run();
  void obey_all();
  void obey(const Command& command);
  void begin(std::shared_ptr<Transfer> transfer);
  void watch(Active& active, std::chrono::steady_clock::time_point at);
  void finish_done();
  int end_late();  ///< returns milliseconds until the next look
  void finish(Transfer* transfer, Result<void> outcome);

  CURLM* const multi_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  bool stopping_ = false;
  std::unordered_map<Transfer*, std::unique_ptr<Active>> active_;  ///< the thread's own
  /// When to look at whom; the thread's own. A deadline that was put off is noticed at the look, not when it is put
  /// off.
  std::multimap<std::chrono::steady_clock::time_point, Active*> looks_;
  std::thread thread_;
};

}  // namespace rapt::http
