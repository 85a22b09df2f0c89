// SPDX-License-Identifier: AGPL-3.0-or-later
// A tree of fifty thousand groups: what lies below one, what above it, and a district that moves.
#include <string>

#include "education.hpp"
#include "rapt/groups/group_service.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/users/user_service.hpp"

namespace rapt::bench {
namespace {

constexpr int kSamples = 200;
constexpr int kMoves = 10;
constexpr double kMostDescendantsMs = 5, kMostAncestorsMs = 1, kMostMoveMs = 500;

// Two states with five districts each; a district has 50 schools with 99 departments each: 5,000 groups below it,
// 50,012 in all. Ids are numbers: state 1 and 2, district 11 to 20, school 1001 and on, department 100001 and on.
constexpr const char* kTree = R"(
  CREATE FUNCTION numbered(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid;
  INSERT INTO groups (id, name, type) SELECT numbered(n), 'State ' || n, 'custom' FROM generate_series(1, 2) n;
  INSERT INTO groups (id, parent_id, name, type)
    SELECT numbered(11 + n), numbered(1 + n / 5), 'District ' || n, 'district' FROM generate_series(0, 9) n;
  INSERT INTO groups (id, parent_id, name, type)
    SELECT numbered(1001 + n), numbered(11 + n / 50), 'School ' || n, 'school' FROM generate_series(0, 499) n;
  INSERT INTO groups (id, parent_id, name, type)
    SELECT numbered(100001 + n), numbered(1001 + n / 99), 'Department ' || n, 'department'
      FROM generate_series(0, 49499) n;
  ANALYZE groups;)";

GroupId numbered(int number) {
  const std::string digits = std::to_string(number);
  return GroupId::trusted("00000000-0000-7000-8000-" + std::string(12 - digits.size(), '0') + digits);
}

std::vector<Figure> measure() {
  const auto scratch = store::ScratchDatabase::migrated();
  scratch->script(kTree);
  const SystemClock clock;
  groups::GroupService service(**scratch, clock);
  const auto actor = users::machine_administrator();
  std::vector<double> below, above, moves;
  for (int i = 0; i < kSamples; ++i) {
    below.push_back(milliseconds_of([&] {
      const auto page = done(service.descendants(actor, numbered(11 + i % 10), 100, ""));
      if (page.items.size() != 100 || !page.next_cursor) throw std::runtime_error("there is more below a district");
    }));
    above.push_back(milliseconds_of([&] {
      const auto list = done(service.ancestors(actor, numbered(100001 + i * 247)));
      if (list.size() != 3) throw std::runtime_error("a department stands at the fourth level");
    }));
  }
  for (int i = 0; i < kMoves; ++i) {
    moves.push_back(milliseconds_of([&] { done(service.move(actor, numbered(11), numbered(i % 2 == 0 ? 2 : 1))); }));
    const auto moved = done(service.ancestors(actor, numbered(100001)));
    if (moved.front().id != numbered(i % 2 == 0 ? 2 : 1)) throw std::runtime_error("a department did not move along");
  }
  return {{"tree_descendants_page_p50", quantile(below, 0.5), "ms", kMostDescendantsMs},
          {"tree_descendants_page_p99", quantile(below, 0.99), "ms", kMostDescendantsMs},
          {"tree_ancestors_p50", quantile(above, 0.5), "ms", kMostAncestorsMs},
          {"tree_ancestors_p99", quantile(above, 0.99), "ms", kMostAncestorsMs},
          {"tree_move_of_5000_p50", quantile(moves, 0.5), "ms", kMostMoveMs},
          {"tree_move_of_5000_worst", quantile(moves, 1.0), "ms", kMostMoveMs}};
}

const Group group("tree", measure, true);

}  // namespace
}  // namespace rapt::bench
