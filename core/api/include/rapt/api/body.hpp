// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"

namespace rapt::api {

/// Reads the fields of a JSON body and collects every fault, so that the caller learns of all at once. A field that was
/// not asked for is a fault: ask for all, then call fault().
class Body {
 public:
  /// kUnsupported without a JSON content type, INVALID_UTF8, INVALID_JSON (also for a number beyond a double), kInvalid
  /// when it is no object or deeper than 32 levels. An empty body reads as {}.
  static Result<Body> parse(const http::Request& request);

  /// Text of at least one and at most `max` bytes.
  std::string text(const std::string& name, std::size_t max);
  /// A UUID.
  template <class IdType>
  IdType id(const std::string& name) {
    return take_id<IdType>(name, true);
  }
  template <class IdType>
  IdType optional_id(const std::string& name) {
    return take_id<IdType>(name, false);
  }
  /// As id(), but null is a value: an empty id.
  template <class IdType>
  IdType nullable_id(const std::string& name) {
    if (is_null(name)) return take_id<IdType>(name, false);
    return take_id<IdType>(name, true);
  }
  /// As text(), or nullopt when it is not there.
  std::optional<std::string> optional_text(const std::string& name, std::size_t max);
  /// As optional_text(), where null and "" say that the text goes: "".
  std::optional<std::string> clearable_text(const std::string& name, std::size_t max);
  /// As json_text(), or nullopt when it is not there.
  std::optional<std::string> optional_json(const std::string& name);
  /// A whole number from `least` to `most`, or nullopt when it is not there.
  std::optional<int> optional_number(const std::string& name, int least, int most);
  /// A JSON value of any type, as its text.
  std::string json_text(const std::string& name);
  /// Text that is one of `allowed`.
  std::string one_of(const std::string& name, const std::vector<std::string>& allowed);

  /// true, false, or nullopt when it is not there.
  std::optional<bool> optional_boolean(const std::string& name);
  /// The members of an object, each a whole number from `least` to `most` or null; empty when it is not there.
  std::map<std::string, std::optional<int>> optional_numbers(const std::string& name, int least, int most);

  /// All faults (of unknown fields so many that it makes twenty) as one Error; nullopt when there is none.
  [[nodiscard]] std::optional<Error> fault();

 private:
  explicit Body(nlohmann::json object);
  const nlohmann::json* take(const std::string& name, bool required);
  [[nodiscard]] bool is_null(const std::string& name) const;
  std::string take_uuid(const std::string& name, bool required);
  template <class IdType>
  IdType take_id(const std::string& name, bool required) {
    return IdType::parse(take_uuid(name, required)).value_or(IdType{});
  }

  std::shared_ptr<const nlohmann::json> object_;  ///< by pointer, so that only body.cpp needs the library
  std::vector<std::string> asked_;
  std::vector<FieldError> faults_;
};

}  // namespace rapt::api
