// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "command.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::cli {

namespace fs = std::filesystem;

/// Runs commands in a folder of their own, without a database.
class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() : folder_(fs::path(::testing::TempDir()) / ("cli-" + new_uuid())) {
    fs::create_directories(folder_);
    environment_["RAPT_VAR_DIR"] = (folder_ / "var").string();
  }
  ~ProgramTest() override { fs::remove_all(folder_); }
  int rapt(const std::vector<std::string>& words) {
    std::istringstream in(answers_);
    std::ostringstream out, err;
    Console console{in,
                    out,
                    err,
                    [this](std::string_view name) -> std::optional<std::string> {
                      const auto found = environment_.find(name);
                      return found == environment_.end() ? std::nullopt : std::optional(found->second);
                    },
                    interactive_,
                    false,
                    shows_to_person_};
    const int status = run(console, words);
    out_ = out.str();
    err_ = err.str();
    return status;
  }
  std::string path(const std::string& name) { return (folder_ / name).string(); }
  fs::path folder_;
  std::map<std::string, std::string, std::less<>> environment_;
  std::string answers_, out_, err_;
  bool interactive_ = false, shows_to_person_ = false;
};

}  // namespace rapt::cli
