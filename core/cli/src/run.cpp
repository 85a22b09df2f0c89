// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <istream>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/cli/arguments.hpp"
#include "rapt/cli/command.hpp"

namespace rapt::cli {
namespace {

constexpr std::size_t kLongestWord = 40;

bool is_help(const std::string& word) {
  return word == "help" || word == "--help" || word == "-h";
}

int show_overview(const Program& program, Console& console) {
  console.out << program.about << "\n\n"
              << overview(program) << "\n`" << program.name
              << " COMMAND --help` explains one of them, with examples. Exit status: 0 done, 1 failed, 2 wrong "
                 "command line.\n";
  return kOk;
}

/// The command that `words` begins with; `used` is how many words its name takes.
const Command* find_command(const Program& program, const std::vector<std::string>& words, std::size_t& used) {
  for (used = std::min<std::size_t>(2, words.size()); used > 0; --used) {
    const auto name = used == 2 ? words[0] + " " + words[1] : words[0];
    for (const auto& command : program.commands) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

int unknown_command(const Program& program, Console& console, const std::vector<std::string>& words) {
  if (const auto group = overview(program, words[0]); !group.empty()) {
    const bool asked = words.size() == 1 || is_help(words[1]);
    (asked ? console.out : console.err) << (asked ? ""
                                                  : std::string(program.name) + ": There is no command \"" +
                                                        printable(words[0] + " " + words[1], kLongestWord) +
                                                        "\". These are there:\n")
                                        << group;
    return words.size() > 1 && asked ? kOk : kUsage;
  }
  std::vector<std::string> names;
  for (const auto& command : program.commands) {
    names.emplace_back(command.name);
    names.emplace_back(command.name.substr(0, command.name.find(' ')));
  }
  const std::string name(program.name);
  const auto guess = words[0].size() > kLongestWord ? "" : nearest(words[0], names);
  return usage_fault(console, "There is no command \"" + printable(words[0], kLongestWord) + "\"." +
                                  (guess.empty() ? " `" + name + " --help` lists them."
                                                 : " Did you mean `" + name + " " + guess + "`?"));
}

}  // namespace

std::string Arguments::value(std::string_view name, std::string_view otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? std::string(otherwise) : found->second;
}

int usage_fault(Console& console, std::string_view sentence) {
  console.err << console.program << ": " << sentence << "\n";
  return kUsage;
}

int report(Console& console, const Error& error) {
  if (console.json) {
    nlohmann::json out = {{"error", error.message}};
    for (const auto& field : error.fields) out["fields"].push_back({{"path", field.path}, {"message", field.message}});
    console.out << out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }
  // A message may have several lines (the faults of the settings); each is escaped by itself.
  std::istringstream lines(error.message);
  std::string before = std::string(console.program) + ": ";
  for (std::string line; std::getline(lines, line); before = "") console.err << before << printable(line, 2000) << "\n";
  if (!error.log_detail.empty()) console.err << "  (" << printable(error.log_detail, 1000) << ")\n";
  return kFailed;
}

int run(const Program& program, Console& console, const std::vector<std::string>& words) {
  console.program = program.name;
  if (words.empty() || is_help(words[0])) {
    show_overview(program, console);
    return words.empty() ? kUsage : kOk;
  }
  const auto renamed = words[0] == "--version" ? std::vector<std::string>{"version"} : words;
  std::size_t used = 0;
  const auto* command = find_command(program, renamed, used);
  if (command == nullptr) return unknown_command(program, console, renamed);
  const auto arguments =
      parse_arguments(program, *command, {renamed.begin() + static_cast<std::ptrdiff_t>(used), renamed.end()});
  if (!arguments) {
    return usage_fault(console, arguments.error().message + " See: " + std::string(program.name) + " " +
                                    std::string(command->name) + " --help");
  }
  if (arguments->has("help")) {
    console.out << help_of(program, *command);
    return kOk;
  }
  console.json = arguments->has("json");
  return command->run(console, *arguments);
}

}  // namespace rapt::cli
