// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/delta_filter.hpp"

#include <utility>

#include "rapt/base/lasting_text.hpp"
#include "text_cut.hpp"
#include "verdict.hpp"
#include "window_cutter.hpp"

namespace rapt::hooks {

namespace {

constexpr std::size_t kMaxHeld = 65536;      // RAPT_STREAM_MAX_HELD
constexpr std::size_t kReleasedTail = 4096;  // what a module is told of the text before its window
constexpr auto kPoint = Point::kChatOnDelta;

/// Where the part of a text begins that is no longer than `longest` and cuts no character in two.
std::size_t start_of_tail(std::string_view text, std::size_t longest) {
  auto start = text.size() > longest ? text.size() - longest : 0;
  while (start < text.size() && !between_characters(text, start)) ++start;
  return start;
}

/// Appends, and keeps no more than the tail of it.
void append_tail(std::string& tail, std::string_view text) {
  if (text.size() >= kReleasedTail) {
    tail = text.substr(start_of_tail(text, kReleasedTail));
    return;
  }
  tail.erase(0, start_of_tail(tail, kReleasedTail - text.size()));
  append_sparingly(tail, text);
}

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
  explicit Stage(Step planned) : step(std::move(planned)), cutter(step.window) {}

  Step step;
  WindowCutter cutter;
  std::string held;       ///< comes again at the start of the next window
  std::string released;   ///< the end of what has passed
  std::size_t total = 0;  ///< bytes that have passed
  std::size_t findings = 0;
  std::int64_t windows = 0;
  bool failed = false;

  /// The last check: what it makes of the whole answer is bounded.
  Answer within_limits(Answer answer) const {
    if (!decided(answer.kind)) return answer;
    if (findings + answer.extractions.size() > kMaxExtractions)
      return lying("It emitted more findings than it may about one answer.");
    if (answer.kind == Answer::Kind::kReplace && total + answer.text.size() > kMaxReleased)
      return lying("It made the answer longer than it may.");
    return answer;
  }
  void release(std::string_view text, std::string& passed) {
    append_tail(released, text);
    total += text.size();
    passed += text;
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
      stages_.push_back(std::make_unique<Stage>(std::move(step)));
      continue;
    }
    log_failure(kPoint, step, {.kind = Answer::Kind::kNotRunning, .text = "It is not installed."});
    if (apply_failure(kPoint, step, outcome_)) return;
  }
  if (stages_.empty()) return;
  window_ = Message{.role = "assistant", .seq = message_seq};
  if (conversation.current) window_->created_at = conversation.current->created_at;
  stream_.emplace();
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
  context_.stream->released.swap(stage.released);
  context_.stream->window_seq = ++stage.windows;
  context_.stream->last = last;
  const auto& step = stage.step;
  auto answer = co_await caller_.call(step.module, kPoint, context_, step.attachment->config_json, step.time_limit);
  context_.stream->released.swap(stage.released);
  answer = stage.within_limits(judged(window, last, std::move(answer)));
  if (!decided(answer.kind)) co_return pass_without(stage, answer, passed);
  co_return take(stage, std::move(answer), passed);
}

bool DeltaFilter::pass_without(Stage& stage, const Answer& failure, std::string& passed) {
  if (!std::exchange(stage.failed, true)) log_failure(kPoint, stage.step, failure);
  if (apply_failure(kPoint, stage.step, outcome_)) return false;
  stage.release(context_.current->content, passed);
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
  if (answer.kind == Answer::Kind::kReplace) add_once(outcome_.modified_by, stage.step.module);
  stage.release(answer.kind == Answer::Kind::kReplace ? std::string_view(answer.text) : window.substr(0, cut), passed);
  return true;
}

}  // namespace rapt::hooks
