// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/base/result.hpp"

namespace rapt::marketplace {

/// Why a field cannot be used; thrown by Field, caught by read_fields().
struct FieldFault {
  std::string path, message;
};

/// A value inside a document, with its path for whoever has to mend it.
class Field {
 public:
  Field(const nlohmann::json& value, std::string path) : value_(value), path_(std::move(path)) {}
  [[nodiscard]] Field at(const std::string& key) const;  ///< refuses when it is missing
  [[nodiscard]] std::optional<Field> find(const std::string& key) const;
  [[nodiscard]] std::string text(std::size_t most_bytes) const;  ///< without control characters but for line ends
  [[nodiscard]] std::uint32_t number() const;
  [[nodiscard]] bool truth() const;
  [[nodiscard]] std::vector<Field> items(std::size_t most) const;
  [[nodiscard]] std::vector<std::pair<std::string, Field>> members(std::size_t most) const;
  [[noreturn]] void refuse(const std::string& why) const { throw FieldFault{path_, why}; }

 private:
  const nlohmann::json& value_;
  std::string path_;
};

/// The document, with no key twice and nested at most 16 deep. kInvalid.
Result<nlohmann::json> parse_strictly(const std::string& what, std::string_view text);
Error field_error(const FieldFault& fault);

template <class Read>
auto read_fields(const std::string& what, std::string_view text, Read read)
    -> Result<decltype(read(std::declval<const Field&>()))> {
  const auto document = parse_strictly(what, text);
  if (!document) return document.error();
  try {
    return read(Field(*document, what));
  } catch (const FieldFault& fault) {
    return field_error(fault);
  }
}

}  // namespace rapt::marketplace
