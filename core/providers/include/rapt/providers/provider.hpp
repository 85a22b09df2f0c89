// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::providers {

/// What anybody may know of a provider.
struct ProviderRef {
  std::string name;   ///< in the path: /auth/NAME
  std::string title;  ///< for people
};

/// The addresses that a provider speaks for. One of a forced domain cannot log in by password.
struct Domain {
  std::string domain;  ///< lower case, without "@"
  bool forced = false;
};

/// A provider as system administrators see it. Of the secrets, only the names.
struct Provider {
  std::string name, module, title;
  std::string settings_json = "{}";
  std::vector<std::string> secret_names{};
  bool enabled = false;
  bool create_users = false;
  GroupId default_group{};
  std::string default_role = "student";
  std::vector<Domain> domains{};
  TimePoint created_at{}, updated_at{};
};

/// What is to be set; what is left out stays as it is, or at its usual value in a new one.
struct ProviderChange {
  std::optional<std::string> module{}, title{};
  std::optional<std::string> settings_json{};                   ///< takes the place of the present ones
  std::map<std::string, std::optional<std::string>> secrets{};  ///< by name; without a value: forgotten
  std::optional<bool> enabled{}, create_users{};
  std::optional<GroupId> default_group{};        ///< an empty id: none
  std::optional<std::string> default_role{};     ///< student, teacher
  std::optional<std::vector<Domain>> domains{};  ///< take the place of the present ones
};

/// Which provider answers for an address.
struct Lookup {
  std::optional<ProviderRef> provider{};
  bool forced = false;
};

/// A provider that a person can log in through.
struct Link {
  std::string provider, title;
  TimePoint created_at{};
  std::optional<TimePoint> last_used_at{};
};

}  // namespace rapt::providers
