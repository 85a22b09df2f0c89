// SPDX-License-Identifier: AGPL-3.0-or-later
#include "transfer_loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace rapt::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Connections that wait to be used again, on one loop.
constexpr long kMostIdle = 128;
/// Handles that wait for another request of their kind, on one loop: each keeps some six kilobytes.
constexpr std::size_t kMostResting = 8;
/// How often libcurl is called again at once before the loop gets to turn.
constexpr int kAtOnce = 8;

CURLM* make_multi() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = initialized == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMostIdle);
  return multi;
}

Error stopped() {
  return Error::unavailable("http", "The program is stopping.");
}

}  // namespace

struct TransferLoop::Active {
  std::shared_ptr<Transfer> transfer;
  std::unique_ptr<EasyHandle> easy;
  std::multimap<Clock::time_point, Active*>::iterator look{};
};

struct TransferLoop::Alive {
  TransferLoop* loop;  ///< null once it has ended
};

/// A socket of libcurl's, which opens and closes it; here it is only waited for.
class TransferLoop::Watched : public std::enable_shared_from_this<Watched> {
 public:
  Watched(TransferLoop& loop, curl_socket_t socket) : loop_(loop.alive_), descriptor_(loop.executor_, socket) {}
  ~Watched() { leave(); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void want(int what) {
    wanted_ = what;
    wrote_ = wrote_ || (what & CURL_POLL_OUT) != 0;
    wait(read_, CURL_POLL_IN, asio::posix::stream_descriptor::wait_read, CURL_CSELECT_IN);
    wait(write_, CURL_POLL_OUT, asio::posix::stream_descriptor::wait_write, CURL_CSELECT_OUT);
  }
  /// Waits for nothing until it is wanted again. False when it is better left: once the loop has waited to write, it is
  /// woken each time it begins to wait to read.
  bool rest() {
    wanted_ = 0;
    return !wrote_;
  }
  void leave() {
    wanted_ = 0;
    if (descriptor_.is_open()) descriptor_.release();
  }

 private:
  void wait(bool& waiting, int what, asio::posix::stream_descriptor::wait_type type, int event) {
    if (waiting || (wanted_ & what) == 0) return;
    waiting = true;
    descriptor_.async_wait(type, [self = shared_from_this(), &waiting, event](const error_code& fault) {
      waiting = false;
      if (fault == asio::error::operation_aborted || self->wanted_ == 0 || self->loop_->loop == nullptr) return;
      const auto socket = self->descriptor_.native_handle();
      self->loop_->loop->act(socket, fault ? CURL_CSELECT_ERR : event);
      self->want(self->wanted_);
    });
  }

  const std::shared_ptr<Alive> loop_;
  asio::posix::stream_descriptor descriptor_;
  int wanted_ = 0;  ///< CURL_POLL_…; 0 while no transfer of libcurl's uses it
  bool read_ = false, write_ = false;
  bool wrote_ = false;  ///< has waited to write
};

TransferLoop::TransferLoop(Executor executor)
    : executor_(std::move(executor)), multi_(make_multi()), alive_(new Alive{this}), timer_(executor_) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &TransferLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &TransferLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

TransferLoop::~TransferLoop() {
  abandon();
}

void TransferLoop::end() {
  while (!active_.empty()) finish(active_.begin()->first, stopped());
  close();
}

void TransferLoop::abandon() {
  while (!active_.empty()) take(active_.begin()->first)->transfer->abandon(stopped());
  close();
}

/// libcurl closes the connections that wait, and says of their sockets that they are gone.
void TransferLoop::close() {
  alive_->loop = nullptr;
  if (multi_ != nullptr) curl_multi_cleanup(std::exchange(multi_, nullptr));
  watched_.clear();
  resting_.clear();
  timer_.cancel();
}

void TransferLoop::obey(Verb verb, const std::shared_ptr<Transfer>& transfer) {
  if (multi_ == nullptr) return transfer->end(stopped());
  if (verb == Verb::kStart) {
    begin(transfer);
  } else {
    const auto found = active_.find(transfer.get());
    if (found == active_.end()) return;
    carry_out(verb, *found->second);
  }
  settle();
}

void TransferLoop::begin(std::shared_ptr<Transfer> transfer) {
  Transfer* const key = transfer.get();
  auto handle = handle_for(transfer);
  auto active = std::make_unique<Active>(Active{std::move(transfer), std::move(handle)});
  active->look = looks_.end();
  look_at(*active, Clock::now() + std::min(key->request.head_timeout, key->request.idle_timeout));
  auto* const easy = active->easy->get();
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &TransferLoop::on_open);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &TransferLoop::on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  active_.emplace(key, std::move(active));
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) finish(key, Error::internal("curl_multi_add_handle failed"));
}

/// A handle that rests already has most of what the next request of its kind needs.
std::unique_ptr<EasyHandle> TransferLoop::handle_for(std::shared_ptr<Transfer> transfer) {
  const auto suits = [&](const auto& handle) { return handle->suits(transfer->request); };
  const auto found = std::find_if(resting_.begin(), resting_.end(), suits);
  if (found == resting_.end()) return std::make_unique<EasyHandle>(std::move(transfer));
  auto handle = std::move(*found);
  resting_.erase(found);
  handle->follow(std::move(transfer));
  return handle;
}

void TransferLoop::carry_out(Verb verb, Active& active) {
  Transfer* const key = active.transfer.get();
  switch (verb) {
    case Verb::kStart:
      break;
    case Verb::kCancel:
      return finish(key, Error::unavailable(key->peer, "The request was given up."));
    case Verb::kLetEnd:
      key->discard();
      curl_easy_pause(active.easy->get(), CURLPAUSE_CONT);
      return look_at(active, Clock::now());
    case Verb::kLook:
      return look_at(active, Clock::now());
    case Verb::kResume:
      curl_easy_pause(active.easy->get(), CURLPAUSE_CONT);
  }
}

void TransferLoop::look_at(Active& active, Clock::time_point when) {
  if (active.look != looks_.end()) looks_.erase(active.look);
  active.look = looks_.emplace(when, &active);
  active.transfer->look_again_at(when);
}

void TransferLoop::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  settle();
}

/// Does what is due, and sees to it that what is due later will be done.
void TransferLoop::settle() {
  const auto now = Clock::now();
  for (int times = 0; times < kAtOnce && curl_due_ <= now; ++times) {
    curl_due_ = Clock::time_point::max();
    int running = 0;
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    // It tells a time once, in whole milliseconds, and so is sometimes called a moment too early.
    long wait = -1;
    curl_multi_timeout(multi_, &wait);
    on_timer(multi_, wait, this);
  }
  finish_done();
  end_late(now);
  ring_in_time();
}

/// A timer that ends too early costs less than one that is set anew each time.
void TransferLoop::ring_in_time() {
  const auto due = looks_.empty() ? curl_due_ : std::min(curl_due_, looks_.begin()->first);
  if (due >= rings_) return;
  rings_ = due;
  timer_.expires_at(due);
  timer_.async_wait([alive = alive_](const error_code& fault) {
    if (fault || alive->loop == nullptr) return;
    alive->loop->rings_ = Clock::time_point::max();
    alive->loop->settle();
  });
}

int TransferLoop::on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*watched*/) {
  auto* loop = static_cast<TransferLoop*>(self);
  auto& known = loop->watched_[socket];
  if (what == CURL_POLL_REMOVE) {
    const bool stays = known && loop->connections_.contains(socket) && known->rest();
    if (!stays) loop->forget(socket);
    return 0;
  }
  if (!known) known = std::make_shared<Watched>(*loop, socket);
  known->want(what);
  return 0;
}

int TransferLoop::on_open(void* self, curl_socket_t socket, curlsocktype /*purpose*/) {
  static_cast<TransferLoop*>(self)->connections_.insert(socket);
  return CURL_SOCKOPT_OK;
}

int TransferLoop::on_close(void* self, curl_socket_t socket) {
  auto* loop = static_cast<TransferLoop*>(self);
  loop->connections_.erase(socket);
  loop->forget(socket);
  return ::close(socket);
}

void TransferLoop::forget(curl_socket_t socket) {
  const auto known = watched_.find(socket);
  if (known == watched_.end()) return;
  if (known->second) known->second->leave();
  watched_.erase(known);
}

int TransferLoop::on_timer(CURLM* /*multi*/, long milliseconds, void* self) {
  auto& due = static_cast<TransferLoop*>(self)->curl_due_;
  if (milliseconds < 0) {
    due = Clock::time_point::max();
  } else {
    due = milliseconds == 0 ? Clock::time_point() : Clock::now() + std::chrono::milliseconds(milliseconds);
  }
  return 0;
}

void TransferLoop::finish_done() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* key = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &key);
    auto* transfer = reinterpret_cast<Transfer*>(key);
    const auto found = active_.find(transfer);
    if (found != active_.end()) finish(transfer, found->second->easy->outcome(message->data.result));
  }
}

void TransferLoop::end_late(Clock::time_point now) {
  while (!looks_.empty() && looks_.begin()->first <= now) {
    Active& active = *looks_.begin()->second;
    Transfer* const key = active.transfer.get();
    auto due = key->due();
    if (due && due->at <= now) {
      finish(key, std::move(due->error));
    } else {
      look_at(active, due ? due->at : now + key->request.idle_timeout);
    }
  }
}

std::unique_ptr<TransferLoop::Active> TransferLoop::take(Transfer* transfer) {
  const auto found = active_.find(transfer);
  curl_multi_remove_handle(multi_, found->second->easy->get());
  std::unique_ptr<Active> active = std::move(found->second);
  active_.erase(found);
  looks_.erase(active->look);
  return active;
}

void TransferLoop::finish(Transfer* transfer, Result<void> outcome) {
  const auto active = take(transfer);
  if (outcome && active->easy->rest()) {
    if (resting_.size() == kMostResting) resting_.erase(resting_.begin());
    resting_.push_back(std::move(active->easy));
  }
  active->transfer->end(std::move(outcome));
}

}  // namespace rapt::http
