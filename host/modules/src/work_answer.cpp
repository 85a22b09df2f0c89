// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/work_answer.hpp"

#include <rapt/jobs.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using WorkKind = WorkAnswer::Kind;
using std::chrono::seconds;

constexpr std::size_t kMostSentence = 400;
constexpr unsigned kMostDepth = 8;

Error work_lie(std::string what) {
  return Error::invalid("", std::move(what));
}

/// "" when it is not there.
std::optional<std::string> sentence_in(const json& answer, const char* member) {
  const auto found = answer.find(member);
  if (found == answer.end()) return std::string();
  if (!found->is_string()) return std::nullopt;
  return printable(found->get<std::string>(), kMostSentence);
}

Result<WorkAnswer> read_given_up(const json& answer) {
  auto why = sentence_in(answer, "give_up");
  if (!why || why->empty() || answer.size() != 1) return work_lie("its \"give_up\" is no sentence, or not alone");
  return WorkAnswer{.kind = WorkKind::kGaveUp, .reason = std::move(*why)};
}

Result<WorkAnswer> read_again(const json& answer) {
  const auto& wait = answer.at("again_in_s");
  if (!wait.is_number_unsigned() || wait.get<std::uint64_t>() > RAPT_JOBS_MAX_DELAY_S)
    return work_lie("its \"again_in_s\" is no whole number from 0 to " + std::to_string(RAPT_JOBS_MAX_DELAY_S));
  auto why = sentence_in(answer, "reason");
  if (!why) return work_lie("its \"reason\" is no text");
  return WorkAnswer{.kind = WorkKind::kAgain, .reason = std::move(*why), .wait = seconds(wait.get<std::int64_t>())};
}

}  // namespace

Result<WorkAnswer> read_work_answer(const std::string& answer_json, bool is_job) {
  if (!sandbox::is_plain_json(answer_json, kMostDepth)) return work_lie("it is no JSON object");
  const json answer = json::parse(answer_json, nullptr, false);
  if (!answer.is_object()) return work_lie("it is no JSON object");
  if (answer.empty()) return WorkAnswer{};
  if (!is_job) return work_lie("an event is answered with {}");
  if (answer.contains("give_up")) return read_given_up(answer);
  const bool known = std::all_of(answer.items().begin(), answer.items().end(),
                                 [](const auto& item) { return item.key() == "again_in_s" || item.key() == "reason"; });
  if (!known || !answer.contains("again_in_s")) return work_lie("it is neither {}, \"again_in_s\" nor \"give_up\"");
  return read_again(answer);
}

}  // namespace rapt::host
