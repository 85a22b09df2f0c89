// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/abi.h>
#include <rapt/hooks.h>
#include <rapt/log.h>
#include <rapt/reply.h>
#include <rapt/stream.h>

#include <array>
#include <string>
#include <string_view>

#include "runner.hpp"

/// The module's side of a runner: its library, and the services that it is offered.
namespace rapt::runner {

/// The shared areas as this process maps them.
struct SharedAreas {
  const sandbox::wire::QueueHead* queue = nullptr;  ///< start of the request area; read-only
  sandbox::wire::ReplyHeader* reply = nullptr;      ///< start of the reply area
};

struct LoadedModule {
  const rapt_entry* entry = nullptr;
  const rapt_hooks_1* hooks = nullptr;
  /// By number (wire.hpp): the extension calls that were ordered.
  std::array<rapt_status (*)(void* state, rapt_text input, rapt_reply* reply), sandbox::wire::kCallNumbers> calls{};
  void* state = nullptr;
};

/// Loads kLibraryPath, compares its entry with the order and initializes it. "" or the sentence of the refusal.
std::string load_module(const sandbox::spawn::SpawnMessage& order, const rapt_host* host, LoadedModule& module);

/// Asks the module whether it works, if it can tell. "" or the sentence of the refusal.
std::string self_test(const LoadedModule& module);
/// What the module receives as its host: services of context, reply and log over the shared areas.
const rapt_host* make_host(const SharedAreas& areas);
/// Has the module answer the request that stands in that slot, and writes the reply's body into the reply's slot.
void answer_call(const SharedAreas& areas, std::uint32_t slot, const LoadedModule& module);
/// The request that stands in that slot.
const sandbox::wire::RequestHeader& request_in(const SharedAreas& areas, std::uint32_t slot);
/// A line for the admin, as if the module had written it.
void write_line(rapt_log_level level, std::string_view line);
/// Rings the host's bell. False when that cannot be.
bool wake_host();
/// Writes a sentence where the host looks for a refusal.
void write_refusal(const SharedAreas& areas, const std::string& sentence);

}  // namespace rapt::runner

/// The opaque types of the ABI.
struct rapt_context {
  const unsigned char* area;  ///< the request's slot
  const rapt::sandbox::wire::RequestHeader* header;
  mutable std::string json;
};

struct rapt_reply {
  unsigned char* area;  ///< the reply's slot
  rapt::sandbox::wire::CallNumber hook;
  std::size_t used;
  rapt::sandbox::wire::ReplyBody body;
  const rapt_context* context;
  rapt::sandbox::wire::Span reason{};  ///< of a block; a replacement stands in `body`. The verdict decides which counts
};

namespace rapt::runner {

/// Copies a text into the reply's slot behind what is there. RAPT_E_TOO_LARGE when there is no room.
rapt_status copy_into(rapt_reply& reply, rapt_text text, sandbox::wire::Span& span);
rapt_text field_text(const rapt_context& context, sandbox::wire::Span span);
/// The context as a JSON object, for modules that prefer it.
std::string context_json(const rapt_context& context);
extern const rapt_reply_1 reply_service;
extern const rapt_context_1 context_service;
extern const rapt_stream_1 stream_service;

}  // namespace rapt::runner
