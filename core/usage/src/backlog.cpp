// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/backlog.hpp"

#include <algorithm>
#include <utility>

#include "rapt/runtime/runtime.hpp"
#include "settling.hpp"

namespace rapt::usage {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatch = 100;
constexpr milliseconds kFirstPause{500}, kLongestPause{30000}, kLook{100};

}  // namespace

void Backlog::keep(Record record) {
  record.call.backlog.reset();  // or it would keep itself
  {
    const std::lock_guard lock(mutex_);
    if (records_.size() < most_) {
      log::warn("usage.kept", {{"call", record.call.id}, {"kept", std::to_string(records_.size() + 1)}});
      records_.push_back(std::move(record));
      woken_.notify();
      return;
    }
  }
  log_unrecorded(record, "the database has been away for too long");
}

void Backlog::keep_release(std::string call_id) {
  const std::lock_guard lock(mutex_);
  if (releases_.size() >= most_) return;  // the sweep gives it back
  releases_.push_back(std::move(call_id));
  woken_.notify();
}

std::size_t Backlog::size() const {
  const std::lock_guard lock(mutex_);
  return records_.size() + releases_.size();
}

std::vector<Record> Backlog::front(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  const auto count = std::min(most, records_.size());
  return {records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count)};
}

void Backlog::drop_front(std::size_t count) {
  const std::lock_guard lock(mutex_);
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(count));
}

bool Backlog::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool Backlog::over() const {
  const std::lock_guard lock(mutex_);
  return stopping_ && ((records_.empty() && releases_.empty()) || Steady::now() >= deadline_);
}

/// False when the database is still away. A batch that is refused is stored one by one: the fault is one record's.
Task<bool> Backlog::store_some() {
  auto some = front(kBatch);
  if (some.empty()) co_return true;
  const auto stored = co_await store_records(database_, some);
  if (stored) {
    drop_front(some.size());
    log::info("usage.stored_late", {{"records", std::to_string(some.size())}});
    co_return true;
  }
  if (may_pass(stored.error())) co_return false;
  for (auto& record : some) {
    std::vector<Record> one;
    one.push_back(record);
    const auto alone = co_await store_records(database_, std::move(one));
    if (!alone && may_pass(alone.error())) co_return false;
    if (!alone) log_unrecorded(record, alone.error().log_detail);
    drop_front(1);
  }
  co_return true;
}

/// False when the database is still away. One by one: calls of one budget would wait for each other in any order.
Task<bool> Backlog::release_all() {
  for (;;) {
    std::string call;
    {
      const std::lock_guard lock(mutex_);
      if (releases_.empty()) co_return true;
      call = releases_.front();
    }
    const auto released = co_await release_reservation(database_, call);
    if (!released && may_pass(released.error())) co_return false;
    if (!released) log::error("usage.not_released", {{"call", call}, {"detail", released.error().log_detail}});
    const std::lock_guard lock(mutex_);
    releases_.pop_front();
  }
}

/// Shorter once the end has come.
Task<void> Backlog::pause(milliseconds length) {
  const auto begun = Steady::now();
  const auto waited = [begun] { return Steady::now() - begun; };
  while (!over() && waited() < (stopping() ? std::min(length, kFirstPause) : length))
    co_await runtime::sleep_for(kLook);
}

Task<void> Backlog::run() {
  auto length = kFirstPause;
  while (!over()) {
    if (size() == 0) {
      const bool woken = co_await woken_.wait();
      if (!woken) break;
      continue;
    }
    bool stored = co_await store_some();
    if (stored) stored = co_await release_all();
    if (!stored) co_await pause(length);
    length = stored ? kFirstPause : std::min(length * 2, kLongestPause);
  }
  for (const auto& record : front(most_)) log_unrecorded(record, "the host ended while the database was away");
  ended_.notify();
}

Task<void> Backlog::stop(milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    deadline_ = Steady::now() + patience;
  }
  woken_.notify();
  co_await ended_.wait();
}

}  // namespace rapt::usage
