// SPDX-License-Identifier: AGPL-3.0-or-later
// rapt-bench [NAME] [--json]: measures every group, or the one called NAME (or the one that has the figure NAME).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include <nlohmann/json.hpp>

#include "bench.hpp"
#include "rapt/base/log.hpp"

namespace rapt::bench {
namespace {

struct Entry {
  std::string name;
  std::function<std::vector<Figure>()> measure;
  bool only_when_named;
};

std::vector<Entry>& registry() {
  static std::vector<Entry> entries;
  return entries;
}

void print_table(const std::vector<Figure>& figures) {
  std::printf("%-36s %14s %-6s %12s %8s\n", "figure", "value", "unit", "baseline", "ratio");
  for (const Figure& figure : figures) {
    std::printf("%-36s %14.3f %-6s", figure.name.c_str(), figure.value, figure.unit.c_str());
    if (figure.baseline) std::printf(" %12.3f %8.2f", *figure.baseline, figure.value / *figure.baseline);
    std::printf("\n");
  }
}

void print_json(const std::vector<Figure>& figures) {
  nlohmann::json list = nlohmann::json::array();
  for (const Figure& figure : figures) {
    nlohmann::json one{{"name", figure.name},
                       {"value", figure.value},
                       {"unit", figure.unit},
                       {"baseline", nullptr},
                       {"ratio", nullptr}};
    if (figure.baseline) {
      one["baseline"] = *figure.baseline;
      one["ratio"] = figure.value / *figure.baseline;
    }
    list.push_back(std::move(one));
  }
  std::printf("%s\n", nlohmann::json{{"figures", std::move(list)}}.dump(2).c_str());
}

int list_groups(std::string_view wanted) {
  std::fprintf(stderr, "rapt-bench: there is no figure %.*s. Groups:", static_cast<int>(wanted.size()), wanted.data());
  for (const Entry& entry : registry()) std::fprintf(stderr, " %s", entry.name.c_str());
  std::fprintf(stderr, "\n");
  return 2;
}

int run(std::string_view wanted, bool json) {
  std::sort(registry().begin(), registry().end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  const bool group_named =
      std::any_of(registry().begin(), registry().end(), [&](const Entry& e) { return e.name == wanted; });
  std::vector<Figure> figures;
  int failures = 0;
  for (const Entry& entry : registry()) {
    if (group_named ? entry.name != wanted : entry.only_when_named) continue;
    try {
      for (Figure& figure : entry.measure()) {
        if (wanted.empty() || group_named || figure.name == wanted) figures.push_back(std::move(figure));
      }
    } catch (const std::exception& failure) {
      std::fprintf(stderr, "rapt-bench: %s: %s\n", entry.name.c_str(), failure.what());
      ++failures;
    }
  }
  if (figures.empty() && failures == 0) return list_groups(wanted);
  json ? print_json(figures) : print_table(figures);
  return failures == 0 ? 0 : 1;
}

}  // namespace

Group::Group(std::string name, std::function<std::vector<Figure>()> measure, bool only_when_named) {
  registry().push_back({std::move(name), std::move(measure), only_when_named});
}

double quantile(std::vector<double>& samples, double share) {
  if (samples.empty()) throw std::runtime_error("nothing was measured");
  std::sort(samples.begin(), samples.end());
  return samples[std::min(samples.size() - 1, static_cast<std::size_t>(share * static_cast<double>(samples.size())))];
}

}  // namespace rapt::bench

int main(int argc, char** argv) {
  std::string_view wanted;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      json = true;
    } else if (word.starts_with("-") || !wanted.empty()) {
      std::fprintf(stderr, "Use: rapt-bench [NAME] [--json]\n");
      return 2;
    } else {
      wanted = word;
    }
  }
  rapt::log::set_level(rapt::log::Level::kError);
  return rapt::bench::run(wanted, json);
}
