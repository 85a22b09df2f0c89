// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rapt/quota/administration.hpp"

namespace rapt::quota {

/// What a value may be.
enum class Kind : std::uint8_t { kText, kModel, kModels, kCount, kMoney, kShare, kZone, kObject, kBoolean };

struct Field {
  const char* name;
  Kind kind;
  std::int64_t least = 0, most = 0;  ///< kCount: bounds; kText: bytes; kMoney: whole digits, and decimals in `least`
  bool nullable = true;
  bool of_class = false;  ///< teachers may set it for their class
};

std::span<const Field> fields_of_model();
std::span<const Field> fields_of_settings();

/// The changes as an object of values that PostgreSQL casts to the columns, or all faults (those of the reader first).
/// `faults` are further ones, which only the database could find.
Result<std::string> checked(const Changes& changes, std::span<const Field> fields, std::vector<FieldError> faults = {});
/// What changes name as models, with the path of each; of wrong values nothing.
std::vector<FieldError> models_named(const Changes& changes);

/// One Error of several faults.
Error error_of(std::vector<FieldError> faults);
bool is_model_id(std::string_view text);

}  // namespace rapt::quota
