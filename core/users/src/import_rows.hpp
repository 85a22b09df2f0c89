// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "csv_file.hpp"
#include "rapt/users/types.hpp"

namespace rapt::users {

/// One line of a file: what it says, then what is to be done because of it.
struct Planned {
  std::int64_t line = 0;
  std::string email, key;  ///< as written, and in lower case as the database compares it
  std::string name;
  std::optional<std::string> given_name{}, family_name{};
  std::string group{};   ///< as written; empty: none
  std::string role{};    ///< empty: not said
  std::string status{};  ///< empty: not said
  std::vector<FieldError> faults{};

  std::string outcome{};   ///< as in ImportLine
  UserId user{};           ///< the new or the present account
  std::string group_id{};  ///< of the membership that is put; empty: none
  bool changes_user = false;

  void fault(std::string column, std::string message) { faults.push_back({std::move(column), std::move(message)}); }
};

/// What a row says, with the faults that show without a look at anything else.
Planned read_row(const CsvRow& row, const CsvColumns& columns);

}  // namespace rapt::users
