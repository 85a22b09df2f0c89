// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rapt/quota/admission.hpp"
#include "resolution.hpp"

namespace rapt::quota {

/// Tokens of an answer that nothing else bounds: room is kept for it, and budgets reserve it.
inline constexpr std::int64_t kUsualOutput = 1024;

/// What of a question goes to the model, so that its context has room for the answer too.
struct Fitted {
  std::size_t left_out = 0;            ///< of Ask::earlier_tokens, from the front
  std::int64_t input_tokens = 0;       ///< of the rest and what must go
  std::optional<std::int64_t> room{};  ///< that is left for the answer; nothing where no context is known
};

/// Leaves out what the chosen model cannot read beside its answer: that of `output_bound` or the usual one, but never
/// more than half of its context. Fallbacks whose context is too small for what is left go. AI_CONTEXT_TOO_LONG
/// (kUnprocessable) when what must go does not fit.
Result<Fitted> fit(const Ask& ask, Chosen& chosen, const Catalog& catalog, std::optional<std::int64_t> output_bound);

}  // namespace rapt::quota
