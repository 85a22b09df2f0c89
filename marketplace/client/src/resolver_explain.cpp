// SPDX-License-Identifier: AGPL-3.0-or-later
#include "resolver_explain.hpp"

#include <algorithm>
#include <functional>

namespace rapt::marketplace {
namespace {

constexpr std::size_t kStepsOfOneTry = 200'000;
constexpr std::size_t kShownVersions = 5;

std::string list_of(const std::vector<std::string>& parts, const char* last = " and ") {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : i + 1 == parts.size() ? last : ", ") + parts[i];
  return out;
}

std::string state_of(const Problem& problem, const std::string& module, const Candidate& version) {
  if (problem.stays(module, version)) return "installed";
  return problem.wanted(module) != nullptr ? "asked for" : "";
}

/// "struggle-detector 2.0.0 (asked for)"; of one that is there only because of another, who that is.
std::string named(const Problem& problem, const DeadEnd& end, const std::string& module, const Candidate& version,
                  int depth = 0) {
  std::string out = module + " " + version.text;
  const auto state = state_of(problem, module, version);
  if (!state.empty()) return out + " (" + state + ")";
  for (const auto& [by, other] : end.chosen) {
    if (depth > 8 || by == module || !other->dependencies.contains(module)) continue;
    return out + " (which " + named(problem, end, by, *other, depth + 1) + " needs)";
  }
  return out;
}

std::string word_of(Bar bar, const Present* present) {
  switch (bar) {
    case Bar::kPublisher:
      return "of another publisher than " + present->publisher + ", whose module is installed";
    case Bar::kYanked:
      return "yanked";
    case Bar::kBeta:
      return "of the channel beta, which is not followed";
    case Bar::kPin:
      return "outside of the pin " + present->pin.value_or("");
    case Bar::kOlder:
      return "older than the installed " + present->text;
    case Bar::kNone:
      break;
  }
  return "";
}

std::vector<Ask> all_asks(const Problem& problem, const DeadEnd& end) {
  auto asks = end.asks;
  if (const auto* want = problem.wanted(end.module); want != nullptr && !want->range.empty())
    asks.insert(asks.begin(), {"", nullptr, want->range});
  return asks;
}

std::vector<std::string> askers(const Problem& problem, const DeadEnd& end) {
  std::vector<std::string> out;
  for (const auto& ask : all_asks(problem, end)) {
    if (ask.version == nullptr) {
      out.push_back(ask.range + " is asked for");
    } else {
      out.push_back(named(problem, end, ask.by, *ask.version) + " needs " + ask.range);
    }
  }
  return out;
}

/// Versions of the module that were left out although they are what everybody asks for, and why.
std::vector<std::string> barred(const Problem& problem, const DeadEnd& end) {
  std::map<std::string, std::vector<std::string>> by_reason;
  const auto asks = all_asks(problem, end);
  for (const auto& candidate : problem.candidates(end.module)) {
    const auto fits = [&](const Ask& ask) { return in_range(ask.range, candidate.version); };
    if (!std::all_of(asks.begin(), asks.end(), fits)) continue;
    const auto reason = word_of(problem.bar(end.module, candidate), problem.present(end.module));
    if (!reason.empty() && by_reason[reason].size() < kShownVersions) by_reason[reason].push_back(candidate.text);
  }
  std::vector<std::string> out;
  for (const auto& [reason, versions] : by_reason)
    out.push_back(list_of(versions) + (versions.size() == 1 ? " is " : " are ") + reason);
  return out;
}

/// Versions that would do for everybody who asks, but need another version of something that is settled.
std::vector<std::string> clashing(const Problem& problem, const DeadEnd& end) {
  std::vector<std::string> out;
  for (const auto& candidate : problem.candidates(end.module)) {
    if (problem.bar(end.module, candidate) != Bar::kNone || !problem.as_wanted(end.module, candidate)) continue;
    for (const auto& [other, range] : candidate.dependencies) {
      const auto found = end.chosen.find(other);
      if (found == end.chosen.end() || in_range(range, found->second->version) || out.size() >= 3) continue;
      out.push_back(named(problem, end, end.module, candidate) + " needs " + other + " " + range + ", and not " +
                    named(problem, end, other, *found->second));
    }
  }
  return out;
}

std::string offered(const Problem& problem, const std::string& module) {
  std::vector<std::string> versions;
  for (const auto& candidate : problem.candidates(module)) {
    if (versions.size() == kShownVersions) break;
    versions.push_back(candidate.text);
  }
  if (versions.empty()) return "Nobody offers " + module + ".";
  const bool more = problem.candidates(module).size() > versions.size();
  return "There is " + list_of(versions) + (more ? ", and older ones." : ".");
}

std::string why(const Problem& problem, const DeadEnd& end) {
  const auto asking = askers(problem, end);
  std::string out = "No version of " + end.module + " will do";
  out += asking.empty() ? ". " : ": " + list_of(asking) + ". ";
  for (const auto& sentence : clashing(problem, end)) out += sentence + ". ";
  out += offered(problem, end.module);
  const auto left_out = barred(problem, end);
  if (!left_out.empty()) out += " Of these, " + list_of(left_out) + ".";
  return out;
}

/// One change of what is asked for or there, and how to say it when it helps.
struct Remedy {
  std::string sentence;
  std::function<void(std::vector<Wanted>&, std::vector<Present>&)> make;
};

void add_remedies_of(const Problem& problem, const std::string& module, std::vector<Remedy>& out) {
  const auto is = [module](const auto& one) { return one.module == module; };
  const auto* want = problem.wanted(module);
  const auto* here = problem.present(module);
  if (here != nullptr && here->pin)
    out.push_back(
        {"lift the pin of " + module + " (`rapt module pin " + module + " none`)",
         [is](auto&, auto& installed) { std::find_if(installed.begin(), installed.end(), is)->pin.reset(); }});
  if (want != nullptr && !want->range.empty())
    out.push_back({"ask for another version of " + module,
                   [is](auto& wanted, auto&) { std::find_if(wanted.begin(), wanted.end(), is)->range.clear(); }});
  if (want == nullptr || !want->beta)
    out.push_back({"take " + module + " from the channel beta", [module, is](auto& wanted, auto&) {
                     const auto found = std::find_if(wanted.begin(), wanted.end(), is);
                     if (found == wanted.end()) {
                       wanted.push_back({module, "", true});
                     } else {
                       found->beta = true;
                     }
                   }});
  if (here != nullptr && want == nullptr) {
    out.push_back({"ask for an older version of " + module + " as well", [module](auto& wanted, auto&) {
                     wanted.push_back({module, ">=0.0.0", false});
                   }});
    out.push_back({"remove " + module, [is](auto&, auto& installed) {
                     installed.erase(std::remove_if(installed.begin(), installed.end(), is), installed.end());
                   }});
  }
}

/// The version that `module` gets when the remedy is taken, "" when it does not help.
bool helps(const Problem& problem, const Remedy& remedy, const std::string& module, std::string& version) {
  auto wanted = problem.all_wanted();
  auto installed = problem.all_installed();
  remedy.make(wanted, installed);
  Problem other(std::move(wanted), std::move(installed));
  for (const auto& name : problem.known()) other.offer(name, problem.candidates(name));
  const auto outcome = Search(other, kStepsOfOneTry).run();
  if (!outcome.choice) return false;
  const auto found = outcome.choice->find(module);
  version = found == outcome.choice->end() ? "" : found->second->text;
  return true;
}

std::string remedies(const Problem& problem, const std::set<std::string>& involved) {
  std::vector<std::string> out;
  std::size_t tried = 0;
  for (const auto& module : involved) {
    std::vector<Remedy> all;
    add_remedies_of(problem, module, all);
    for (const auto& remedy : all) {
      std::string version;
      if (out.size() == 3 || ++tried > 40 || !helps(problem, remedy, module, version)) continue;
      out.push_back(remedy.sentence + (version.empty() ? "" : ", " + version));
    }
  }
  if (out.empty()) return "";
  return " What would make it possible: " + list_of(out, ", or ") + ".";
}

Error conflict(std::string message, const std::string& part) {
  Error error = Error::conflict(std::move(message));
  error.part = part;
  return error;
}

}  // namespace

Error explain(const Problem& problem, const Outcome& outcome) {
  if (outcome.tangled)
    return conflict("The dependencies of these modules are too tangled: no choice of versions was found in " +
                        std::to_string(Search::kSteps) +
                        " steps. Ask for exact versions (NAME@1.2.3), or for one module at a time.",
                    "");
  if (!outcome.nearest) return conflict("There is nothing to choose from.", "");
  return conflict(why(problem, *outcome.nearest) + remedies(problem, outcome.involved), outcome.nearest->module);
}

}  // namespace rapt::marketplace
