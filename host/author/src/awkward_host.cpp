// SPDX-License-Identifier: AGPL-3.0-or-later
#include "awkward_host.hpp"

#include <algorithm>
#include <limits>

#include "rapt/runtime/runtime.hpp"

namespace rapt::author {

using host::ServiceAnswer;
using host::ServiceRequest;
using sandbox::KvMethod;
using sandbox::Service;

namespace {

constexpr std::size_t kValue = std::size_t{64} << 10, kBody = std::size_t{512} << 10, kKeys = 1000, kKey = 256;
constexpr std::chrono::milliseconds kMostLate{500};

/// A text of that size with a beginning and an end.
std::string filled(std::string_view begin, std::string_view end, std::size_t size) {
  return std::string(begin) + std::string(size - begin.size() - end.size(), 'y') + std::string(end);
}

std::string most_keys() {
  std::string out = "[";
  for (std::size_t i = 0; i < kKeys; ++i) {
    const auto number = std::to_string(10'000 + i);
    out += (i == 0 ? "\"" : ",\"") + std::string(kKey - number.size(), 'k') + number + "\"";
  }
  return out + "]";
}

ServiceAnswer largest_value(const ServiceRequest& request) {
  switch (static_cast<KvMethod>(request.method)) {
    case KvMethod::kGet:
      return {.texts = {std::string(kValue, 'y')}};
    case KvMethod::kAdd:
      return {.numbers = {std::numeric_limits<std::int64_t>::max()}};
    case KvMethod::kSwap:
      return {.numbers = {1}};
    case KvMethod::kKeys:
      return {.texts = {most_keys()}};
    default:
      return {};
  }
}

}  // namespace

ServiceAnswer largest_answer(const ServiceRequest& request) {
  constexpr std::string_view kRows = R"({"columns":["c"],"rows":[[")", kRowsEnd = R"("]],"count":1})";
  switch (request.service) {
    case Service::kKv:
      return largest_value(request);
    case Service::kSql:
      if (request.method == static_cast<std::uint32_t>(sandbox::SqlMethod::kQuery))
        return {.texts = {filled(kRows, kRowsEnd, sandbox::kMaxServiceBytes)}};
      return {.texts = {"[" + filled(kRows, kRowsEnd, sandbox::kMaxServiceBytes - 2) + "]"}};
    case Service::kHttp:
      return {.texts = {R"({"status":200,"headers":{"content-type":"text/plain"},"url":"https://example.org/"})",
                        std::string(kBody, 'y')}};
    default:
      return {.texts = {filled(R"({"filler":")", "\"}", sandbox::kMaxServiceBytes)}};
  }
}

std::string_view name(AwkwardHost::Way way) {
  using Way = AwkwardHost::Way;
  switch (way) {
    case Way::kWithholds:
      return "services withheld";
    case Way::kRefuses:
      return "services refused";
    case Way::kIsAway:
      return "services away";
    case Way::kIsLate:
      return "services late";
    case Way::kGivesTheMost:
      break;
  }
  return "largest answers";
}

Task<ServiceAnswer> AwkwardHost::serve(ServiceRequest request) {
  ++asked_;
  ServiceAnswer refused{.status = RAPT_E_NOT_ALLOWED}, away{.status = RAPT_E_UNAVAILABLE};
  if (way_ == Way::kRefuses) co_return refused;
  if (way_ == Way::kGivesTheMost) co_return largest_answer(request);
  if (way_ == Way::kIsLate) {
    const auto left =
        std::min<std::chrono::steady_clock::duration>(request.deadline - std::chrono::steady_clock::now(), kMostLate);
    co_await runtime::sleep_for(std::chrono::duration_cast<std::chrono::milliseconds>(left / 2));
  }
  co_return away;
}

}  // namespace rapt::author
