// SPDX-License-Identifier: AGPL-3.0-or-later
#include "resolver_fixture.hpp"

namespace rapt::marketplace {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ResolverTest : public ::testing::Test {
 protected:
  std::string plan(std::vector<Wanted> wanted, std::vector<Present> installed = {}) {
    return told(resolve_now(std::move(wanted), std::move(installed), shelf));
  }
  Shelf shelf;
};

TEST_F(ResolverTest, TakesTheNewestAndBringsWhatItNeedsFirst) {
  shelf.modules = {{"reader", {version("1.0.0"), version("1.1.0", {{"filter", "^1.2"}})}},
                   {"filter", {version("1.3.0", {{"base", "1"}}), version("1.2.0"), version("2.0.0")}},
                   {"base", {version("1.0.0")}}};
  EXPECT_EQ(plan({{"reader", "", false}}),
            "base - -> 1.0.0 (filter 1.3.0 needs 1); filter - -> 1.3.0 (reader 1.1.0 needs ^1.2); "
            "reader - -> 1.1.0 (asked for)");
  EXPECT_EQ(shelf.asked.at("filter"), 1);
}

TEST_F(ResolverTest, LeavesWhatIsInstalledWhereItMay) {
  shelf.modules = {{"reader", {version("1.0.0", {{"filter", "^1"}})}},
                   {"filter", {version("1.0.0"), version("1.9.0")}},
                   {"other", {version("1.0.0"), version("2.0.0")}}};
  EXPECT_EQ(plan({{"reader", "", false}}, {here("filter", "1.0.0"), here("other", "1.0.0")}),
            "reader - -> 1.0.0 (asked for)");
  EXPECT_EQ(plan({}, {here("filter", "1.0.0"), here("other", "1.0.0")}), "");
}

TEST_F(ResolverTest, MovesWhatCannotLiveWithTheChange) {
  shelf.modules = {{"filter", {version("1.0.0"), version("2.0.0")}},
                   {"reader", {version("1.0.0", {{"filter", "1"}}), version("1.1.0", {{"filter", ">=1"}})}}};
  EXPECT_EQ(plan({{"filter", "2", false}}, {here("filter", "1.0.0"), here("reader", "1.0.0", {{"filter", "1"}})}),
            "filter 1.0.0 -> 2.0.0 (asked for); "
            "reader 1.0.0 -> 1.1.0 (reader 1.0.0 could not live with filter 2.0.0)");
}

TEST_F(ResolverTest, PrefersTheChoiceThatChangesLess) {
  // The newest "left" would take two more changes; the one before takes none.
  shelf.modules = {{"reader", {version("1.0.0", {{"left", "1"}})}},
                   {"left", {version("1.1.0", {{"right", "2"}}), version("1.0.0")}},
                   {"right", {version("1.0.0"), version("2.0.0")}}};
  EXPECT_EQ(plan({{"reader", "", false}}, {here("right", "1.0.0")}),
            "left - -> 1.0.0 (reader 1.0.0 needs 1); reader - -> 1.0.0 (asked for)");
}

TEST_F(ResolverTest, NeverGoesBackUnlessAVersionIsNamed) {
  shelf.modules = {{"filter", {version("1.0.0"), version("2.0.0")}}, {"reader", {version("1.0.0", {{"filter", "1"}})}}};
  EXPECT_THAT(plan({{"reader", "", false}}, {here("filter", "2.0.0")}),
              AllOf(HasSubstr("No version of filter will do: reader 1.0.0 (asked for) needs 1."),
                    HasSubstr("1.0.0 is older than the installed 2.0.0"),
                    HasSubstr("ask for an older version of filter as well")));
  EXPECT_EQ(plan({{"reader", "", false}, {"filter", "1", false}}, {here("filter", "2.0.0")}),
            "filter 2.0.0 -> 1.0.0 (asked for); reader - -> 1.0.0 (asked for)");
}

TEST_F(ResolverTest, HoldsPins) {
  shelf.modules = {{"filter", {version("1.0.0"), version("1.1.0"), version("2.0.0")}},
                   {"reader", {version("1.0.0", {{"filter", "2"}})}}};
  EXPECT_EQ(plan({{"filter", "", false}}, {here("filter", "1.0.0", {}, "^1")}), "filter 1.0.0 -> 1.1.0 (asked for)");
  EXPECT_THAT(plan({{"reader", "", false}}, {here("filter", "1.0.0", {}, "^1")}),
              AllOf(HasSubstr("2.0.0 is outside of the pin ^1"),
                    HasSubstr("lift the pin of filter (`rapt module pin filter none`), 2.0.0")));
  EXPECT_THAT(plan({{"filter", "2", false}}, {here("filter", "1.0.0", {}, "^1")}), HasSubstr("outside of the pin"));
}

TEST_F(ResolverTest, StaysAtAYankedVersionAndNeverTakesOne) {
  shelf.modules = {{"filter", {version("1.1.0 yanked"), version("1.0.0")}}};
  EXPECT_EQ(plan({{"filter", "", false}}), "filter - -> 1.0.0 (asked for)");
  EXPECT_EQ(plan({{"filter", "", false}}, {here("filter", "1.1.0")}), "");
  EXPECT_THAT(plan({{"filter", "1.1.0", false}}), HasSubstr("1.1.0 is yanked"));
}

TEST_F(ResolverTest, TakesBetaVersionsOnlyWhereTheyAreFollowedOrNamed) {
  shelf.modules = {{"filter", {version("1.0.0"), version("1.1.0 beta"), version("1.2.0-rc.1")}},
                   {"reader", {version("1.0.0", {{"filter", ">=1.1"}})}}};
  EXPECT_EQ(plan({{"filter", "", false}}), "filter - -> 1.0.0 (asked for)");
  EXPECT_EQ(plan({{"filter", "", true}}), "filter - -> 1.2.0-rc.1 (asked for)");
  EXPECT_EQ(plan({{"filter", "^1", true}}), "filter - -> 1.2.0-rc.1 (asked for)");
  EXPECT_EQ(plan({{"filter", "1.1.0", false}}), "filter - -> 1.1.0 (asked for)");
  EXPECT_THAT(plan({{"reader", "", false}}), AllOf(HasSubstr("channel beta, which is not followed"),
                                                   HasSubstr("take filter from the channel beta, 1.1.0")));
}

TEST_F(ResolverTest, NeverChangesThePublisher) {
  shelf.modules = {{"filter", {version("1.0.0"), version("2.0.0", {}, "stranger")}}};
  EXPECT_EQ(plan({{"filter", "", false}}, {here("filter", "1.0.0")}), "");
  EXPECT_THAT(plan({{"filter", "2", false}}, {here("filter", "1.0.0")}),
              HasSubstr("2.0.0 is of another publisher than tester"));
}

TEST_F(ResolverTest, TellsWhoAsksForWhatAndWhatWouldHelp) {
  shelf.modules = {{"detector", {version("1.0.0"), version("2.0.0", {{"words", "^1"}})}},
                   {"words", {version("1.0.0", {{"filter", "^2"}})}},
                   {"filter", {version("1.4.0"), version("2.0.0")}},
                   {"reader", {version("1.1.0", {{"filter", "^1"}})}}};
  const std::vector<Present> installed{here("filter", "1.4.0"), here("reader", "1.1.0", {{"filter", "^1"}})};
  const auto refused = plan({{"detector", "^2", false}}, installed);
  EXPECT_THAT(refused, AllOf(HasSubstr("words 1.0.0 (which detector 2.0.0 (asked for) needs) needs filter ^2"),
                             HasSubstr("What would make it possible: "),
                             HasSubstr("ask for another version of detector, 1.0.0")));
  EXPECT_THAT(refused, HasSubstr("remove reader"));
  EXPECT_EQ(plan({{"detector", "", false}}, installed), "detector - -> 1.0.0 (asked for)");
}

TEST_F(ResolverTest, NamesADependencyThatNobodyOffers) {
  shelf.modules = {{"reader", {version("1.0.0", {{"ghost", "^1"}})}}};
  EXPECT_THAT(plan({{"reader", "", false}}), HasSubstr("reader 1.0.0 (asked for) needs ^1. Nobody offers ghost."));
  EXPECT_EQ(plan({{"ghost", "", false}}), "The registry offers no module ghost.");
}

TEST_F(ResolverTest, KeepsWhatNobodyOffersAnyMore) {
  shelf.modules = {{"reader", {version("1.0.0", {{"own", "^1"}})}}};
  EXPECT_EQ(plan({{"reader", "", false}}, {here("own", "1.0.0")}), "reader - -> 1.0.0 (asked for)");
}

TEST_F(ResolverTest, PutsTwoThatNeedEachOtherInAnOrder) {
  shelf.modules = {{"one", {version("1.0.0", {{"two", "1"}})}}, {"two", {version("1.0.0", {{"one", "1"}})}}};
  EXPECT_EQ(plan({{"one", "", false}}), "two - -> 1.0.0 (one 1.0.0 needs 1); one - -> 1.0.0 (asked for)");
}

TEST_F(ResolverTest, RefusesRangesThatAreNone) {
  EXPECT_THAT(plan({{"filter", "newest", false}}), HasSubstr("\"newest\" is no range of versions of filter"));
  EXPECT_THAT(plan({{"filter", "", false}, {"filter", "1", false}}), HasSubstr("asked for twice"));
  EXPECT_THAT(plan({}, {here("filter", "1.0.0", {}, "soon")}), HasSubstr("pin of filter, \"soon\""));
}

TEST_F(ResolverTest, HandsOnThatTheOffersAreAway) {
  class Away : public Offers {
    Task<Result<std::vector<Candidate>>> of(std::string) override {
      co_return Error::unavailable("registry", "The registry is away.");
    }
  } away;
  const auto resolved = resolve_now({{"filter", "", false}}, {}, away);
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().kind, ErrorKind::kUnavailable);
}

/// Pigeons and holes: a set without a solution that backtracking alone cannot see through.
TEST_F(ResolverTest, GivesUpOnATangleAndSaysSo) {
  constexpr int kPigeons = 8, kHoles = 7;
  const auto pigeon = [](int i) { return "pigeon-" + std::to_string(i); };
  Needs all;
  for (int i = 0; i < kPigeons; ++i) {
    all[pigeon(i)] = ">=0";
    for (int hole = 1; hole <= kHoles; ++hole) {
      Needs needs;
      for (int other = 0; other < kPigeons; ++other) {
        if (other == i) continue;
        // Every hole but its own, told by a comparator on a module of the pair's own.
        const auto pair = "pair-" + std::to_string(std::min(i, other)) + "-" + std::to_string(std::max(i, other)) +
                          "-" + std::to_string(hole);
        needs[pair] = i < other ? "1" : "2";
        shelf.modules[pair] = {version("1.0.0"), version("2.0.0")};
      }
      shelf.modules[pigeon(i)].push_back(version(std::to_string(hole) + ".0.0", needs));
    }
  }
  shelf.modules["coop"] = {version("1.0.0", all)};
  const auto refused = resolve_now({{"coop", "", false}}, {}, shelf);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("too tangled"));
}

TEST_F(ResolverTest, LooksAtAFewHundredModulesAtMost) {
  for (int i = 0; i < 400; ++i)
    shelf.modules["m" + std::to_string(i)] = {version("1.0.0", {{"m" + std::to_string(i + 1), "1"}})};
  EXPECT_THAT(plan({{"m0", "", false}}), HasSubstr("More than 300 modules"));
  EXPECT_THAT(plan({{"m350", "", false}}), HasSubstr("Nobody offers m400"));
}

TEST(Dependents, AreNamedWithWhatTheyNeed) {
  const std::vector<Present> installed{here("reader", "1.0.0", {{"filter", "^1"}}), here("filter", "1.0.0"),
                                       here("alert", "2.0.0", {{"filter", ">=1"}, {"reader", "1"}})};
  EXPECT_THAT(dependents(installed, "filter"),
              ElementsAre("alert 2.0.0 needs filter >=1", "reader 1.0.0 needs filter ^1"));
  EXPECT_THAT(dependents(installed, "alert"), ElementsAre());
}

}  // namespace
}  // namespace rapt::marketplace
