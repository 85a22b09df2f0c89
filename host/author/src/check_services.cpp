// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether a module lives with a host that does not give it what it asks for, and with all that a host may give.
#include <algorithm>

#include "awkward_host.hpp"
#include "checker.hpp"

namespace rapt::author {

using hooks::Answer;
using hooks::Point;

namespace {

/// What a host that withholds a service, or lacks it, may be answered: the module says so and is not started.
bool is_honest_refusal(const Error& error) {
  return error.kind == ErrorKind::kForbidden;  // its process did not end by itself
}

/// Whether a permission is one for questions over the wire; figures travel with the answer.
bool is_service(const std::string& permission) {
  for (const auto service : sandbox::kServices) {
    if (service != sandbox::Service::kMetrics && sandbox::permission_of(service) == permission) return true;
  }
  return false;
}

std::string questions(std::size_t count) {
  return count == 1 ? "1 question" : std::to_string(count) + " questions";
}

}  // namespace

bool Checker::asks_its_host() const {
  const auto& permissions = subject_.bundle.manifest.permissions;
  return std::any_of(permissions.begin(), permissions.end(), [](const auto& one) { return is_service(one.name); });
}

void Checker::check_services(Point point) {
  if (!asks_its_host()) return;
  for (const auto way : kAwkwardWays)
    note(std::string(name(way)), std::string(hooks::name(point)), [&] { return bears_host(point, way); });
}

Checker::Finding Checker::bears_host(Point point, AwkwardHost::Way way) {
  AwkwardHost host(way);
  const auto what = case_of(point);
  const Workbench::Settings settings{order_.settings.runner, &host};
  const auto bench = Workbench::open(subject_, settings);
  if (!bench && is_honest_refusal(bench.error())) return {Kind::kHolds, "it is not started: " + bench.error().message};
  if (!bench) return {Kind::kBroken, bench.error().message};
  const auto asked = (*bench)->ask(point, as_window(what.context, point), what.config_json, what.deadline);
  const auto kind = asked.answer.kind;
  // Time is its own: it has to leave some of it for the case that its host is slow.
  const bool late = kind == Answer::Kind::kLate && way == AwkwardHost::Way::kIsLate && host.asked() > 1;
  if (!is_answer(asked) && !late)
    return {Kind::kBroken,
            failure_of(asked.answer) + " It had asked " + questions(host.asked()) + ".",
            {},
            kind == Answer::Kind::kLate};
  const auto told = std::string(name(kind)) + " after " + questions(host.asked());
  return {Kind::kHolds, told, (*bench)->memory_kib()};
}

}  // namespace rapt::author
