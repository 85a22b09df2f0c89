// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::host {

/// Reads the members of an object that a module has sent. A member that is absent or null gives what is empty; the
/// first one that is wrong is remembered, and gives what is empty, too. end() tells it, or a member that nobody asked
/// for.
class AskedFields {
 public:
  /// `path`: where the object stands ("where"), for the fields of faults. `object` must outlive this.
  explicit AskedFields(const nlohmann::json& object, std::string path = {});

  /// Of 1 to `most` bytes, without control characters but line ends and tabs.
  std::optional<std::string> text(std::string_view name, std::size_t most);
  std::optional<std::string> one_of(std::string_view name, const std::vector<std::string_view>& known);
  std::string id(std::string_view name);  ///< canonical; "" when absent
  std::int64_t number(std::string_view name, std::int64_t fallback, std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> optional_number(std::string_view name, std::int64_t least, std::int64_t most);
  bool flag(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t count, std::size_t most);
  std::optional<std::vector<std::string>> ids(std::string_view name, std::size_t count);
  /// An array or object to be read by itself; nullptr when absent.
  const nlohmann::json* array(std::string_view name, std::size_t least, std::size_t most);
  const nlohmann::json* object(std::string_view name);

  void expect(std::string_view name) { find(name); }  ///< somebody else reads it
  void fault(std::string_view name, std::string message);  ///< kept unless there was another one before
  [[nodiscard]] bool failed() const { return fault_.has_value(); }
  Result<void> end();

 private:
  const nlohmann::json* find(std::string_view name);
  template <class Check>
  std::optional<std::vector<std::string>> list(std::string_view name, std::size_t count, Check check);

  const nlohmann::json& object_;
  std::string path_;
  std::vector<std::string> asked_;
  std::optional<Error> fault_;
};

}  // namespace rapt::host
