// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/resolver.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"
#include "resolver_explain.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kMaxModules = 300;
constexpr std::size_t kMaxVersions = 2'000;  ///< of one module

Result<void> check_wanted(std::vector<Wanted>& wanted, const std::vector<Present>& installed) {
  std::set<std::string> names;
  for (const auto& want : wanted) {
    const auto shown = printable(want.module, 64);
    if (!names.insert(want.module).second) return Error::invalid("install", shown + " is asked for twice.");
    if (!want.range.empty() && !VersionRange::parse(want.range))
      return Error::invalid("range", "\"" + printable(want.range, 128) + "\" is no range of versions of " + shown +
                                         ", such as \"^1.2\", \">=1.2 <3\" or \"1.2.3\".");
  }
  for (const auto& here : installed)
    if (here.pin && !VersionRange::parse(*here.pin))
      return Error::invalid("pin", "The pin of " + here.module + ", \"" + printable(*here.pin, 128) +
                                       "\", is no range of versions. Set it again.");
  return {};
}

/// As few other changes as can be, with what is wanted as it is in `found`. `found` itself when the search takes too
/// long; without a choice when it needs to know more.
Outcome smallest(Search& search, const Problem& problem, Outcome found) {
  Choice settled;
  for (const auto& want : problem.all_wanted()) settled[want.module] = found.choice->at(want.module);
  std::size_t changes = 0;
  for (const auto& [module, version] : *found.choice)
    if (is_change(problem, module, *version)) ++changes;
  for (std::size_t fewer = 0; fewer < changes; ++fewer) {
    auto outcome = search.run(settled, fewer);
    if (outcome.choice || !outcome.unknown.empty()) return outcome;
    if (outcome.tangled) break;
  }
  return found;
}

std::string because(const Problem& problem, const Choice& choice, const std::string& module) {
  if (problem.wanted(module) != nullptr) return "asked for";
  const auto* here = problem.present(module);
  for (const auto& [by, version] : choice) {
    const auto range = version->dependencies.find(module);
    if (range != version->dependencies.end() && (here == nullptr || !in_range(range->second, here->version)))
      return by + " " + version->text + " needs " + range->second;
  }
  if (here == nullptr) return "";
  for (const auto& [other, range] : here->dependencies) {
    const auto found = choice.find(other);
    if (found == choice.end()) return module + " " + here->text + " lacked " + other + " " + range;
    if (!in_range(range, found->second->version))
      return module + " " + here->text + " could not live with " + other + " " + found->second->text;
  }
  return "";
}

/// What is needed first, then who needs it; of two that need each other, the one whose name comes first is second.
class InOrder {
 public:
  InOrder(const Problem& problem, const Choice& choice) : problem_(problem), choice_(choice) {
    for (const auto& [module, version] : choice_) visit(module);
  }
  std::vector<Change> take() { return std::move(out_); }

 private:
  void visit(const std::string& module) {
    const auto found = choice_.find(module);
    if (found == choice_.end() || !seen_.insert(module).second) return;
    for (const auto& [other, range] : found->second->dependencies) visit(other);
    if (problem_.stays(module, *found->second)) return;
    const auto* here = problem_.present(module);
    const auto from = here == nullptr ? std::nullopt : std::optional(here->text);
    out_.push_back({module, from, *found->second, because(problem_, choice_, module)});
  }

  const Problem& problem_;
  const Choice& choice_;
  std::set<std::string> seen_;
  std::vector<Change> out_;
};

Result<void> offer(Problem& problem, const std::string& module, Result<std::vector<Candidate>> offered) {
  if (!offered && offered.error().kind != ErrorKind::kNotFound) return offered.error();
  const bool none = !offered || offered->empty();
  if (none && problem.present(module) == nullptr && problem.wanted(module) != nullptr) {
    Error error = Error::not_found("module");
    error.message = "The registry offers no module " + printable(module, 64) + ".";
    return error;
  }
  if (offered && offered->size() > kMaxVersions)
    return Error::conflict(module + " has too many versions to choose from.");
  problem.offer(module, offered ? std::move(*offered) : std::vector<Candidate>());
  return {};
}

Task<Result<void>> ask(Problem& problem, std::vector<std::string> modules, Offers& offers) {
  if (problem.known().size() + modules.size() > kMaxModules)
    co_return Error::conflict("More than " + std::to_string(kMaxModules) +
                              " modules would have to be looked at. Ask for fewer at a time.");
  for (const auto& module : modules) {
    auto offered = co_await offers.of(module);
    RAPT_CO_TRY(offer(problem, module, std::move(offered)));
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<std::vector<Change>>> resolve(std::vector<Wanted> wanted, std::vector<Present> installed, Offers& offers) {
  RAPT_CO_TRY(check_wanted(wanted, installed));
  Problem problem(std::move(wanted), std::move(installed));
  std::size_t steps = Search::kSteps;
  while (true) {
    // One limit for all searches together: each new module begins one afresh.
    Search search(problem, steps);
    auto outcome = search.run();
    if (outcome.choice) outcome = smallest(search, problem, std::move(outcome));
    steps = search.steps_left();
    if (!outcome.unknown.empty()) {
      RAPT_CO_TRY(co_await ask(problem, std::move(outcome.unknown), offers));
      continue;
    }
    if (!outcome.choice) co_return explain(problem, outcome);
    co_return InOrder(problem, *outcome.choice).take();
  }
}

std::vector<std::string> dependents(const std::vector<Present>& installed, const std::string& module) {
  std::vector<std::string> out;
  for (const auto& here : installed) {
    const auto range = here.dependencies.find(module);
    if (here.module != module && range != here.dependencies.end())
      out.push_back(here.module + " " + here.text + " needs " + module + " " + range->second);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace rapt::marketplace
