// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/providers/lookup_caller.hpp"

/// The texts that a login provider's module reads and writes (rapt/auth_provider.h). What it writes is hostile.
namespace rapt::host {

struct StartAnswer {
  providers::Begin begin;
  std::vector<FieldError> invalid;  ///< the settings are not usable; paths begin with "settings"
};

/// kInvalid when the settings are no JSON object.
/// `before` may be null: the first call of a login.
Result<std::string> text_of(const providers::Start& start, const providers::LookedUp* before);
Result<std::string> text_of(const providers::Input& input);

/// kInvalid with a clause that says which part of it is a lie ("its url is no https address of at most 8192 bytes").
Result<StartAnswer> read_start_answer(std::string_view text);
Result<providers::Step> read_step(std::string_view text);

/// The same clause for an answer at kAuthStart or kAuthStep; nullopt when it is well-formed.
std::optional<std::string> provider_lie(hooks::Point point, std::string_view text);

}  // namespace rapt::host
