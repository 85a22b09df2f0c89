// SPDX-License-Identifier: AGPL-3.0-or-later
#include <dlfcn.h>
#include <rapt/draft/self_test.h>

#include <cstring>

#include "module.hpp"
#include "rapt/sandbox/offer.hpp"

namespace rapt::runner {
namespace {

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
  if (!sandbox::kOffersProviders || order.needs_provider == 0) return {};
  module.provider = static_cast<const rapt_auth_provider_1*>(module.entry->get_extension(RAPT_EXT_AUTH_PROVIDER_1));
  if (module.provider == nullptr || module.provider->start == nullptr || module.provider->step == nullptr) {
    return "Its manifest says that it is a login provider, its library offers no " RAPT_EXT_AUTH_PROVIDER_1 ".";
  }
  return {};
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
