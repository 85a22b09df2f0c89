// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>

/// What host and fork server say to each other over a SOCK_SEQPACKET socket. Private to host and runner, built
/// together. The fork server is trusted: it never runs a module's code.
namespace rapt::sandbox::spawn {

/// Number of the socket in the fork server, as its command line has it.
inline constexpr int kSocketFd = 3;

/// Host to server: fork a runner. Five descriptors come along, in this order; with `in_cgroup` a sixth, through which
/// the runner joins its cgroup.
enum Descriptor : unsigned { kLibrary, kRequestArea, kReplyArea, kWakeRunner, kWakeHost, kDescriptorCount };
inline constexpr unsigned kMaxDescriptors = kDescriptorCount + 1;
struct SpawnMessage {
  std::uint32_t is_trial;      ///< only the descriptor of a cgroup comes along: try to join, say how it went (kTried)
  std::uint32_t in_cgroup;     ///< memory is bounded by a cgroup; address space need not be scarce then
  std::uint32_t id;            ///< chosen by the host, repeated in every event about this runner
  std::uint32_t needs_hooks;   ///< refuse a library without rapt.hooks/1
  std::uint32_t needs_calls;   ///< refuse a library without these extension calls: 1 << number (wire.hpp) each
  std::uint32_t services;      ///< what it may ask of its host: bit_of() each
  std::uint64_t memory_bytes;  ///< address space beyond what the runner itself maps
  char name[64];               ///< NUL-terminated, as in the manifest
  char version[72];
};

enum class EventKind : std::uint32_t {
  kHello = 1,    ///< once, first: `layers`
  kSpawned = 2,  ///< `pid`, and a pidfd comes along; or `error` (errno)
  kExited = 3,   ///< `exit_code` (CLD_EXITED, CLD_KILLED, CLD_DUMPED) and `exit_status` as in siginfo_t
  kTried = 4     ///< `error` (errno) of a trial
};

struct LayerEntry {
  char name[24];
  std::uint32_t on;
  char detail[132];
};
inline constexpr std::uint32_t kMaxLayers = 20;

struct EventMessage {
  EventKind kind;
  std::uint32_t id;
  std::int32_t pid;
  std::int32_t error;
  std::int32_t exit_code, exit_status;
  std::uint32_t layer_count;
  LayerEntry layers[kMaxLayers];
};

/// How a runner ends when it says why itself (exit status); anything else is the module's doing.
inline constexpr int kExitRefused = 120;        ///< the reply area holds the sentence
inline constexpr int kExitForbiddenCall = 121;  ///< LastWords::kForbiddenCall
inline constexpr int kExitAborted = 122;        ///< LastWords::kAborted
inline constexpr int kExitSetup = 123;          ///< a layer of the sandbox failed; the reply area holds the sentence

inline constexpr int kExitCgroup = 124;  ///< its cgroup could not be joined

}  // namespace rapt::sandbox::spawn
