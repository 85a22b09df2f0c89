// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace rapt::bench {

/// A server that takes messages, with students who are logged in.
struct MessageTarget {
  std::string origin;              ///< "http://127.0.0.1:3000"
  pid_t server = 0, postgres = 0;  ///< CPU is that of these and of their children; 0: not counted
  std::string cookies, sessions;   ///< files: "name=value" and a session's id; line i belongs to line i
  std::string reset;               ///< a command that puts the data back to where it was; run before each run
};

struct MessageRun {
  double per_second = 0;
  double server_cpu_us = 0, postgres_cpu_us = 0;  ///< user and kernel, a message
  double p50_ms = 0, p99_ms = 0;                  ///< of the whole answer
  double first_p50_ms = 0;                        ///< streams: until the first words
};

/// The server that `./rapt up` has started, after its data has been written; or the one that the environment names.
MessageTarget our_message_target();
/// The same for streams: the answers of its students' tool pass two filters, which are installed when they are not.
MessageTarget our_stream_target();
/// The one that RAPT_BENCH_PEER_… names.
std::optional<MessageTarget> peer_message_target();

/// Connections that post messages for some seconds and take JSON; throws when a request failed.
MessageRun drive_messages(const MessageTarget& target, int connections = 32);
/// 640 streams, 64 at once.
MessageRun drive_streams(const MessageTarget& target);

/// Puts a target's data back to where it was.
void reset(const MessageTarget& target);
/// Processor seconds of a process, and of all below it.
double cpu_seconds(pid_t root, bool with_children = true);

}  // namespace rapt::bench
