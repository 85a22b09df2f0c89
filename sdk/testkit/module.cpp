// SPDX-License-Identifier: Apache-2.0
#include <rapt/auth_provider.h>
#include <rapt/draft/self_test.h>
#include <rapt/events.h>
#include <rapt/exports.h>
#include <rapt/jobs.h>
#include <rapt/panels.h>
#include <rapt/routes.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "host.hpp"

extern "C" {
// Weak, so that a test which names its entries itself needs none of this name.
extern const rapt_entry rapt_module_entry __attribute__((weak));
}

namespace rapt::testkit {
namespace {

void write_line(const rapt_host* host, rapt_log_level level, rapt_text line) {
  // The kit made this host itself, non-const, and hands out nothing else.
  auto* memory = reinterpret_cast<MemoryHost*>(const_cast<rapt_host*>(host));
  memory->lines.emplace_back(level, std::string(line.data == nullptr ? "" : line.data, line.size));
}

const void* get_service(const rapt_host* host, const char* id) {
  static constexpr rapt_log_1 log{write_line};
  const auto& withheld = reinterpret_cast<const MemoryHost*>(host)->offer.withheld;
  if (std::find(withheld.begin(), withheld.end(), id) != withheld.end()) return nullptr;
  if (std::strcmp(id, RAPT_SERVICE_STREAM_1) == 0) return &stream_service();
  if (std::strcmp(id, RAPT_SERVICE_LOG_1) == 0) return &log;
  if (std::strcmp(id, RAPT_SERVICE_CONTEXT_1) == 0) return &context_service();
  if (std::strcmp(id, RAPT_SERVICE_REPLY_1) == 0) return &reply_service();
  return granted_service(*reinterpret_cast<const MemoryHost*>(host), id);
}

std::string fault_of(const Answer& answer) {
  switch (static_cast<int>(answer.verdict)) {
    case RAPT_CONTINUE:
    case RAPT_DEFER:
      return "";
    case RAPT_REPLACE:
      return answer.replacement ? "" : "RAPT_REPLACE without reply.replace";
    case RAPT_BLOCK:
      return answer.block_reason ? "" : "RAPT_BLOCK without reply.block";
    case RAPT_ERROR:
      return "the module answered RAPT_ERROR";
    default:
      return "the verdict is none of rapt_verdict";
  }
}

}  // namespace

namespace {

/// While it lives, the host is calling the module.
class Calling {
 public:
  Calling(MemoryHost& host, const Scene& scene) : host_(host) {
    host_.scene = &scene;
    host_.figures = 0;
  }
  Calling(const Calling&) = delete;
  Calling& operator=(const Calling&) = delete;
  ~Calling() { host_.scene = nullptr; }

 private:
  MemoryHost& host_;
};

}  // namespace

struct Module::State {
  const rapt_entry* entry = nullptr;
  const rapt_hooks_1* hooks = nullptr;
  void* module = nullptr;
  MemoryHost host;
};

Module::Module() : Module(Offer{}) {}

Module::Module(Offer offer)
    : Module(*(&rapt_module_entry != nullptr ? &rapt_module_entry
                                             : throw std::runtime_error("this program holds no rapt_module_entry")),
             std::move(offer)) {}

Module::Module(const rapt_entry& entry) : Module(entry, Offer{}) {}

Module::Module(const rapt_entry& entry, Offer offer) : state_(std::make_unique<State>()) {
  if (entry.struct_size != sizeof(rapt_entry) || entry.abi_major != RAPT_ABI_MAJOR) {
    throw std::runtime_error("the entry was built for another ABI");
  }
  if (entry.name == nullptr || entry.version == nullptr || entry.init == nullptr || entry.shutdown == nullptr ||
      entry.get_extension == nullptr) {
    throw std::runtime_error("a member of the entry is NULL");
  }
  state_->entry = &entry;
  state_->host.base = {sizeof(rapt_host), RAPT_ABI_MAJOR, offer.abi_minor, 0, get_service};
  state_->host.offer = std::move(offer);
  if (const auto status = entry.init(&state_->host.base, &state_->module); status != RAPT_OK) {
    throw std::runtime_error("init of " + std::string(entry.name) + " failed with status " + std::to_string(status));
  }
  state_->hooks = static_cast<const rapt_hooks_1*>(entry.get_extension(RAPT_EXT_HOOKS_1));
}

Module::~Module() {
  state_->entry->shutdown(state_->module);
}

Answer Module::call(rapt_hook hook, const Scene& scene) {
  if (state_->hooks == nullptr) throw std::runtime_error("the module hands out no " RAPT_EXT_HOOKS_1);
  const rapt_context context{state_->host.offer.abi_minor >= 1, &scene, hook, {}};
  rapt_reply reply{hook, &scene, {}};
  const Calling calling(state_->host, scene);
  reply.answer.verdict = state_->hooks->call(state_->module, hook, &context, &reply);
  reply.answer.fault = fault_of(reply.answer);
  return std::move(reply.answer);
}

namespace {

using Asked = rapt_status (*)(void*, rapt_text, rapt_reply*);

Answer ask_json(MemoryHost& host, void* state, Asked function, const std::string& input, const Scene& scene) {
  rapt_reply reply{kJsonCall, &scene, {}};
  const Calling calling(host, scene);
  const rapt_status status = function(state, {input.data(), input.size()}, &reply);
  reply.answer.verdict = status == RAPT_OK ? RAPT_REPLACE : RAPT_ERROR;
  reply.answer.fault = fault_of(reply.answer);
  return std::move(reply.answer);
}

template <class Table>
Asked function_of(const rapt_entry& entry, const char* id, Asked Table::*function) {
  const auto* table = static_cast<const Table*>(entry.get_extension(id));
  if (table == nullptr || table->*function == nullptr)
    throw std::runtime_error("the module hands out no " + std::string(id));
  return table->*function;
}

Asked function_of(const rapt_entry& entry, const std::string& extension) {
  if (extension == "route") return function_of(entry, RAPT_EXT_ROUTES_1, &rapt_routes_1::handle);
  if (extension == "job") return function_of(entry, RAPT_EXT_JOBS_1, &rapt_jobs_1::run);
  if (extension == "event") return function_of(entry, RAPT_EXT_EVENTS_1, &rapt_events_1::handle);
  if (extension == "panel") return function_of(entry, RAPT_EXT_PANELS_1, &rapt_panels_1::data);
  if (extension == "export") return function_of(entry, RAPT_EXT_EXPORTS_1, &rapt_exports_1::next);
  throw std::runtime_error("\"" + extension + "\" is none of route, job, event, panel and export");
}

/// The newest of the two extensions that the module has; their functions take the same.
Asked start_of(const rapt_entry& entry) {
  if (entry.get_extension(RAPT_EXT_AUTH_PROVIDER_2) != nullptr)
    return function_of(entry, RAPT_EXT_AUTH_PROVIDER_2, &rapt_auth_provider_2::start);
  return function_of(entry, RAPT_EXT_AUTH_PROVIDER_1, &rapt_auth_provider_1::start);
}

Asked step_of(const rapt_entry& entry) {
  if (entry.get_extension(RAPT_EXT_AUTH_PROVIDER_2) != nullptr)
    return function_of(entry, RAPT_EXT_AUTH_PROVIDER_2, &rapt_auth_provider_2::step);
  return function_of(entry, RAPT_EXT_AUTH_PROVIDER_1, &rapt_auth_provider_1::step);
}

Answer ask_provider(MemoryHost& host, void* state, Asked function, const std::string& input) {
  Scene scene;
  scene.user_id = scene.group_id = scene.tool_id = scene.session_id = "";
  return ask_json(host, state, function, input, scene);
}

}  // namespace

Answer Module::call(const std::string& extension, const std::string& input, const Scene& scene) {
  return ask_json(state_->host, state_->module, function_of(*state_->entry, extension), input, scene);
}

Answer Module::provider_start(const std::string& input) {
  return ask_provider(state_->host, state_->module, start_of(*state_->entry), input);
}

Answer Module::provider_step(const std::string& input) {
  return ask_provider(state_->host, state_->module, step_of(*state_->entry), input);
}

std::optional<rapt_status> Module::self_test() {
  const auto* test =
      static_cast<const rapt_self_test_draft_1*>(state_->entry->get_extension(RAPT_EXT_SELF_TEST_DRAFT_1));
  if (test == nullptr) return std::nullopt;
  return test->run(state_->module);
}

Services& Module::services() {
  return state_->host.services;
}

const std::vector<std::pair<rapt_log_level, std::string>>& Module::log() const {
  return state_->host.lines;
}

}  // namespace rapt::testkit
