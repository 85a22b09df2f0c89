// SPDX-License-Identifier: AGPL-3.0-or-later
#include "transfer_loop.hpp"

#include <pthread.h>

#include <algorithm>
#include <new>
#include <utility>

#include "easy_handle.hpp"

namespace rapt::http {

namespace {

constexpr std::chrono::milliseconds kLongestWait{60000};

CURLM* make_multi() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = initialized == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw std::bad_alloc();
  return multi;
}

}  // namespace

struct TransferLoop::Active {
  explicit Active(std::shared_ptr<Transfer> given) : transfer(given), easy(std::move(given)) {}
  std::shared_ptr<Transfer> transfer;
  EasyHandle easy;
  std::multimap<Transfer::Clock::time_point, Active*>::iterator look;
};

TransferLoop::TransferLoop() : multi_(make_multi()), thread_([this] { run(); }) {}

TransferLoop::~TransferLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  const Error stopped = Error::unavailable("http", "The program is stopping.");
  for (const Command& command : commands_) command.transfer->end(stopped);
  while (!active_.empty()) finish(active_.begin()->first, stopped);
  curl_multi_cleanup(multi_);
}

void TransferLoop::start(std::shared_ptr<Transfer> transfer) {
  order({Verb::kStart, std::move(transfer)});
}
void TransferLoop::resume(std::shared_ptr<Transfer> transfer) {
  order({Verb::kResume, std::move(transfer)});
}
void TransferLoop::cancel(std::shared_ptr<Transfer> transfer) {
  order({Verb::kCancel, std::move(transfer)});
}

void TransferLoop::let_end(std::shared_ptr<Transfer> transfer) {
  order({Verb::kLetEnd, std::move(transfer)});
}
void TransferLoop::look(std::shared_ptr<Transfer> transfer) {
  order({Verb::kLook, std::move(transfer)});
}

void TransferLoop::order(Command command) {
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  curl_multi_wakeup(multi_);
}

void TransferLoop::run() {
  ::pthread_setname_np(::pthread_self(), "http-client");
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    obey_all();
    int running = 0;
    curl_multi_perform(multi_, &running);
    finish_done();
    curl_multi_poll(multi_, nullptr, 0, end_late(), nullptr);
  }
}

void TransferLoop::obey_all() {
  std::vector<Command> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(commands_);
  }
  for (const Command& command : taken) obey(command);
}

void TransferLoop::begin(std::shared_ptr<Transfer> transfer) {
  Transfer* const key = transfer.get();
  auto active = std::make_unique<Active>(std::move(transfer));
  if (curl_multi_add_handle(multi_, active->easy.get()) != CURLM_OK) {
    return key->end(Error::internal("curl_multi_add_handle failed"));
  }
  active->look = looks_.end();
  watch(*active, Transfer::Clock::now() + std::min(key->request.head_timeout, key->request.idle_timeout));
  active_.emplace(key, std::move(active));
}

void TransferLoop::obey(const Command& command) {
  Transfer* const key = command.transfer.get();
  if (command.verb == Verb::kStart) return begin(command.transfer);
  const auto found = active_.find(key);
  if (found == active_.end()) return;
  Active& active = *found->second;
  switch (command.verb) {
    case Verb::kStart:
      break;
    case Verb::kCancel:
      return finish(key, Error::unavailable(key->peer, "The request was given up."));
    case Verb::kLetEnd:
      key->discard();
      curl_easy_pause(active.easy.get(), CURLPAUSE_CONT);
      return watch(active, Transfer::Clock::now());
    case Verb::kLook:
      return watch(active, Transfer::Clock::now());
    case Verb::kResume:
      curl_easy_pause(active.easy.get(), CURLPAUSE_CONT);
  }
}

void TransferLoop::watch(Active& active, Transfer::Clock::time_point at) {
  if (active.look != looks_.end()) looks_.erase(active.look);
  active.look = looks_.emplace(at, &active);
  active.transfer->look_again_at(at);
}

void TransferLoop::finish_done() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* key = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &key);
    auto* transfer = reinterpret_cast<Transfer*>(key);
    const auto found = active_.find(transfer);
    if (found != active_.end()) finish(transfer, found->second->easy.outcome(message->data.result));
  }
}

int TransferLoop::end_late() {
  const auto now = Transfer::Clock::now();
  while (!looks_.empty() && looks_.begin()->first <= now) {
    Active& active = *looks_.begin()->second;
    Transfer* const key = active.transfer.get();
    auto due = key->due();
    if (due && due->at <= now) {
      finish(key, std::move(due->error));
    } else {
      watch(active, due ? due->at : now + key->request.idle_timeout);
    }
  }
  if (looks_.empty()) return static_cast<int>(kLongestWait.count());
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(looks_.begin()->first - now);
  return static_cast<int>(std::min(wait, kLongestWait).count());
}

void TransferLoop::finish(Transfer* transfer, Result<void> outcome) {
  const auto found = active_.find(transfer);
  curl_multi_remove_handle(multi_, found->second->easy.get());
  const std::unique_ptr<Active> active = std::move(found->second);
  active_.erase(found);
  looks_.erase(active->look);
  active->transfer->end(std::move(outcome));
}

}  // namespace rapt::http
