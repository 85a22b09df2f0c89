// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt check: whether a module keeps what the ABI asks of it.
#include <charconv>
#include <filesystem>
#include <ostream>
#include <random>

#include <nlohmann/json.hpp>

#include "author_commands.hpp"
#include "author_subject.hpp"
#include "author_trial.hpp"
#include "rapt/author/builder.hpp"
#include "rapt/author/check.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using author::CheckResult;
using nlohmann::json;

constexpr std::size_t kMostCalls = 10'000'000;
constexpr std::size_t kMostRequests = 100;  // of other people's servers, in all trials together

std::optional<std::uint64_t> number_of(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
  return value;
}

/// The hosts of older ABIs beside the runner: what they are called is what they are.
std::map<std::uint32_t, fs::path> older_hosts(const fs::path& runner) {
  std::map<std::uint32_t, fs::path> out;
  std::error_code failure;
  for (std::uint32_t minor = 0; minor < 100; ++minor) {
    auto path = runner.parent_path() / ("rapt-runner-1-" + std::to_string(minor));
    if (fs::exists(path, failure)) out.emplace(minor, std::move(path));
  }
  return out;
}

/// The author's own contexts, where there is a folder with sources: contexts/chat_after_ai.json and so on.
Result<void> read_cases(const fs::path& folder, author::CheckOrder& order) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    auto point_name = entry.path().stem().string();
    if (const auto at = point_name.find('_'); at != std::string::npos) point_name[at] = ':';
    const auto point = hooks::parse_point(point_name);
    if (!point || entry.path().extension() != ".json") continue;
    const auto text = read_file(entry.path(), author::kMaxCaseBytes);
    if (!text) return text.error();
    auto what = author::read_hook_case(*text, *point);
    if (!what) return in_file(entry.path().string(), what.error());
    order.cases.emplace(*point, std::move(*what));
  }
  return {};
}

/// What the author has written down to be asked of calls: requests/route.json, requests/job-weekly.json and so on.
Result<void> read_requests(const fs::path& folder, const bundle::Manifest& manifest, author::CheckOrder& order) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const auto stem = entry.path().stem().string();
    const auto point = author::parse_call(stem.substr(0, stem.find('-')));
    if (!point || entry.path().extension() != ".json") continue;
    const auto text = read_file(entry.path(), author::kMaxCaseBytes);
    if (!text) return text.error();
    auto what = author::read_call_case(*text, *point, manifest, SystemClock().now());
    if (!what) return in_file(entry.path().string(), what.error());
    order.calls_to_ask.push_back(std::move(*what));
  }
  return {};
}

Result<author::CheckOrder> order_of(const Console& console, const Arguments& arguments, const std::string& path) {
  const auto settings = workbench_settings(console);
  if (!settings) return settings.error();
  author::CheckOrder order{.settings = *settings};
  order.older_hosts = older_hosts(settings->runner);
  order.same_answer = arguments.has("same-answer");
  order.seed =
      arguments.has("seed") ? *number_of(arguments.value("seed"), 0, ~std::uint64_t{0}) : std::random_device{}();
  if (arguments.has("calls")) order.calls = *number_of(arguments.value("calls"), 1, kMostCalls);
  if (author::is_source_folder(path)) RAPT_TRY(read_cases(fs::path(path) / "contexts", order));
  if (!arguments.has("config")) return order;
  auto config = config_of_file(arguments.value("config"));
  if (!config) return config.error();
  order.config_json = *config;
  for (auto& [point, what] : order.cases) what.config_json = *config;
  return order;
}

void show(std::ostream& out, const CheckResult& one) {
  std::string line(author::name(one.kind));
  line.resize(9, ' ');
  line += one.promise;
  line.resize(std::max<std::size_t>(line.size() + 1, 28), ' ');
  line += one.hook;
  line.resize(std::max<std::size_t>(line.size() + 1, 47), ' ');
  out << line << one.detail << (one.memory_kib ? " (" + std::to_string(*one.memory_kib) + " KiB)" : "") << std::endl;
}

json json_of(const CheckResult& one) {
  json out = {{"promise", one.promise},
              {"result", author::name(one.kind)},
              {"detail", one.detail},
              {"time_ms", static_cast<double>(one.took.count()) / 1000}};
  if (!one.hook.empty()) out["hook"] = one.hook;
  if (one.memory_kib) out["memory_kib"] = *one.memory_kib;
  return out;
}

void show_all(Console& console, const author::Subject& subject, const author::CheckOrder& order,
              const author::CheckReport& report) {
  const auto held = report.count(CheckResult::Kind::kHolds), broken = report.count(CheckResult::Kind::kBroken),
             skipped = report.count(CheckResult::Kind::kSkipped);
  const auto& manifest = subject.bundle.manifest;
  if (!console.json) {
    console.out << "\n"
                << manifest.name << " " << manifest.version << ": " << held << " hold, " << broken << " broken, "
                << skipped << " skipped; --seed " << order.seed << " asks the same again\n";
    return;
  }
  json out = {{"module", manifest.name},
              {"version", manifest.version},
              {"sha256", security::hex(subject.bundle.digest)},
              {"seed", order.seed},
              {"hold", held},
              {"broken", broken},
              {"skipped", skipped},
              {"results", json::array()}};
  for (const auto& one : report.results) out["results"].push_back(json_of(one));
  print_json(console.out, out);
}

}  // namespace

int run_check(Console& console, const Arguments& arguments) {
  if (arguments.has("seed") && !number_of(arguments.value("seed"), 0, ~std::uint64_t{0}))
    return usage_fault(console, "--seed takes a whole number.");
  if (arguments.has("calls") && !number_of(arguments.value("calls"), 1, kMostCalls))
    return usage_fault(console, "--calls takes a whole number from 1 to " + std::to_string(kMostCalls) + ".");
  hush();
  const std::string path = arguments.positional.empty() ? "." : arguments.positional[0];
  auto order = order_of(console, arguments, path);
  if (!order) return report(console, order.error());
  auto options = trial_options(console, arguments);
  if (!options) return usage_fault(console, options.error().message);
  options->most_requests = kMostRequests;
  const auto subject = subject_of(console, arguments, path);
  if (!subject) return report(console, subject.error());
  if (author::is_source_folder(path)) {
    if (const auto read = read_requests(fs::path(path) / "requests", subject->bundle.manifest, *order); !read)
      return report(console, read.error());
  }
  const auto told = [&console](const CheckResult& one) {
    if (!console.json) show(console.out, one);
  };
  const auto host = author::TrialHost::open(subject->bundle, *options);
  if (!host) return report(console, host.error());
  order->settings.services = host->get();
  order->settings.world = (*host)->world();
  const auto checked = author::check_module(*subject, *order, told);
  if (const auto closed = (*host)->close(); !closed) return report(console, closed.error());
  if (!checked) return report(console, in_file("the configuration", checked.error()));
  show_all(console, *subject, *order, *checked);
  return checked->count(CheckResult::Kind::kBroken) == 0 ? kOk : kFailed;
}

}  // namespace rapt::cli
