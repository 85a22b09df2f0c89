// SPDX-License-Identifier: AGPL-3.0-or-later
#include "transfer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "field_text.hpp"

namespace rapt::http {

namespace {

/// What may wait for the reader before the peer is made to wait.
constexpr std::size_t kQueueLimit = 256 * 1024;
/// Up to here pieces that wait are joined: the answers of models are shorter, and each piece costs its reader a pass.
constexpr std::size_t kPiece = 64 * 1024;
/// What may still come of an answer whose rest is of no interest.
constexpr std::size_t kDiscardLimit = 64 * 1024;
constexpr std::chrono::seconds kDiscardTime{1};

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return "the server";
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  return std::string(authority);
}

Error abandoned(const std::string& peer) {
  Error error = Error::unavailable(peer, "The request was given up before " + peer + " had answered.");
  return error;
}

Error late(const std::string& peer, const char* how) {
  Error error;
  error.kind = ErrorKind::kTimeout;
  error.part = peer;
  error.message = peer + how;
  return error;
}

}  // namespace

Transfer::Transfer(ClientRequest given) : request(std::move(given)), peer(host_of(request.url)) {}

void Transfer::header_line(std::string_view line) {
  const std::lock_guard lock(mutex_);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    headers_ = {};
    const auto space = line.find(' ');
    status_ = 0;
    if (space != std::string_view::npos) std::from_chars(line.data() + space + 1, line.data() + line.size(), status_);
  } else if (!line.empty()) {
    const std::string_view name = take_until(line, ':');
    if (!opened_) headers_.add(name, line);
  } else if (status_ >= 200) {
    opened_ = true;
    headers_ = Headers(std::as_const(headers_));  // without the room for more: an answer may take minutes
    heard_at_ = Clock::now();
    changed_.notify();
  }
}

Transfer::Taken Transfer::piece(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  heard_at_ = Clock::now();
  if (discarding_) {
    received_ += bytes.size();
    return received_ > kDiscardLimit ? Taken::kTooLarge : Taken::kYes;
  }
  if (queued_ >= kQueueLimit) {
    paused_ = true;
    return Taken::kPause;
  }
  received_ += bytes.size();
  if (received_ > request.max_body_bytes) return Taken::kTooLarge;
  queued_ += bytes.size();
  // What comes at once is read at once.
  if (!pieces_.empty() && pieces_.back().size() + bytes.size() <= kPiece) {
    pieces_.back() += bytes;
  } else {
    pieces_.emplace_back(bytes);
  }
  changed_.notify();
  return Taken::kYes;
}

void Transfer::end(Result<void> outcome) {
  const std::lock_guard lock(mutex_);
  if (outcome_) return;
  outcome_.emplace(std::move(outcome));
  changed_.notify();
}

void Transfer::abandon(Error why) {
  {
    const std::lock_guard lock(mutex_);
    if (!outcome_) outcome_.emplace(std::move(why));
  }
  changed_.drop();
}

std::optional<Transfer::Due> Transfer::due() {
  const std::lock_guard lock(mutex_);
  if (outcome_) return std::nullopt;
  if (discarding_) return Due{*deadline_, late(peer, " did not end its answer in time.")};
  if (!opened_) return Due{heard_at_ + request.head_timeout, late(peer, " did not begin to answer in time.")};
  if (paused_ || !pieces_.empty()) return std::nullopt;
  Due due{heard_at_ + request.idle_timeout, late(peer, " stopped in the middle of its answer.")};
  if (deadline_) due.at = std::min(due.at, *deadline_);
  return due;
}

void Transfer::request_sent() {
  std::string().swap(request.body);
  request.headers = {};
}

void Transfer::look_again_at(Clock::time_point at) {
  const std::lock_guard lock(mutex_);
  look_at_ = at;
}

void Transfer::discard() {
  const std::lock_guard lock(mutex_);
  discarding_ = true;
  paused_ = false;
  received_ = 0;
  pieces_.clear();
  deadline_ = Clock::now() + kDiscardTime;
}

bool Transfer::expect_by(Clock::time_point deadline) {
  const std::lock_guard lock(mutex_);
  deadline_ = deadline;
  return deadline < look_at_;
}

bool Transfer::ended() {
  const std::lock_guard lock(mutex_);
  return outcome_.has_value();
}

Task<Result<void>> Transfer::opened() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (opened_) co_return Result<void>{};
      if (outcome_) co_return *outcome_;
    }
    const bool woken = co_await changed_.wait();
    if (!woken) co_return abandoned(peer);
  }
}

Task<Result<std::optional<std::string>>> Transfer::next(Wish& wish) {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!pieces_.empty()) {
        std::string piece = std::move(pieces_.front());
        pieces_.erase(pieces_.begin());
        queued_ -= piece.size();
        wish.look = pieces_.empty() && deadline_ && *deadline_ < look_at_;
        wish.resume = paused_ && queued_ < kQueueLimit / 2;
        if (wish.resume) {
          paused_ = false;
          heard_at_ = Clock::now();
        }
        co_return std::optional<std::string>(std::move(piece));
      }
      if (outcome_ && !*outcome_) co_return outcome_->error();
      if (outcome_) co_return std::optional<std::string>();
    }
    const bool woken = co_await changed_.wait();
    if (!woken) co_return abandoned(peer);
  }
}

}  // namespace rapt::http
