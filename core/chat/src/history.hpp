// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rapt/gateway/transcript.hpp"
#include "rapt/hooks/hook.hpp"

namespace rapt::chat {

struct OpenSession;

/// What was said before in a conversation, oldest first. Never changed: the cache, a turn, its modules and the gateway
/// share it, and what is said next makes another one of it.
class History {
 public:
  using More = std::span<const hooks::PastMessage>;

  History() = default;
  /// Those of `before` and then of `more`, from `first` on.
  History(const History& before, More more, std::size_t first);

  [[nodiscard]] std::size_t size() const { return said_.size(); }
  [[nodiscard]] bool empty() const { return said_.empty(); }
  [[nodiscard]] hooks::PastMessage operator[](std::size_t message) const;
  [[nodiscard]] hooks::PastMessage back() const { return (*this)[size() - 1]; }
  [[nodiscard]] const gateway::Transcript& transcript() const { return transcript_; }
  /// What it holds in memory.
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Said {
    std::int64_t seq;
    TimePoint at;
  };
  gateway::Transcript transcript_;
  std::vector<Said> said_;
};
using HistoryPtr = std::shared_ptr<const History>;

/// Of a conversation that begins.
HistoryPtr no_history();
/// All of its messages are told, and kept alive for that.
void tell(hooks::Context& context, const HistoryPtr& history);
/// The first of `before` and then of `more` that is told on: of the oldest as many are left out as kHistoryMessages and
/// kHistoryBytes ask for, and answers whose question is left out.
std::size_t first_told(const History& before, History::More more);

/// Reads what RAPT_CHAT_HISTORY selected into `history` and `left_out`. Throws std::logic_error for anything else.
void read_history(std::string_view text, OpenSession& open);

}  // namespace rapt::chat

// How many messages the owner of a session `s` has stored: an answer that was made anew is none, a replaced message is
// one.
#define RAPT_CHAT_ASKED " (SELECT count(*) FROM messages WHERE session_id = s.id AND role = 'user') AS asked"

// The end of the history of a session `s` before the message `before` (a parameter, NULL for all), bounded by `most`
// messages and `bytes` of text, and what that leaves out. One text: how many messages were looked at, the number of the
// first of them, and each that is told as "ROLE SEQ MICROSECONDS LENGTH CONTENT". Not JSON: a conversation is tens of
// kilobytes with every message, and escaping it here and reading it there took half of what such a statement cost.
#define RAPT_CHAT_HISTORY(before, most, bytes)                                                                       \
  " (SELECT count(*) || ' ' || coalesce(min(m.seq), 0) || ' ' || coalesce(string_agg(m.role || ' ' || m.seq || ' '"  \
  "           || round(date_part('epoch', m.created_at) * 1000000)::bigint || ' ' || octet_length(m.content) || ' '" \
  "           || m.content, '' ORDER BY m.seq) FILTER (WHERE m.total <= " bytes                                      \
  "), '')"                                                                                                           \
  "    FROM (SELECT n.*, sum(octet_length(n.content)) OVER (ORDER BY n.seq DESC) AS total"                           \
  "            FROM (SELECT role, content, seq, created_at FROM messages WHERE session_id = s.id"                    \
  "                     AND replaced_at IS NULL AND (" before "::bigint IS NULL OR seq < " before                    \
  "::bigint)"                                                                                                        \
  "                   ORDER BY seq DESC LIMIT " most ") n) m) AS history"
