// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/store/test_redis.hpp"
#include "rapt/usage/usage.hpp"

namespace rapt::quota {

class MovableClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_.load(); }
  void set(std::string_view text) { now_ = *parse_time(text); }

 private:
  std::atomic<TimePoint> now_{*parse_time("2026-03-02T12:00:00Z")};
};

/// A district in Chicago, a school below it and a class of that school; three models, of which one is switched off and
/// one has no price. Ids are new in each test, because Redis remembers.
class DistrictTest : public ::testing::Test {
 protected:
  DistrictTest() {
    sql("INSERT INTO groups (id, parent_id, name, type) VALUES ('" + district.str() +
        "', NULL, 'District', 'district'), ('" + school.str() + "', '" + district.str() + "', 'School', 'school')");
    sql("INSERT INTO classes (id, group_id, name) VALUES ('" + klass.str() + "', '" + school.str() + "', 'Algebra')");
    sql("INSERT INTO ai_models (id, name, active, input_cost_per_1k, output_cost_per_1k, max_output_tokens) VALUES"
        " ('v/cheap', 'Cheap', true, 0.001, 0.002, NULL), ('v/dear', 'Dear', true, 1, 2, 500), ('v/idle', 'Idle', "
        "false, 1, 1, NULL),"
        " ('v/open', 'Open', true, NULL, NULL, NULL)");
    sql("UPDATE ai_settings SET default_model = 'v/cheap', soft_limit = NULL");
    sql("INSERT INTO ai_settings (group_id, time_zone) VALUES ('" + district.str() + "', 'America/Chicago')");
  }

  void sql(const std::string& text) { scratch->script(text); }
  void set(const std::string& what) {
    sql("UPDATE ai_settings SET " + what + " WHERE group_id = '" + district.str() + "'");
  }
  std::string value(const std::string& text) {
    static std::deque<std::string> texts;
    const auto& statement = texts.emplace_back("SELECT (" + text + ")::text AS value");
    const auto& name = texts.emplace_back("test." + std::to_string(texts.size()));
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), statement.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  [[nodiscard]] Ask ask(const std::string& model = "") const {
    return {.user = user, .group = school, .class_id = klass, .model = model, .input_tokens = 100};
  }
  Result<Grant> admit(const Ask& what) { return runtime::run_blocking(service.admit(what)); }
  Result<Grant> admit() { return admit(ask()); }
  void settle(const Grant& grant, std::int64_t input, std::int64_t output) {
    usage::Record record;
    record.call = grant.call;
    record.group = school;
    record.class_id = klass;
    record.model = grant.model;
    record.request_type = "chat";
    record.input_tokens = input;
    record.output_tokens = output;
    ASSERT_TRUE(runtime::run_blocking(usage::settle_alone(**scratch, record)));
  }

  const GroupId district = GroupId::trusted(new_uuid()), school = GroupId::trusted(new_uuid());
  const ClassId klass = ClassId::trusted(new_uuid());
  const UserId user = UserId::trusted(new_uuid());
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  store::Redis redis{store::test_redis_url(), 4, std::chrono::minutes(1)};
  MovableClock clock;
  QuotaService service{{**scratch, redis, clock, "env/model"}};
};

}  // namespace rapt::quota
