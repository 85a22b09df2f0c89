// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/ledger.hpp"

namespace rapt::store {
class Database;
class Row;
}  // namespace rapt::store

namespace rapt::quota {

/// The windows in which requests are counted, in the order of the arrays below.
enum Window : std::uint8_t { kMinute, kHour, kDay, kWindows };
using RequestLimits = std::array<std::optional<std::int64_t>, kWindows>;

/// A budget of one place in one period, and what else counts in the same row of ai_spending.
struct Budget {
  std::string settings_id;
  std::string place;        ///< "Maple Ridge Middle School"; empty: the system
  std::string period;       ///< "day", "month"
  std::string starts_on;    ///< "2026-11-21"
  std::string begins_anew;  ///< the first day of the next period
  TimePoint ends{};
  std::optional<std::string> cost_limit{}, token_limit{}, alert_at{};
};

/// One ai_settings row that holds for a payer.
struct Level {
  std::string settings_id;
  std::string group_id, class_id, place;  ///< all empty: the system
  std::optional<std::string> default_model{};
  std::vector<std::string> fallback_models{};
  RequestLimits per_user{}, together{};
  std::optional<std::int64_t> max_output_tokens{};
  std::optional<double> soft_limit{};  ///< of the nearest place that says one
  std::string time_zone;               ///< the same
  std::string today;
  TimePoint day_ends{};
  std::vector<Budget> budgets{};
};

/// What holds for one payer (a group and perhaps a class) until its day ends or somebody changes something.
struct Policy {
  std::int64_t version = 0;
  std::vector<Level> levels;  ///< the system first, then the groups from the top down, then the class; never empty
  TimePoint since{}, ends{};  ///< when it was read, and the first end of a day: in between it holds

  [[nodiscard]] const Level& nearest() const { return levels.back(); }
  /// Of each person: the strictest of all levels, and which that is.
  [[nodiscard]] std::optional<std::int64_t> per_user(Window window) const;
  [[nodiscard]] std::optional<std::int64_t> max_output_tokens() const;
};

/// What is known of the models.
struct Catalog {
  struct Entry {
    bool active = false;
    std::optional<usage::Price> price{};
    std::optional<std::int64_t> max_context_tokens{}, max_output_tokens{};
  };
  std::int64_t version = 0;
  std::map<std::string, Entry, std::less<>> models;
};

/// One statement each.
Task<Result<Policy>> load_policy(store::Database& database, GroupId group, ClassId class_id, TimePoint now);
Task<Result<Catalog>> load_catalog(store::Database& database);
Task<Result<std::int64_t>> load_version(store::Database& database);

std::optional<std::int64_t> optional_integer(const store::Row& row, const char* column);

}  // namespace rapt::quota
