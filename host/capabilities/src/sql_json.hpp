// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/store/guest.hpp"

namespace rapt::host {

/// What a module has asked for, or why it may not.
struct SqlAsked {
  std::vector<store::GuestStatement> statements{};
  std::optional<store::GuestFault> fault{};
  std::size_t faulty = 0;  ///< which statement, from 0
};
/// `params`: a JSON array; absent: none.
SqlAsked sql_query(const std::string& sql, const std::optional<std::string>& params);
/// `json`: an array of {"sql", "params"}.
SqlAsked sql_statements(const std::string& json);

/// Builds the answer as rows come: an object a statement, all of them at most 1 MiB and 10,000 rows.
class SqlAnswer final : public store::GuestSink {
 public:
  bool columns(const std::vector<store::GuestColumn>& columns) override;
  bool row(const std::vector<std::optional<std::string_view>>& cells) override;
  void done(std::int64_t count) override;
  [[nodiscard]] std::string object() const { return text_; }
  [[nodiscard]] std::string array() const { return "[" + text_ + "]"; }

 private:
  std::vector<store::GuestType> types_;
  std::string text_;
  std::size_t rows_ = 0;
  bool first_row_ = true;
};

/// {"sqlstate", "message", "position"}; `statement` from 0, for transact.
std::string fault_json(const store::GuestFault& fault, std::optional<std::size_t> statement);

}  // namespace rapt::host
