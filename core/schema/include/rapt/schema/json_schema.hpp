// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string_view>

#include "rapt/base/result.hpp"

namespace rapt::schema {

/// A compiled JSON Schema (valijson, draft 7 without remote references). Immutable, shared between threads.
class JsonSchema {
 public:
  /// kInvalid when the text is no JSON, no schema, deeper than 64 levels or larger than 256 KiB.
  static Result<JsonSchema> compile(std::string_view schema_json);
  /// kInvalid with one FieldError for each fault; paths as "input.grade" with `prefix` in front ("input").
  [[nodiscard]] Result<void> validate(std::string_view document_json, std::string_view prefix = "") const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace rapt::schema
