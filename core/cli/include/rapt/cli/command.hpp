// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::cli {

/// What a program ends with.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;  ///< the command line was wrong: nothing was done

/// One option that a command knows, beside --help and --json, which every command knows.
struct Option {
  std::string_view name;   ///< "key", given as --key
  std::string_view value;  ///< "FILE" in the help; "" for one that is there or not
  std::string_view help;
  bool repeated =
      false;  ///< may be given several times; the values are joined by commas, and apart in Arguments::lists
};

/// The words after the command, parsed.
struct Arguments {
  std::vector<std::string> positional;
  std::map<std::string, std::string, std::less<>> options;  ///< those that were given; "" for one without a value
  std::map<std::string, std::vector<std::string>, std::less<>> lists{};  ///< of options that may be given several times
  [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
  [[nodiscard]] std::string value(std::string_view name, std::string_view otherwise = "") const;
};

/// What a command may touch of the process that it runs in; tests give it strings.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::function<std::optional<std::string>(std::string_view name)> environment;
  bool interactive = false;           ///< a person can answer on `in`
  bool json = false;                  ///< --json: `out` gets one JSON document and nothing else
  bool shows_to_person = false;       ///< `out` is a terminal: no file keeps what it is told
  std::string_view program = "rapt";  ///< what faults begin with; run() sets it
};

/// One line of a program's table.
struct Command {
  std::string_view name;       ///< "module install"
  std::string_view arguments;  ///< "FILE | NAME[@VERSION]", as the help shows them
  std::size_t least = 0;       ///< positional arguments
  std::size_t most = 0;
  std::string_view summary;
  std::string_view examples;  ///< lines, each a whole command
  std::vector<Option> options;
  int (*run)(Console&, const Arguments&) = nullptr;
};

/// A program: its name, one sentence about it, and every command in the order of the help.
struct Program {
  std::string_view name;
  std::string_view about;
  std::vector<Command> commands;
};

/// Finds the command, parses, runs. `words` is argv without the program's name.
int run(const Program& program, Console& console, const std::vector<std::string>& words);

/// Tells the failure, one sentence a fault (a JSON document with --json), and returns kFailed.
int report(Console& console, const Error& error);
/// Tells that the command line is wrong, and returns kUsage.
int usage_fault(Console& console, std::string_view sentence);

}  // namespace rapt::cli
