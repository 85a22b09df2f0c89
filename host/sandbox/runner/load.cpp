// SPDX-License-Identifier: AGPL-3.0-or-later
#include <dlfcn.h>
#include <rapt/auth_provider.h>
#include <rapt/draft/self_test.h>
#include <rapt/events.h>
#include <rapt/exports.h>
#include <rapt/jobs.h>
#include <rapt/panels.h>
#include <rapt/routes.h>

#include <cstring>

#include "module.hpp"
#include "rapt/sandbox/drafts.hpp"
#include "rapt/sandbox/offer.hpp"

namespace rapt::runner {
namespace {

namespace wire = sandbox::wire;

std::string number(std::uint32_t value) {
  return std::to_string(value);
}

/// "" or why this entry is not the one that was ordered. Pointers in it lead into the module's own memory.
std::string check_entry(const rapt_entry& entry, const sandbox::spawn::SpawnMessage& order) {
  if (entry.abi_major != RAPT_ABI_MAJOR) {
    return "It was built for ABI " + number(entry.abi_major) + ", this host offers " + number(RAPT_ABI_MAJOR) +
           "; build it with this host's SDK.";
  }
  if (entry.struct_size < sizeof(rapt_entry))
    return "Its entry is smaller than ABI 1 says; build it with the SDK's headers.";
  // A larger minor number is welcome: what this host lacks is NULL for the module, and the least that it needs stands
  // in the manifest, which the host has compared.
  if (entry.name == nullptr || entry.version == nullptr || entry.init == nullptr || entry.get_extension == nullptr) {
    return "Its entry lacks name, version, init or get_extension.";
  }
  if (std::strncmp(entry.name, order.name, sizeof order.name) != 0 ||
      std::strncmp(entry.version, order.version, sizeof order.version) != 0) {
    return std::string("Its manifest says ") + order.name + " " + order.version +
           ", its library says something else; build and pack it again.";
  }
  return {};
}

static_assert(wire::kMaxReplacementBytes == RAPT_MAX_REPLY_BYTES);

using Call = rapt_status (*)(void*, rapt_text, rapt_reply*);

/// An extension whose struct holds functions of one kind only, in the order of their numbers.
struct Extension {
  const char* id;
  const char* declared;  ///< what the manifest says, for the refusal
  wire::CallNumber first, last;
  const char* better = nullptr;  ///< an extension with the same functions that is preferred where the module has it
};

constexpr Extension kExtensions[] = {{RAPT_EXT_AUTH_PROVIDER_1, "says that it is a login provider", wire::kAuthStart,
                                      wire::kAuthStep, RAPT_EXT_AUTH_PROVIDER_2},
                                     {RAPT_EXT_ROUTES_1, "declares routes", wire::kRoute, wire::kRoute},
                                     {RAPT_EXT_JOBS_1, "declares jobs", wire::kJob, wire::kJob},
                                     {RAPT_EXT_EVENTS_1, "subscribes to events", wire::kEvent, wire::kEvent},
                                     {RAPT_EXT_PANELS_1, "declares panels", wire::kPanel, wire::kPanel},
                                     {RAPT_EXT_EXPORTS_1, "declares exports", wire::kExport, wire::kExport}};
static_assert(sizeof(rapt_auth_provider_1) == 2 * sizeof(Call) && sizeof(rapt_auth_provider_2) == 2 * sizeof(Call) &&
              sizeof(rapt_routes_1) == sizeof(Call) && sizeof(rapt_jobs_1) == sizeof(Call) &&
              sizeof(rapt_events_1) == sizeof(Call) && sizeof(rapt_panels_1) == sizeof(Call) &&
              sizeof(rapt_exports_1) == sizeof(Call));

/// ", but a draft of it, …" where that is what it was built for.
std::string draft_instead(const Extension& wanted, const LoadedModule& module) {
  for (const auto& one : sandbox::kReleasedDrafts) {
    const bool wants = one.id == wanted.id || (wanted.better != nullptr && one.id == wanted.better);
    if (wants && module.entry->get_extension(one.draft.data()) != nullptr)
      return ", but the draft " + std::string(one.draft) + ", " + sandbox::what_became_of(one);
  }
  return {};
}

/// Takes the functions of the extensions of which one was ordered. "" or what is missing.
std::string find_calls(std::uint32_t needed, LoadedModule& module) {
  for (const Extension& one : kExtensions) {
    if ((needed & 1u << one.first) == 0) continue;
    const void* offered =
        one.better != nullptr && sandbox::kOffersServices ? module.entry->get_extension(one.better) : nullptr;
    const auto* functions =
        static_cast<const char*>(offered != nullptr ? offered : module.entry->get_extension(one.id));
    for (auto number = one.first; functions != nullptr && number <= one.last; ++number)
      std::memcpy(&module.calls[number], functions + (number - one.first) * sizeof(Call), sizeof(Call));
    for (auto number = one.first; number <= one.last; ++number) {
      if (module.calls[number] == nullptr)
        return std::string("Its manifest ") + one.declared + ", its library offers no " + one.id +
               draft_instead(one, module) + ".";
    }
  }
  return {};
}

}  // namespace

std::string load_module(const sandbox::spawn::SpawnMessage& order, const rapt_host* host, LoadedModule& module) {
  let_loader_open(true);
  void* library = dlopen(kLibraryPath, RTLD_NOW | RTLD_LOCAL);
  let_loader_open(false);
  if (library == nullptr) return std::string("Its library cannot be loaded: ") + dlerror() + ".";
  module.entry = static_cast<const rapt_entry*>(dlsym(library, RAPT_ENTRY_SYMBOL));
  if (module.entry == nullptr) return "Its library exports no " RAPT_ENTRY_SYMBOL ".";
  if (std::string fault = check_entry(*module.entry, order); !fault.empty()) return fault;
  if (const rapt_status status = module.entry->init(host, &module.state); status != RAPT_OK) {
    return "Its init failed with status " + std::to_string(status) + "; its log may say why.";
  }
  module.hooks = static_cast<const rapt_hooks_1*>(module.entry->get_extension(RAPT_EXT_HOOKS_1));
  if (order.needs_hooks != 0 && (module.hooks == nullptr || module.hooks->call == nullptr)) {
    return "Its manifest declares hooks, its library offers no " RAPT_EXT_HOOKS_1 ".";
  }
  return find_calls(order.needs_calls, module);
}

std::string self_test(const LoadedModule& module) {
  if (!sandbox::kOffersStreams) return {};
  const auto* test =
      static_cast<const rapt_self_test_draft_1*>(module.entry->get_extension(RAPT_EXT_SELF_TEST_DRAFT_1));
  if (test == nullptr) return {};
  if (test->run == nullptr) return "It offers " RAPT_EXT_SELF_TEST_DRAFT_1 " without a function to run.";
  const rapt_status status = test->run(module.state);
  if (status == RAPT_OK) return {};
  return "Its self-test failed with status " + std::to_string(status) + "; its log may say why.";
}

}  // namespace rapt::runner
