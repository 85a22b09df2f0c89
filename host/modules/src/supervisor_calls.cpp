// SPDX-License-Identifier: AGPL-3.0-or-later
// Calls of extensions that take a JSON object and answer with one.
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/host/call_codes.hpp"
#include "rapt/host/supervisor.hpp"

namespace rapt::host {

using hooks::Answer;

namespace {

constexpr int kRetrySeconds = 5;

std::string_view sentence_of(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kNotRunning:
      return "does not run at the moment. Try again later.";
    case Answer::Kind::kLate:
      return "did not answer in time. Try again later.";
    case Answer::Kind::kLying:
      return "gave an answer that cannot be used. Its administrator can see why.";
    default:
      return "could not answer. Its administrator can see why.";
  }
}

std::string_view code_of(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kNotRunning:
      return kModuleNotRunning;
    case Answer::Kind::kLate:
      return "MODULE_TIMEOUT";
    default:
      return "MODULE_FAILED";
  }
}

}  // namespace

Task<Result<std::string>> Supervisor::ask(ModuleCall call) {
  call.about.input_json = std::move(call.input_json);
  const std::string no_config = "{}";
  Answer answer = co_await call_about(call, no_config);
  if (answer.kind == Answer::Kind::kReplace) co_return std::move(answer.text);
  log::warn("module.call_failed",
            {{"module", call.module}, {"call", std::string(hooks::name(call.point))}, {"reason", answer.text}});
  Error failed = Error::unavailable(
      call.module, "The module " + call.module + " " + std::string(sentence_of(answer.kind)), answer.text);
  failed.code = std::string(code_of(answer.kind));
  if (answer.kind == Answer::Kind::kNotRunning) failed.retry_after_seconds = kRetrySeconds;
  co_return failed;
}

}  // namespace rapt::host
