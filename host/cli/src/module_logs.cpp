// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt module logs`: what a module logged on all hosts.
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using journal::Line;
using journal::ModuleJournal;
using nlohmann::json;

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};
constexpr std::size_t kLongestLine = 1024;
constexpr int kUsualLimit = 100;

/// What is asked for.
struct Wish {
  std::size_t level = 0;  ///< in kLevels
  int limit = kUsualLimit;
  bool follow = false;
};

Result<Wish> parse_wish(const Arguments& arguments) {
  Wish out{.follow = arguments.has("follow")};
  if (arguments.has("level")) {
    const auto level = arguments.value("level");
    const auto found = std::find(kLevels.begin(), kLevels.end(), level);
    if (found == kLevels.end())
      return Error::invalid("level",
                            "--level must be debug, info, warn or error, not \"" + printable(level, 40) + "\".");
    out.level = static_cast<std::size_t>(found - kLevels.begin());
  }
  if (!arguments.has("limit")) return out;
  const auto text = arguments.value("limit");
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out.limit);
  if (fault == std::errc() && end == text.data() + text.size() && out.limit >= 1 &&
      out.limit <= ModuleJournal::kLinesKept)
    return out;
  return Error::invalid("limit",
                        "--limit must be a number from 1 to " + std::to_string(ModuleJournal::kLinesKept) + ".");
}

/// SIGINT and SIGTERM, kept from the threads that are started meanwhile, so that a pause can end with one of them.
class Interruption {
 public:
  Interruption() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~Interruption() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  /// True when one of the signals has come.
  bool pause() {
    const timespec half_a_second{0, 500'000'000};
    return sigtimedwait(&signals_, nullptr, &half_a_second) > 0;
  }

 private:
  sigset_t signals_{}, before_{};
};

bool loud_enough(const Line& line, std::size_t level) {
  const auto found = std::find(kLevels.begin(), kLevels.end(), line.level);
  return static_cast<std::size_t>(found - kLevels.begin()) >= level;
}

void show(Console& console, const Line& line) {
  if (console.json) {
    print_json(console.out, {{"id", line.id},
                             {"time", to_rfc3339(line.at)},
                             {"host", line.host},
                             {"module", line.module},
                             {"level", line.level},
                             {"text", line.text}});
  } else {
    console.out << to_rfc3339(line.at) << "  " << printable(line.host, 80) << "  " << line.level
                << std::string(6 - std::min<std::size_t>(5, line.level.size()), ' ')
                << printable(line.text, kLongestLine) << "\n";
  }
}

/// Lines after `last`, which moves on. Quieter ones are left out before they are counted.
Result<std::size_t> show_after(Console& console, ModuleJournal& journal, const std::string& module, const Wish& wish,
                               std::int64_t& last) {
  auto lines = runtime::run_blocking(journal.lines(module, ModuleJournal::kLinesKept, last));
  if (!lines) return lines.error();
  if (!lines->empty()) last = lines->back().id;
  std::erase_if(*lines, [&](const Line& line) { return !loud_enough(line, wish.level); });
  const auto limit = static_cast<std::size_t>(wish.limit);
  const auto first = lines->size() > limit ? lines->size() - limit : 0;
  for (std::size_t i = first; i < lines->size(); ++i) show(console, (*lines)[i]);
  console.out.flush();
  return lines->size() - first;
}

}  // namespace

int run_module_logs(Console& console, const Arguments& arguments) {
  auto wish = parse_wish(arguments);
  if (!wish) return usage_fault(console, wish.error().message);
  std::optional<Interruption> interruption;
  if (wish->follow) interruption.emplace();  // before the database has threads
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  ModuleJournal journal(*instance->database);
  std::int64_t last = 0;
  const auto shown = show_after(console, journal, found->name, *wish, last);
  if (!shown) return report(console, shown.error());
  if (*shown == 0 && !console.json) console.err << found->name << " has logged nothing of that kind.\n";
  wish->limit = ModuleJournal::kLinesKept;
  while (wish->follow && console.out.good()) {
    if (interruption->pause()) return kOk;
    if (const auto more = show_after(console, journal, found->name, *wish, last); !more)
      return report(console, more.error());
  }
  return console.out.good() ? kOk : kFailed;
}

}  // namespace rapt::cli
