// SPDX-License-Identifier: AGPL-3.0-or-later
// What a login provider's module answers, and what the host makes of the request in it. What is accepted is as
// rapt/auth_provider.h promises it, and leads to no host that was not granted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "../../host/modules/src/provider_text.hpp"
#include "rapt/base/text.hpp"
#include "rapt/providers/fetcher.hpp"
#include "rapt/providers/reach.hpp"

namespace {

using namespace rapt;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_fetch(const providers::Fetch& fetch) {
  require(providers::https_host(fetch.url).has_value());
  require(fetch.method == "GET" || (fetch.method == "POST"));
  require(fetch.method == "POST" || fetch.body.empty());
  for (const auto& [name, value] : fetch.headers) require((name + value).find_first_of("\r\n") == std::string::npos);
  const providers::Substitutes substitutes{{{"client_secret", "a\"b&c"}}, "verifier"};
  const auto filled = providers::filled_in(fetch, substitutes);
  if (!filled) return;
  require(filled->url.find("{{") == std::string::npos || fetch.url.find("}}") == std::string::npos);
  // The secrets change nothing about where the request goes.
  require(providers::https_host(filled->url) == providers::https_host(fetch.url) || filled->url.size() > 8192);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto start = host::read_start_answer(text)) {
    const auto& begin = start->begin;
    require(!begin.url.empty() + begin.fetch.has_value() + !start->invalid.empty() == 1);
    require(begin.url.empty() || providers::https_host(begin.url).has_value());
    if (begin.fetch) check_fetch(*begin.fetch);
    require(begin.memo.size() <= 8192);
    for (const auto& field : start->invalid) require(field.path.starts_with("settings") && is_utf8(field.message));
  }
  if (const auto step = host::read_step(text)) {
    require(step->fetch.has_value() + step->claim.has_value() + !step->refusal.empty() == 1);
    if (step->fetch) check_fetch(*step->fetch);
    if (step->claim) require(!step->claim->subject.empty() && is_utf8(step->claim->subject + step->claim->email));
    require(step->memo.size() <= 8192);
  }
  (void)providers::may_reach({"id.example", "*.below.example", "@settings"}, text, "https://id.example/a");
  return 0;
}
