// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/delta_filter.hpp"

#include <utility>

#include "passed_tails.hpp"
#include "rapt/base/lasting_text.hpp"
#include "text_cut.hpp"
#include "verdict.hpp"
#include "window_cutter.hpp"

namespace rapt::hooks {

namespace {

constexpr std::size_t kMaxHeld = 65536;  // RAPT_STREAM_MAX_HELD
constexpr auto kPoint = Point::kChatOnDelta;

/// What the module said about holding back, checked: it may come from a process that lies.
std::string_view fault_of_hold(const std::string& window, std::size_t held, bool last) {
  if (held == 0) return {};
  if (last) return "It held back text of the last window.";
  if (held > window.size()) return "It held back more than the window has.";
  if (held > kMaxHeld) return "It held back more than it may.";
  if (!between_characters(window, window.size() - held)) return "It cut a character in two.";
  return {};
}

Answer judged(const std::string& window, bool last, Answer answer) {
  answer = judged_anywhere(kPoint, std::move(answer));
  if (!decided(answer.kind)) return answer;
  if (answer.kind == Answer::Kind::kBlock) return answer;
  if (const auto fault = fault_of_hold(window, answer.held_bytes, last); !fault.empty())
    return lying(std::string(fault));
  if (answer.kind == Answer::Kind::kReplace && !is_plain(answer.text))
    return lying("It replaced the text by bytes that are no text.");
  return answer;
}

}  // namespace

struct DeltaFilter::Stage {
  Stage(Step planned, std::size_t place_of_it) : step(std::move(planned)), place(place_of_it), cutter(step.window) {}

  Step step;
  std::size_t place;
  WindowCutter cutter;
  std::string held;  ///< comes again at the start of the next window
  std::size_t findings = 0;
  std::int64_t windows = 0;
  bool failed = false;

  /// The last check: what it makes of the whole answer is bounded.
  Answer within_limits(Answer answer, std::size_t passed) const {
    if (!decided(answer.kind)) return answer;
    if (findings + answer.extractions.size() > kMaxExtractions)
      return lying("It emitted more findings than it may about one answer.");
    if (answer.kind == Answer::Kind::kReplace && passed + answer.text.size() > kMaxReleased)
      return lying("It made the answer longer than it may.");
    return answer;
  }
};

/// The conversation with the window in it.
class DeltaFilter::Lent {
 public:
  explicit Lent(DeltaFilter& filter) : filter_(filter) { exchange(); }
  ~Lent() { exchange(); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

 private:
  void exchange() {
    filter_.context_.current.swap(filter_.window_);
    filter_.context_.stream.swap(filter_.stream_);
  }
  DeltaFilter& filter_;
};

DeltaFilter::DeltaFilter(ModuleCaller& caller, Context& conversation, std::int64_t message_seq,
                         const std::vector<Attachment>& attachments)
    : caller_(caller), context_(conversation) {
  for (auto& step : plan_all(caller, kPoint, attachments)) {
    if (step.asynchronous) break;
    if (step.installed) {
      stages_.push_back(std::make_unique<Stage>(std::move(step), stages_.size()));
      continue;
    }
    log_failure(kPoint, step, {.kind = Answer::Kind::kNotRunning, .text = "It is not installed."});
    if (apply_failure(kPoint, step, outcome_)) return;
  }
  if (stages_.empty()) return;
  window_ = Message{.role = "assistant", .seq = message_seq};
  if (conversation.current) window_->created_at = conversation.current->created_at;
  stream_.emplace();
  passed_ = std::make_unique<PassedTails>(stages_.size());
}

DeltaFilter::~DeltaFilter() = default;

bool DeltaFilter::active() const {
  return !stages_.empty() || outcome_.kind != Outcome::Kind::kContinue;
}

Outcome& DeltaFilter::outcome() {
  return outcome_;
}

Task<bool> DeltaFilter::push(std::string_view words, std::string& out) {
  if (outcome_.kind != Outcome::Kind::kContinue) co_return false;
  const Lent lent(*this);
  co_return co_await feed(0, words, out);
}

Task<bool> DeltaFilter::finish(std::string_view words, std::string& out) {
  if (outcome_.kind != Outcome::Kind::kContinue) co_return false;
  const Lent lent(*this);
  std::string last(words);
  for (std::size_t at = 0; at < stages_.size(); ++at) {
    auto& cutter = stages_[at]->cutter;
    cutter.end();
    bool goes_on = co_await feed(at, last, out);
    if (!goes_on) co_return false;
    last.clear();
    goes_on = co_await ask(*stages_[at], cutter.rest(), true, last);
    if (!goes_on) co_return false;
  }
  out += last;
  co_return true;
}

/// One window after the other goes all the way before the next is cut: who stops an answer does not depend on how much
/// of it came at once.
Task<bool> DeltaFilter::feed(std::size_t stage, std::string_view words, std::string& out) {
  if (stage == stages_.size()) {
    append_sparingly(out, words);
    co_return true;
  }
  auto& cutter = stages_[stage]->cutter;
  cutter.add(words);
  while (auto piece = cutter.next()) {
    std::string passed;
    bool goes_on = co_await ask(*stages_[stage], std::move(*piece), false, passed);
    if (!goes_on) co_return false;
    if (passed.empty()) continue;
    goes_on = co_await feed(stage + 1, passed, out);
    if (!goes_on) co_return false;
  }
  co_return true;
}

/// Asks one module about what it held back and what has come since. False when the answer ends.
Task<bool> DeltaFilter::ask(Stage& stage, std::string piece, bool last, std::string& passed) {
  auto& window = context_.current->content;
  window = std::exchange(stage.held, {});
  window += piece;
  context_.stream->released = passed_->tail(stage.place);
  context_.stream->window_seq = ++stage.windows;
  context_.stream->last = last;
  const auto& step = stage.step;
  auto answer = co_await caller_.call(step.module, kPoint, context_, step.attachment->config_json, step.time_limit);
  context_.stream->released = {};
  answer = stage.within_limits(judged(window, last, std::move(answer)), passed_->bytes(stage.place));
  if (!decided(answer.kind)) co_return pass_without(stage, answer, passed);
  co_return take(stage, std::move(answer), passed);
}

bool DeltaFilter::pass_without(Stage& stage, const Answer& failure, std::string& passed) {
  if (!std::exchange(stage.failed, true)) log_failure(kPoint, stage.step, failure);
  if (apply_failure(kPoint, stage.step, outcome_)) return false;
  passed_->pass(stage.place, context_.current->content);
  passed += context_.current->content;
  return true;
}

bool DeltaFilter::take(Stage& stage, Answer answer, std::string& passed) {
  stage.findings += answer.extractions.size();
  keep_extractions(stage.step, context_, answer, outcome_);
  if (answer.kind == Answer::Kind::kBlock) {
    apply_block(stage.step, std::move(answer.text), outcome_);
    return false;
  }
  const std::string_view window = context_.current->content;
  const auto cut = window.size() - answer.held_bytes;
  stage.held = window.substr(cut);
  if (answer.kind == Answer::Kind::kReplace) {
    add_once(outcome_.modified_by, stage.step.module);
    passed_->replace(stage.place, answer.text);
    passed += answer.text;
  } else {
    passed_->pass(stage.place, window.substr(0, cut));
    passed += window.substr(0, cut);
  }
  return true;
}

}  // namespace rapt::hooks
