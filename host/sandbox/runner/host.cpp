// SPDX-License-Identifier: AGPL-3.0-or-later
// The module's host: services by id, log lines, and the conversation of one call.
#include <rapt/log.h>

#include <algorithm>
#include <cstring>

#include "module.hpp"
#include "rapt/sandbox/offer.hpp"
#include "services.hpp"

namespace rapt::runner {
namespace {

namespace wire = sandbox::wire;

wire::ReplyHeader* log_area = nullptr;

void write_log(const rapt_host*, rapt_log_level level, rapt_text line) {
  if (line.data != nullptr) write_line(level, {line.data, line.size});
}

const rapt_log_1 log_service = {write_log};

const void* get_service(const rapt_host*, const char* id) {
  const struct {
    const char* id;
    const void* service;
  } services[] = {{RAPT_SERVICE_CONTEXT_1, &context_service},
                  {RAPT_SERVICE_REPLY_1, &reply_service},
                  {RAPT_SERVICE_STREAM_1, &stream_service},
                  {RAPT_SERVICE_LOG_1, &log_service}};
  if (!sandbox::kOffersStreams && std::strcmp(id, RAPT_SERVICE_STREAM_1) == 0) return nullptr;
  for (const auto& one : services) {
    if (std::strcmp(one.id, id) == 0) return one.service;
  }
  return find_service(id);
}

const rapt_host module_host = {sizeof(rapt_host), RAPT_ABI_MAJOR, sandbox::kOfferedMinor, 0, get_service};

/// An answer that lacks what its verdict needs is the module's failure; the admin is told what is wrong with it.
void complete(rapt_reply& reply, rapt_verdict verdict) {
  static constexpr char kLacksText[] = "It answered without giving an acceptable text.";
  reply.body.verdict = static_cast<std::uint32_t>(verdict);
  if (verdict == RAPT_REPLACE || verdict == RAPT_BLOCK) {
    if (verdict == RAPT_BLOCK) reply.body.text = reply.reason;
    if (reply.body.text.offset != 0) return;
    reply.body.verdict = RAPT_ERROR;
    reply.body.text = {static_cast<std::uint32_t>(reply.used), sizeof kLacksText - 1};
    if (sizeof kLacksText <= wire::kReplySlot - reply.used)
      std::memcpy(reply.area + reply.used, kLacksText, sizeof kLacksText);
  } else {
    reply.body.text = {};
  }
}

/// The functions of extensions have a status and a text, no verdict.
rapt_verdict ask_extension(const LoadedModule& module, const rapt_context& context, rapt_reply& reply) {
  const auto asked = module.calls[reply.hook];
  if (asked == nullptr) return RAPT_ERROR;  // the host asks only for what it has ordered
  const rapt_text input = context_service.text(&context, RAPT_FIELD_INPUT);
  return asked(module.state, input, &reply) == RAPT_OK ? RAPT_REPLACE : RAPT_ERROR;
}

rapt_verdict ask(const LoadedModule& module, const rapt_context& context, rapt_reply& reply) {
  if (wire::is_extension_call(reply.hook)) return ask_extension(module, context, reply);
  return module.hooks->call(module.state, static_cast<rapt_hook>(reply.hook), &context, &reply);
}

}  // namespace

void write_line(rapt_log_level level, std::string_view line) {
  const std::uint32_t written = log_area->log_written.load(std::memory_order_relaxed);
  wire::LogSlot& slot = log_area->log[written % wire::kLogSlots];
  slot.level = static_cast<std::uint32_t>(level);
  slot.size = static_cast<std::uint32_t>(std::min(line.size(), wire::kMaxLogBytes));
  std::memcpy(slot.line, line.data(), slot.size);
  log_area->log_written.store(written + 1, std::memory_order_release);
}

const rapt_host* make_host(const SharedAreas& areas) {
  log_area = areas.reply;
  return &module_host;
}

const wire::RequestHeader& request_in(const SharedAreas& areas, std::uint32_t slot) {
  const auto* area = reinterpret_cast<const unsigned char*>(areas.queue);
  return *reinterpret_cast<const wire::RequestHeader*>(area + wire::request_slot_offset(slot));
}

void answer_call(const SharedAreas& areas, std::uint32_t slot, const LoadedModule& module) {
  const wire::RequestHeader& request = request_in(areas, slot);
  const wire::CallNumber hook = request.hook;
  const rapt_context context{reinterpret_cast<const unsigned char*>(&request), &request, {}};
  rapt_reply reply;
  reply.area = reinterpret_cast<unsigned char*>(areas.reply) + wire::reply_slot_offset(slot);
  reply.hook = hook;
  reply.used = sizeof(wire::ReplyBody);
  reply.context = &context;
  reply.body.text = {};
  reply.body.instruction_count = 0;
  reply.body.extraction_count = 0;
  reply.body.held_bytes = 0;
  reply.body.metric_count = 0;
  const bool withdrawn = request.withdrawn.load(std::memory_order_relaxed) != 0;
  begin_call(request.sequence.load(std::memory_order_relaxed), reply);
  complete(reply, withdrawn ? RAPT_ERROR : ask(module, context, reply));
  end_call();
  *reinterpret_cast<wire::ReplyBody*>(reply.area) = reply.body;
}

void write_refusal(const SharedAreas& areas, const std::string& sentence) {
  const std::size_t size = std::min(sentence.size(), wire::kMaxReasonBytes);
  std::memcpy(areas.reply->refusal, sentence.data(), size);
  areas.reply->refusal_size = static_cast<std::uint32_t>(size);
  areas.reply->state.store(static_cast<std::uint32_t>(wire::RunnerState::kRefused), std::memory_order_release);
}

}  // namespace rapt::runner
