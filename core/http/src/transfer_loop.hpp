// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <curl/curl.h>

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

 private:
  enum class Verb { kStart, kResume, kCancel };
  struct Command {
    Verb verb;
    std::shared_ptr<Transfer> transfer;
  };
  struct Active;

  void order(Command command);
  void run();
  void obey_all();
  void obey(const Command& command);
  void finish_done();
  int end_silent();  ///< returns milliseconds until the next look
  void finish(Transfer* transfer, Result<void> outcome);

  CURLM* const multi_;
  std::mutex mutex_;
  std::vector<Command> commands_;
  bool stopping_ = false;
  std::unordered_map<Transfer*, std::unique_ptr<Active>> active_;  ///< the thread's own
  std::thread thread_;
};

}  // namespace rapt::http
