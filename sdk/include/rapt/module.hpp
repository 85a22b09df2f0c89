// SPDX-License-Identifier: Apache-2.0
// A module in C++20: write a class, name it once in RAPT_MODULE. Nothing to link, nothing exported but the entry.
//
//   #include <rapt/module.hpp>
//   struct Shout {
//     rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
//       return context.content().ends_with("!!!") ? reply.block("Please ask without shouting.") : rapt::Verdict::kContinue;
//     }
//   };
//   RAPT_MODULE(Shout, "shout", "1.0.0");
//
// The class may have any of these members, each `Verdict (const Context&, Reply&)`; the manifest names the same points:
//   on_message          chat:on_message       on_product_before_ai  product:before_ai
//   on_before_ai        chat:before_ai        on_product_after_ai   product:after_ai
//   on_after_ai         chat:after_ai         on_run_complete       run:complete
//   on_session_start    session:start         on_session_end        session:end
//   on_delta            chat:on_delta
// and `rapt_status self_test()` (or void; an exception is a failure): rapt/draft/self_test.h, a draft, asked once after init.
// and these, each `std::string (std::string_view)`, a JSON object in and out (rapt/json.hpp); the headers tell the objects:
//   on_route   rapt/routes.h   on_event   rapt/events.h   on_export  rapt/exports.h
//   on_job     rapt/jobs.h     on_panel   rapt/panels.h
// A class that derives from rapt::auth::Provider or LookupProvider is a login provider (rapt/auth_provider.hpp); it needs no hook.
// It is made once at init, from `const rapt::Host&` where it has such a constructor, and destroyed at shutdown. An exception
// that leaves any of them becomes a failure (RAPT_ERROR, or a refused start) and a line in the log.
#pragma once

#include <rapt/abi.h>
#include <rapt/auth_provider.hpp>
#include <rapt/events.h>
#include <rapt/exports.h>
#include <rapt/jobs.h>
#include <rapt/panels.h>
#include <rapt/routes.h>
#include <rapt/draft/self_test.h>
#include <rapt/note.h>
#include <rapt/view.hpp>

#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace rapt::detail {

/// Generates, for one member name: whether the class has it, and the call. A member of that name with another signature
/// does not compile; without this it would silently never be asked.
#define RAPT_DETAIL_HOOK(member)                                                                                       \
  template <class M>                                                                                                   \
  inline constexpr bool has_##member = requires { &M::member; };                                                       \
  template <class M>                                                                                                   \
  bool try_##member(M& module, const Context& context, Reply& reply, Verdict& verdict) {                               \
    if constexpr (has_##member<M>) {                                                                                   \
      static_assert(std::is_invocable_r_v<Verdict, decltype(&M::member), M&, const Context&, Reply&>,                  \
                    #member " must be callable as rapt::Verdict(const rapt::Context&, rapt::Reply&)");                 \
      verdict = module.member(context, reply);                                                                         \
      return true;                                                                                                     \
    } else {                                                                                                           \
      static_cast<void>(module), static_cast<void>(context), static_cast<void>(reply), static_cast<void>(verdict);     \
      return false;                                                                                                    \
    }                                                                                                                  \
  }
RAPT_DETAIL_HOOK(on_message)
RAPT_DETAIL_HOOK(on_before_ai)
RAPT_DETAIL_HOOK(on_after_ai)
RAPT_DETAIL_HOOK(on_session_start)
RAPT_DETAIL_HOOK(on_session_end)
RAPT_DETAIL_HOOK(on_product_before_ai)
RAPT_DETAIL_HOOK(on_product_after_ai)
RAPT_DETAIL_HOOK(on_run_complete)
RAPT_DETAIL_HOOK(on_delta)
#undef RAPT_DETAIL_HOOK

template <class M>
inline constexpr bool has_any_hook = has_on_message<M> || has_on_before_ai<M> || has_on_after_ai<M> || has_on_session_start<M> ||
                                     has_on_session_end<M> || has_on_product_before_ai<M> || has_on_product_after_ai<M> ||
                                     has_on_run_complete<M> || has_on_delta<M>;

template <class M>
inline constexpr bool has_self_test = requires { &M::self_test; };

template <class M>
inline constexpr bool has_on_route = requires { &M::on_route; };
template <class M>
inline constexpr bool has_on_job = requires { &M::on_job; };
template <class M>
inline constexpr bool has_on_event = requires { &M::on_event; };
template <class M>
inline constexpr bool has_on_panel = requires { &M::on_panel; };
template <class M>
inline constexpr bool has_on_export = requires { &M::on_export; };
template <class M>
inline constexpr bool has_any_call = has_on_route<M> || has_on_job<M> || has_on_event<M> || has_on_panel<M> || has_on_export<M>;

template <class M>
inline constexpr bool is_provider = std::is_base_of_v<auth::AnyProvider, M>;
template <class M>
inline constexpr bool looks_up = std::is_base_of_v<auth::LookupProvider, M>;

/// False when the class has no member for `hook`.
template <class M>
bool dispatch(M& module, rapt_hook hook, const Context& context, Reply& reply, Verdict& verdict) {
  switch (static_cast<int>(hook)) {
    case RAPT_HOOK_CHAT_ON_MESSAGE: return try_on_message(module, context, reply, verdict);
    case RAPT_HOOK_CHAT_BEFORE_AI: return try_on_before_ai(module, context, reply, verdict);
    case RAPT_HOOK_CHAT_AFTER_AI: return try_on_after_ai(module, context, reply, verdict);
    case RAPT_HOOK_SESSION_START: return try_on_session_start(module, context, reply, verdict);
    case RAPT_HOOK_SESSION_END: return try_on_session_end(module, context, reply, verdict);
    case RAPT_HOOK_PRODUCT_BEFORE_AI: return try_on_product_before_ai(module, context, reply, verdict);
    case RAPT_HOOK_PRODUCT_AFTER_AI: return try_on_product_after_ai(module, context, reply, verdict);
    case RAPT_HOOK_RUN_COMPLETE: return try_on_run_complete(module, context, reply, verdict);
    case RAPT_HOOK_CHAT_ON_DELTA: return try_on_delta(module, context, reply, verdict);
    default: return false;
  }
}

/// The C functions of the entry for one class. Every exception ends here.
template <class M>
class Entry {
  static_assert(has_any_hook<M> || is_provider<M> || has_any_call<M>,
                "the module has no hook: give it on_message, on_before_ai or another of module.hpp's list");

 public:
  static rapt_status init(const rapt_host* host, void** state) noexcept {
    if (host == nullptr || state == nullptr) return RAPT_E_INVALID;
    const Host services(host);
    if (!services.complete()) return RAPT_E_UNAVAILABLE;
    return guarded(services, "init", RAPT_E_FAILED, [&] {
      *state = std::make_unique<Entry>(services).release();
      return RAPT_OK;
    });
  }
  static void shutdown(void* state) noexcept { delete static_cast<Entry*>(state); }
  static rapt_verdict call(void* state, rapt_hook hook, const rapt_context* context, rapt_reply* reply) noexcept {
    auto& self = *static_cast<Entry*>(state);
    return guarded(self.host_, "hook", RAPT_ERROR, [&] {
      const Context seen(self.host_.context_service(), context, hook);
      Reply said(self.host_.reply_service(), reply, self.host_.stream_service());
      Verdict verdict = Verdict::kError;
      if (!dispatch(self.module_, hook, seen, said, verdict)) {
        self.host_.log(RAPT_LOG_ERROR, "the manifest names a hook that the module does not implement: number " +
                                           std::to_string(static_cast<int>(hook)));
      }
      return static_cast<rapt_verdict>(verdict);
    });
  }
  static const void* get_extension(const char* id) noexcept {
    static constexpr rapt_hooks_1 hooks{&Entry::call};
    if (id == nullptr) return nullptr;
    if (std::strcmp(id, RAPT_EXT_HOOKS_1) == 0) return has_any_hook<M> ? &hooks : nullptr;
    if constexpr (looks_up<M>) {
      static constexpr rapt_auth_provider_2 provider{&Entry::start, &Entry::step};
      if (std::strcmp(id, RAPT_EXT_AUTH_PROVIDER_2) == 0) return &provider;
    } else if constexpr (is_provider<M>) {
      static constexpr rapt_auth_provider_1 provider{&Entry::start, &Entry::step};
      if (std::strcmp(id, RAPT_EXT_AUTH_PROVIDER_1) == 0) return &provider;
    }
    if (const void* found = find_call(id); found != nullptr) return found;
    if constexpr (has_self_test<M>) {
      static constexpr rapt_self_test_draft_1 test{&Entry::self_test};
      if (std::strcmp(id, RAPT_EXT_SELF_TEST_DRAFT_1) == 0) return &test;
    }
    return nullptr;
  }
  static rapt_status start(void* state, rapt_text input, rapt_reply* reply) noexcept {
    return ask_json(state, "start", input, reply, [](M& module, std::string_view in) -> std::string { return auth::detail::start_text(module, in); });
  }
  static rapt_status step(void* state, rapt_text input, rapt_reply* reply) noexcept {
    return ask_json(state, "step", input, reply, [](M& module, std::string_view in) -> std::string { return auth::detail::step_text(module, in); });
  }
  static rapt_status self_test(void* state) noexcept {
    auto& self = *static_cast<Entry*>(state);
    return guarded(self.host_, "self-test", RAPT_E_FAILED, [&]() -> rapt_status {
      if constexpr (has_self_test<M>) {
        if constexpr (std::is_void_v<decltype(self.module_.self_test())>) {
          self.module_.self_test();
        } else {
          return self.module_.self_test();
        }
      }
      return RAPT_OK;
    });
  }

  explicit Entry(const Host& host) : host_(host), module_(make(host)) {}

 private:
  static const void* find_call(const char* id) noexcept {
    if constexpr (has_on_route<M>) {
      static constexpr rapt_routes_1 routes{[](void* state, rapt_text input, rapt_reply* reply) noexcept {
        return ask_json(state, "route", input, reply, [](M& module, std::string_view in) -> std::string { return module.on_route(in); });
      }};
      if (std::strcmp(id, RAPT_EXT_ROUTES_1) == 0) return &routes;
    }
    if constexpr (has_on_job<M>) {
      static constexpr rapt_jobs_1 jobs{[](void* state, rapt_text input, rapt_reply* reply) noexcept {
        return ask_json(state, "job", input, reply, [](M& module, std::string_view in) -> std::string { return module.on_job(in); });
      }};
      if (std::strcmp(id, RAPT_EXT_JOBS_1) == 0) return &jobs;
    }
    if constexpr (has_on_event<M>) {
      static constexpr rapt_events_1 events{[](void* state, rapt_text input, rapt_reply* reply) noexcept {
        return ask_json(state, "event", input, reply, [](M& module, std::string_view in) -> std::string { return module.on_event(in); });
      }};
      if (std::strcmp(id, RAPT_EXT_EVENTS_1) == 0) return &events;
    }
    if constexpr (has_on_panel<M>) {
      static constexpr rapt_panels_1 panels{[](void* state, rapt_text input, rapt_reply* reply) noexcept {
        return ask_json(state, "panel", input, reply, [](M& module, std::string_view in) -> std::string { return module.on_panel(in); });
      }};
      if (std::strcmp(id, RAPT_EXT_PANELS_1) == 0) return &panels;
    }
    if constexpr (has_on_export<M>) {
      static constexpr rapt_exports_1 exports{[](void* state, rapt_text input, rapt_reply* reply) noexcept {
        return ask_json(state, "export", input, reply, [](M& module, std::string_view in) -> std::string { return module.on_export(in); });
      }};
      if (std::strcmp(id, RAPT_EXT_EXPORTS_1) == 0) return &exports;
    }
    static_cast<void>(id);
    return nullptr;
  }
  template <class Asked>
  static rapt_status ask_json(void* state, const char* where, rapt_text input, rapt_reply* reply, Asked asked) noexcept {
    auto& self = *static_cast<Entry*>(state);
    return guarded(self.host_, where, RAPT_E_FAILED, [&] {
      const std::string answer = asked(self.module_, view(input));
      return self.host_.reply_service()->replace(reply, text(answer));
    });
  }
  static M make(const Host& host) {
    if constexpr (std::is_constructible_v<M, const Host&>) {
      return M(host);
    } else {
      static_cast<void>(host);
      return M();
    }
  }
  template <class Result, class Body>
  static Result guarded(const Host& host, const char* where, Result failed, Body body) noexcept {
    try {
      return body();
    } catch (const std::exception& error) {
      report(host, where, error.what());
    } catch (...) {
      report(host, where, "an exception that is no std::exception");
    }
    return failed;
  }
  static void report(const Host& host, const char* where, const char* what) noexcept {
    try {
      host.log(RAPT_LOG_ERROR, std::string(where) + " failed: " + what);
    } catch (...) {
      host.log(RAPT_LOG_ERROR, "failed, and memory is short");
    }
  }
  Host host_;
  M module_;
};

}  // namespace rapt::detail

/// Defines the one exported symbol and the ABI note. `name_` and `version_` are literals, as in the manifest.
#define RAPT_MODULE(Class, name_, version_)                                                                              \
  RAPT_ABI_NOTE;                                                                                                         \
  extern "C" RAPT_EXPORT const rapt_entry rapt_module_entry;                                                             \
  const rapt_entry rapt_module_entry = {                                                                                 \
      sizeof(rapt_entry),                 RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0u, name_, version_,                           \
      &rapt::detail::Entry<Class>::init, &rapt::detail::Entry<Class>::shutdown, &rapt::detail::Entry<Class>::get_extension}
