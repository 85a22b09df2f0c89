// SPDX-License-Identifier: AGPL-3.0-or-later
// What `rapt run` tells beside the answer.
#include "author_show.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::cli {

using nlohmann::json;

namespace {

constexpr std::size_t kShown = 4000;  ///< of a text, on a terminal

json call_json(const author::ServiceCall& call) {
  json out = {{"service", call.name}, {"time_us", call.took.count()}};
  out["status"] = call.status ? json(author::name(*call.status)) : json();
  if (!call.complaint.empty()) out["complaint"] = call.complaint;
  return out;
}

json figure_json(const host::MetricStatus& one) {
  json out = {{"name", one.name}, {"kind", one.is_counter ? "count" : "observation"}, {"count", one.count}};
  if (!one.is_counter) out.update({{"sum", one.sum}, {"min", one.min}, {"max", one.max}});
  return out;
}

json change_json(const author::WorldChange& one) {
  json out = {{"kind", one.kind}, {"change", author::name(one.what)}};
  if (!one.before_json.empty()) out["before"] = json::parse(one.before_json);
  if (!one.after_json.empty()) out["after"] = json::parse(one.after_json);
  return out;
}

}  // namespace

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

void show_line(std::ostream& out, std::string name, const std::string& text) {
  name.resize(std::max<std::size_t>(name.size() + 1, 13), ' ');
  out << name << printable(text, kShown) << "\n";
}

std::string time_text(const author::Asked& asked) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f ms of %lld ms", milliseconds(asked.took),
                static_cast<long long>(asked.limit.count()));
  return text;
}

void show_tale(std::ostream& out, const bundle::Manifest& manifest, const AuthorTale& tale) {
  for (const auto& call : tale.calls) {
    const auto status = call.status ? author::name(*call.status) : "not answered before the call was over";
    show_line(out, "asked", call.name + "  " + std::string(status) + "  " + std::to_string(call.took.count()) + " us");
  }
  for (const auto& one : tale.changes)
    show_line(out, "changed", one.kind + "  " + std::string(author::name(one.what)) + "  " + one.in_names);
  for (const auto& one : tale.figures)
    show_line(out, "figure", one.name + "  " + std::to_string(one.count) + (one.is_counter ? "" : " observed"));
  for (const auto& line : tale.lines) show_line(out, "log", line.level + "  " + line.text);
  show_line(out, "memory",
            tale.memory_kib
                ? std::to_string(*tale.memory_kib) + " KiB of " + std::to_string(manifest.memory_mb) + " MiB"
                : "its process has ended");
}

json tale_json(const bundle::Manifest& manifest, const AuthorTale& tale) {
  json out = {{"module", manifest.name},
              {"version", manifest.version},
              {"start_ms", milliseconds(tale.start_took)},
              {"memory_limit_mb", manifest.memory_mb},
              {"asked", json::array()},
              {"changed", json::array()},
              {"figures", json::array()},
              {"log", json::array()}};
  out["memory_kib"] = tale.memory_kib ? json(*tale.memory_kib) : json();
  for (const auto& call : tale.calls) out["asked"].push_back(call_json(call));
  for (const auto& one : tale.changes) out["changed"].push_back(change_json(one));
  for (const auto& figure : tale.figures) out["figures"].push_back(figure_json(figure));
  for (const auto& line : tale.lines) out["log"].push_back({{"level", line.level}, {"line", line.text}});
  return out;
}

}  // namespace rapt::cli
