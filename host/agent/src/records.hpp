// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/agent/platform.hpp"

namespace rapt::agent {

UpdateRecord to_update(const store::Row& row);

/// Every agent, by name.
Result<std::vector<AgentRecord>> read_agents(store::Transaction& tx);

/// Whoever asks next for `version`: the first agent that is there and runs something older. nullptr when there is none.
const AgentRecord* next_to_update(const std::vector<AgentRecord>& agents, const std::string& version);
/// Whoever goes back next from `version`.
const AgentRecord* next_to_go_back(const std::vector<AgentRecord>& agents, const std::string& version);

/// Writes a request; its id. kConflict with a sentence when another is under way.
Result<std::string> write_request(store::Transaction& tx, const UpdateRecord& request);

}  // namespace rapt::agent
