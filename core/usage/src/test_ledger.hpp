// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/usage/usage.hpp"

namespace rapt::usage {

/// A district with a budget of ten dollars a month, and 10000 tokens a day.
class LedgerTest : public ::testing::Test {
 protected:
  static constexpr const char* kDistrict = "00000000-0000-7000-8000-000000000001";
  static constexpr const char* kSettings = "00000000-0000-7000-8000-000000000002";

  LedgerTest() {
    scratch->script(std::string("INSERT INTO groups (id, name, type) VALUES ('") + kDistrict +
                    "', 'District', 'district'); INSERT INTO ai_settings (id, group_id) VALUES ('" + kSettings +
                    "', '" + kDistrict + "')");
  }

  static Record record(const std::string& call_id) {
    Record out;
    out.call = {.id = call_id, .day = "2026-03-01", .prices = {{"vendor/model", {"0.003", "0.015"}}}, .reserved = true};
    out.group = GroupId::trusted(kDistrict);
    out.model = "vendor/model";
    out.request_type = "chat";
    out.input_tokens = 1000;
    out.output_tokens = 200;
    return out;
  }
  /// One column of one row; "" for NULL.
  std::string value(const std::string& sql) {
    static std::deque<std::string> texts;  // statements are known by their name for as long as there is a connection
    const auto& text = texts.emplace_back("SELECT (" + sql + ")::text AS value");
    const auto& name = texts.emplace_back("test." + std::to_string(texts.size()));
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), text.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + " " + rows.error().log_detail);
    return (*rows)[0].text("value");
  }
  /// Answers what was refused: 0 when the reservation holds.
  std::string reserve(const std::string& call_id, const std::string& most_cost = "1",
                      const std::string& until = "2026-03-01T01:00:00Z") {
    return value("SELECT refused FROM reserve_spending('" + call_id + "', " + most_cost + ", 4000, '" + until +
                 "', ARRAY['" + kSettings + "','" + kSettings +
                 "']::uuid[], '{day,month}', '{2026-03-01,2026-03-01}', " + "'{NULL,10}', '{10000,NULL}', '{NULL,8}')");
  }
  std::string spending(const std::string& period, const std::string& column) {
    return value("SELECT " + column + " FROM ai_spending WHERE period = '" + period + "'");
  }
  Result<void> settle_blocking(Record what) {
    return runtime::run_blocking((**scratch).transaction([what](store::Transaction& tx) { return settle(tx, what); }));
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
};

}  // namespace rapt::usage
