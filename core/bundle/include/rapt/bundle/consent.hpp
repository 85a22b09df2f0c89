// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/bundle/manifest.hpp"

namespace rapt::bundle {

/// What one permission gives a module, for whoever grants it.
struct Consent {
  std::string permission;  ///< its name: "http"
  std::string gives;       ///< a sentence, with the hosts and paths that come with it
  bool offered = true;     ///< false: no host serves this yet, so nothing comes of granting it
};

Consent consent_to(const ManifestPermission& permission);
/// Of what was granted, as grants_of() wrote it down: one for each permission, in the order of their first grants.
std::vector<Consent> consents_of(const std::vector<std::string>& grants);
/// What a hook tells a module of what people write with the tools that it is attached to, and what it may do with it.
/// No permission stands for that: whoever attaches the module to a tool gives it. "" for a point that is none of a
/// manifest.
std::string told_at(const ManifestHook& hook);

/// How a hook differs from the one at the same point in the version before.
struct HookChange {
  bool more = false;  ///< the module gets more to read, or more power to change or stop: somebody has to agree
  std::string words;  ///< sentences: "So far it was not asked here."; "" when nothing differs that matters to people
};
/// A point that is not in `before` is more, and so is a longer history, a hook that is no longer asked afterwards where
/// it may change or stop something, and another place among the modules there: earlier it reads what they take out,
/// later it has the last word. What happens when the module fails is told, and is no more.
HookChange change_of(const ManifestHook& hook, const std::vector<ManifestHook>& before);
/// Two lines for a terminal: "http to api.example.org: the module's own reason" and what it gives. The reason is a
/// stranger's: it is made printable here.
std::string asked_in_words(const ManifestPermission& permission, std::string_view indent);

}  // namespace rapt::bundle
