// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"

namespace rapt::tools {

/// The SQL of tools. Every statement that reads for somebody checks in itself what that one may see.

/// The first ten parameters of kList and kFind: what the actor may see at this time.
store::Params visible_to(const identity::Actor& actor, TimePoint now);
/// $11 cursor (a tool's id, or NULL), $12 limit
extern const store::Statement kList;
/// $11 tool
extern const store::Statement kFind;
/// $1 version → definition_yaml
extern const store::Statement kVersion;
/// $1 group → name, path
extern const store::Statement kGroup;
/// $1 tool, $2 type, $3 name, $4 group, $5 creator, $6 version, $7 now
extern const store::Statement kInsertTool;
/// $1 version's id, $2 tool, $3 version, $4 YAML, $5 parsed, $6 creator, $7 now
extern const store::Statement kInsertVersion;
/// $1 tool, $2 new version, $3 name, $4 version that it replaces: nothing is touched when another one was faster
extern const store::Statement kSetCurrent;

}  // namespace rapt::tools
