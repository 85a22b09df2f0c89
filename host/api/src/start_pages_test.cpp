// SPDX-License-Identifier: AGPL-3.0-or-later
#include "start_pages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace rapt::api {
namespace {

/// Of this process, in KiB.
long mapped_from_files() {
  std::ifstream in("/proc/self/status");
  std::string word;
  while (in >> word) {
    long kib = 0;
    if (word == "RssFile:" && in >> kib) return kib;
  }
  return -1;
}

TEST(StartPages, AreGivenBackAndComeAgain) {
  const auto before = mapped_from_files();
  give_back_start_pages();
  const auto after = mapped_from_files();
  ASSERT_GT(after, 0);
  EXPECT_LT(after, before / 2);
}

}  // namespace
}  // namespace rapt::api
