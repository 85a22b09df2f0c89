// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>
#include <string>

#include "rapt/config/settings.hpp"

namespace rapt::config {

/// One setting: everything that is known of it.
struct Declaration {
  const char* name;
  const char* type;
  const char* unit;          ///< "" when it has none
  const char* default_text;  ///< read in the same way as what is set; nullptr: it must be set
  std::string bounds;
  const char* help;
  bool secret;
  /// Reads `text` into its field. Returns what is wrong with it and what to do, or "".
  std::string (*read)(const std::string& text, Settings& out);
};

std::span<const Declaration> declarations();
/// Those of load_telemetry(), which reads them itself: they have no `read`.
std::span<const Declaration> telemetry_declarations();

}  // namespace rapt::config
