// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <vector>

#include "rapt/hooks/hook.hpp"
#include "rapt/store/database.hpp"

namespace rapt::usage {

/// The findings that can be stored, as the five parameters of RAPT_STORE_FINDINGS. Modules are not trusted: a finding
/// that is no storable JSON is left out with a line in the log, and spoils nothing else.
void add_findings(store::Params& params, const std::vector<hooks::Extraction>& findings);

}  // namespace rapt::usage

/// Stores findings as a part of a larger statement, which then stores all of it or nothing. `session` and `run` are
/// expressions, one of them NULL; the others are the places of what add_findings() has added. May be followed by WHERE.
#define RAPT_STORE_FINDINGS(session, run, ids, modules, types, data, seqs)                         \
  "INSERT INTO extractions (id, session_id, run_id, module, type, data, message_seq)"              \
  " SELECT found.id, " session ", " run                                                            \
  ", found.module, found.type, found.data, nullif(found.seq, 0)"                                   \
  " FROM unnest(" ids "::uuid[], " modules "::text[], " types "::text[], " data "::jsonb[], " seqs \
  "::integer[]) AS found (id, module, type, data, seq)"
