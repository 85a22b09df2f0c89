// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"

namespace rapt::tuf {

/// What went wrong first while a document was read; later findings are only its consequences.
class Faults {
 public:
  void add(std::string path, std::string message);
  [[nodiscard]] bool any() const { return first_.has_value(); }
  [[nodiscard]] const Error& first() const { return *first_; }

 private:
  std::optional<Error> first_;
};

/// One object of a document, read by the names of its members. A wrong type goes to the faults with its path, and an
/// empty value comes back. Members that nobody asks for are passed over. Lives no longer than the tree it reads.
class Fields {
 public:
  Fields(const nlohmann::json* value, std::string path, Faults& faults);
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name, bool absent) const;
  /// An integer of at least `least`.
  [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t least) const;
  /// 2030-01-31T12:00:00Z
  [[nodiscard]] TimePoint time(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::map<std::string, std::string> text_map(std::string_view name) const;
  [[nodiscard]] Fields object(std::string_view name) const;
  [[nodiscard]] std::vector<Fields> objects(std::string_view name) const;  ///< the elements of a list
  /// Every member of this object, each an object itself.
  void each(const std::function<void(const std::string& name, const Fields& member)>& visit) const;
  [[nodiscard]] const nlohmann::json* value(std::string_view name) const;
  void fault(std::string_view name, std::string message) const;

 private:
  [[nodiscard]] std::string path_of(std::string_view name) const;

  const nlohmann::json* value_;  ///< null when it is missing or no object
  std::string path_;
  Faults* faults_;
};

}  // namespace rapt::tuf
