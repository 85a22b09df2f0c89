// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

/// Drafts of the ABI that have become part of it. A host offers none of them any more, and says what took their place.
namespace rapt::sandbox {

struct ReleasedDraft {
  std::string_view draft, id, header;
};
inline constexpr std::array kReleasedDrafts{
    ReleasedDraft{"rapt.kv/draft-1", "rapt.kv/1", "rapt/kv.h"},
    ReleasedDraft{"rapt.sql/draft-1", "rapt.sql/1", "rapt/sql.h"},
    ReleasedDraft{"rapt.http/draft-1", "rapt.http/1", "rapt/http.h"},
    ReleasedDraft{"rapt.metrics/draft-1", "rapt.metrics/1", "rapt/metrics.h"},
    ReleasedDraft{"rapt.jobs/draft-1", "rapt.jobs/1", "rapt/jobs.h"},
    ReleasedDraft{"rapt.events/draft-1", "rapt.events/1", "rapt/events.h"},
    ReleasedDraft{"rapt.secrets/draft-1", "rapt.secrets/1", "rapt/secrets.h"},
    ReleasedDraft{"rapt.directory/draft-1", "rapt.directory/1", "rapt/directory.h"},
    ReleasedDraft{"rapt.sessions/draft-1", "rapt.sessions/1", "rapt/sessions.h"},
    ReleasedDraft{"rapt.grades/draft-1", "rapt.grades/1", "rapt/grades.h"},
    ReleasedDraft{"rapt.ai/draft-1", "rapt.ai/1", "rapt/ai.h"},
    ReleasedDraft{"rapt.routes/draft-1", "rapt.routes/1", "rapt/routes.h"},
    ReleasedDraft{"rapt.panels/draft-1", "rapt.panels/1", "rapt/panels.h"},
    ReleasedDraft{"rapt.exports/draft-1", "rapt.exports/1", "rapt/exports.h"},
    ReleasedDraft{"rapt.auth-provider/draft-2", "rapt.auth-provider/2", "rapt/auth_provider.h"}};

/// "which became rapt.kv/1 (rapt/kv.h) with ABI 1.3: build it again with this host's SDK"
inline std::string what_became_of(const ReleasedDraft& one) {
  return "which became " + std::string(one.id) + " (" + std::string(one.header) +
         ") with ABI 1.3: build it again with this host's SDK";
}

}  // namespace rapt::sandbox
