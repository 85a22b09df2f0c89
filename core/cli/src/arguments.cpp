// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/cli/arguments.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>

#include <boost/program_options.hpp>

#include "rapt/base/text.hpp"

namespace rapt::cli {
namespace {

namespace po = boost::program_options;

constexpr const char* kPositional = "positional arguments";

po::options_description describe_options(const Command& command) {
  po::options_description out("Options", 110);
  for (const auto& option : command.options) {
    const std::string name(option.name), help(option.help);
    if (option.value.empty()) {
      out.add_options()(name.c_str(), help.c_str());
    } else if (option.repeated) {
      out.add_options()(name.c_str(), po::value<std::vector<std::string>>()->value_name(std::string(option.value)),
                        help.c_str());
    } else {
      out.add_options()(name.c_str(), po::value<std::string>()->value_name(std::string(option.value)), help.c_str());
    }
  }
  out.add_options()("json", "answer with one JSON document, for scripts")("help", "this text");
  return out;
}

Error wrong(std::string message) {
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message = std::move(message);
  return error;
}

std::string count_fault(const Program& program, const Command& command, std::size_t given) {
  std::string out = "`" + std::string(program.name) + " " + std::string(command.name) + "` takes ";
  out += command.most == 0 ? "no arguments" : std::string(command.arguments);
  return out + ", but got " +
         (given == 0 ? "nothing" : std::to_string(given) + (given == 1 ? " argument" : " arguments")) + ".";
}

std::string text_of(const boost::any& value) {
  if (value.empty()) return "";
  if (const auto* one = boost::any_cast<std::string>(&value)) return *one;
  std::string joined;
  for (const auto& one : boost::any_cast<const std::vector<std::string>&>(value))
    joined += (joined.empty() ? "" : ",") + one;
  return joined;
}

void take(const po::variables_map& values, Arguments& out) {
  for (const auto& [name, value] : values) {
    if (name == kPositional) {
      out.positional = value.as<std::vector<std::string>>();
    } else {
      if (const auto* list = boost::any_cast<std::vector<std::string>>(&value.value())) out.lists.emplace(name, *list);
      out.options.emplace(name, text_of(value.value()));
    }
  }
}

}  // namespace

Result<Arguments> parse_arguments(const Program& program, const Command& command,
                                  const std::vector<std::string>& words) {
  auto known = describe_options(command);
  po::options_description all;
  all.add(known).add_options()(kPositional, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(kPositional, -1);
  po::variables_map values;
  try {
    // No guessing of abbreviated options: a script's meaning must not change when an option is added.
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(all).positional(positional).style(style).run(), values);
  } catch (const po::unknown_option& error) {
    return wrong("`" + std::string(program.name) + " " + std::string(command.name) + "` has no option " +
                 printable(error.get_option_name(), 60) + ".");
  } catch (const po::error& error) {
    return wrong(printable(error.what()) + ".");
  }
  Arguments out;
  take(values, out);
  const bool asks_for_help = out.has("help");
  if (!asks_for_help && (out.positional.size() < command.least || out.positional.size() > command.most)) {
    return wrong(count_fault(program, command, out.positional.size()));
  }
  return out;
}

std::string help_of(const Program& program, const Command& command) {
  std::ostringstream out;
  out << program.name << " " << command.name << (command.arguments.empty() ? "" : " ") << command.arguments
      << " [options]\n\n"
      << command.summary << "\n\n"
      << describe_options(command) << "\nExamples:\n";
  std::istringstream lines{std::string(command.examples)};
  for (std::string line; std::getline(lines, line);) out << "  " << line << "\n";
  return out.str();
}

std::string overview(const Program& program, std::string_view group) {
  std::ostringstream out;
  for (const auto& command : program.commands) {
    if (!group.empty() && !command.name.starts_with(std::string(group) + " ")) continue;
    std::string left =
        std::string(command.name) + (command.arguments.empty() ? "" : " ") + std::string(command.arguments);
    left.resize(std::max<std::size_t>(left.size() + 2, 40), ' ');
    out << "  " << left << command.summary << "\n";
  }
  return out.str();
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = 3;
  for (const auto& candidate : known) {
    std::vector<std::size_t> row(word.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= candidate.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= word.size(); ++j) {
        const auto replaced = diagonal + (candidate[i - 1] == word[j - 1] ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
      }
    }
    if (row.back() < best_distance) {
      best = candidate;
      best_distance = row.back();
    }
  }
  return best;
}

}  // namespace rapt::cli
