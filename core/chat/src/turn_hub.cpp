// SPDX-License-Identifier: AGPL-3.0-or-later
#include "turn_hub.hpp"

#include <algorithm>
#include <utility>

#include "rapt/base/lasting_text.hpp"

namespace rapt::chat {

using Kind = TurnEvent::Kind;

void Turn::append(Kind kind, std::string_view data) {
  constexpr std::size_t kLeastRoom = 16;
  append_sparingly(data_, data);
  if (marks_.size() == marks_.capacity()) marks_.reserve(marks_.size() + marks_.size() / 4 + kLeastRoom);
  marks_.push_back({static_cast<std::uint32_t>(data_.size()) & 0x0FFFFFFFU, static_cast<std::uint32_t>(kind) & 0xFU});
}

void Turn::add(Kind kind, std::string_view data) {
  const std::lock_guard lock(mutex_);
  append(kind, data);
  for (const auto* watch : watches_) {
    if (!watch->end_only_) watch->wakeup_.notify();
  }
}

void Turn::end(Result<Reply> outcome) {
  const auto kind = outcome ? Kind::kDone : is_answer(outcome.error()) ? Kind::kBlocked : Kind::kError;
  const std::lock_guard lock(mutex_);
  if (outcome_) return;
  outcome_ = std::make_shared<const Result<Reply>>(std::move(outcome));
  append(kind, {});
  for (const auto* watch : watches_) watch->wakeup_.notify();
}

void Turn::tell_heirs(TurnFacts facts) {
  auto told = std::make_shared<const TurnFacts>(std::move(facts));
  const std::lock_guard lock(mutex_);
  facts_ = std::move(told);
}

std::vector<TurnEvent> Turn::after(std::int64_t number) const {
  const std::lock_guard lock(mutex_);
  std::vector<TurnEvent> events;
  for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(number, 0)); i < marks_.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : marks_[i - 1].end;
    TurnEvent event{static_cast<std::int64_t>(i) + 1,
                    static_cast<Kind>(marks_[i].kind),
                    data_.substr(begin, marks_[i].end - begin),
                    {}};
    if (outcome_ && i + 1 == marks_.size()) event.outcome = outcome_;
    events.push_back(std::move(event));
  }
  return events;
}

std::string Turn::shown() const {
  const std::lock_guard lock(mutex_);
  std::string words;
  words.reserve(data_.size());
  std::size_t begin = 0;
  for (const auto& mark : marks_) {
    if (static_cast<Kind>(mark.kind) == Kind::kDelta) words.append(data_, begin, mark.end - begin);
    begin = mark.end;
  }
  return words;
}

bool Turn::ended() const {
  const std::lock_guard lock(mutex_);
  return outcome_ != nullptr;
}

std::shared_ptr<const Result<Reply>> Turn::outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

std::shared_ptr<const TurnFacts> Turn::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

void Turn::stop() {
  std::function<void()> cancel;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    cancel = cancel_;
  }
  if (cancel) cancel();
}

bool Turn::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void Turn::on_stop(std::function<void()> cancel) {
  bool now = false;
  {
    const std::lock_guard lock(mutex_);
    cancel_ = std::move(cancel);
    now = stopped_ && cancel_;
  }
  if (now) stop();
}

Turn::Watch::Watch(std::shared_ptr<Turn> turn, bool end_only) : turn_(std::move(turn)), end_only_(end_only) {
  const std::lock_guard lock(turn_->mutex_);
  turn_->watches_.push_back(this);
}

Turn::Watch::~Watch() {
  const std::lock_guard lock(turn_->mutex_);
  std::erase(turn_->watches_, this);
}

std::shared_ptr<Turn> TurnHub::begin(Turn::About about) {
  auto turn = std::make_shared<Turn>(std::move(about));
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = running_.empty();
    running_.emplace(turn->about().id, turn);
    latest_[turn->about().session] = turn;
  }
  if (first) busy_.notify();
  return turn;
}

void TurnHub::finished(const std::shared_ptr<Turn>& turn) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  running_.erase(turn->about().id);
  ended_.emplace_back(now, turn);
  forget_old(now);
}

void TurnHub::forget_old(Time now) {
  while (!ended_.empty() && (ended_.size() > kMostKept || ended_.front().first + kKept < now)) {
    const auto found = latest_.find(ended_.front().second->about().session);
    if (found != latest_.end() && found->second == ended_.front().second) latest_.erase(found);
    ended_.pop_front();
  }
}

std::shared_ptr<Turn> TurnHub::latest(const SessionId& session) const {
  const std::lock_guard lock(mutex_);
  const auto found = latest_.find(session);
  return found == latest_.end() ? nullptr : found->second;
}

std::shared_ptr<Turn> TurnHub::find(const std::string& turn_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(turn_id);
  return found == running_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Turn>> TurnHub::running() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Turn>> all;
  all.reserve(running_.size());
  for (const auto& [id, turn] : running_) all.push_back(turn);
  return all;
}

bool TurnHub::idle() const {
  const std::lock_guard lock(mutex_);
  return running_.empty();
}

namespace {

class LocalReader final : public TurnReader {
 public:
  LocalReader(std::shared_ptr<Turn> turn, std::int64_t seen) : turn_(std::move(turn)), seen_(seen) {}
  [[nodiscard]] const std::string& turn() const override { return turn_->about().id; }

  Task<Result<std::vector<TurnEvent>>> next() override {
    if (!watch_) watch_.emplace(turn_, false);
    for (;;) {
      auto events = turn_->after(seen_);
      if (!events.empty()) {
        seen_ = events.back().number;
        told_end_ = events.back().outcome != nullptr;
        co_return events;
      }
      if (told_end_ || turn_->ended()) co_return std::vector<TurnEvent>{};
      const bool woken = co_await watch_->wait();
      if (!woken) co_return Error::unavailable("stream", "The reader was ended.");
    }
  }

  Task<Result<Reply>> outcome() override {
    const Turn::Watch watch(turn_, true);
    for (;;) {
      if (auto outcome = turn_->outcome()) co_return *outcome;
      const bool woken = co_await watch.wait();
      if (!woken) co_return Error::unavailable("stream", "The reader was ended.");
    }
  }

 private:
  const std::shared_ptr<Turn> turn_;
  std::optional<Turn::Watch> watch_;
  std::int64_t seen_;
  bool told_end_ = false;
};

}  // namespace

std::unique_ptr<TurnReader> read_turn(std::shared_ptr<Turn> turn, std::int64_t seen) {
  return std::make_unique<LocalReader>(std::move(turn), seen);
}

}  // namespace rapt::chat
