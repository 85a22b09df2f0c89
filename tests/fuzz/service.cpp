// SPDX-License-Identifier: AGPL-3.0-or-later
// A module's question to its host as a hostile runner leaves it in the shared area: it is read within the area, and what
// is accepted has the shape of a function.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "rapt/sandbox/check.hpp"
#include "rapt/sandbox/service_frame.hpp"
#include "rapt/sandbox/wire.hpp"

namespace {

constexpr std::size_t kArea = 64u << 10;

void must(bool holds) {
  if (!holds) std::abort();
}

void check(const rapt::sandbox::ServiceAsk& ask) {
  const auto shape = rapt::sandbox::shape_of(ask.service, ask.method);
  must(shape.has_value() && ask.texts.size() == shape->texts && ask.numbers.size() == shape->numbers);
  must(ask.used <= kArea);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < ask.texts.size(); ++i) {
    must(ask.texts[i].has_value() || (shape->may_be_absent >> i & 1) != 0);
    if (!ask.texts[i]) continue;
    bytes += ask.texts[i]->size();
    must(rapt::sandbox::is_plain_text(*ask.texts[i]));
  }
  must(bytes <= rapt::sandbox::kMaxServiceBytes);
}

/// What was accepted, written as an answer, has to be read by the runner where it lies.
void answer(const rapt::sandbox::ServiceAsk& ask, std::vector<std::uint64_t>& area) {
  if (!rapt::sandbox::write_answer(area.data(), kArea, RAPT_OK, ask.texts, ask.numbers)) return;
  const auto& frame = *reinterpret_cast<const rapt::sandbox::wire::ServiceFrame*>(area.data());
  for (std::size_t i = 0; i < ask.texts.size(); ++i) {
    const auto span = frame.texts[i];
    must((span.offset == 0) == !ask.texts[i].has_value());
    if (span.offset == 0) continue;
    must(std::size_t{span.offset} + span.size <= kArea);
    must(std::memcmp(reinterpret_cast<const char*>(area.data()) + span.offset, ask.texts[i]->data(), span.size) == 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Exactly as large as it claims, so that a read beyond it is seen.
  std::vector<std::uint64_t> area(kArea / sizeof(std::uint64_t));
  if (size != 0) std::memcpy(area.data(), data, std::min(size, kArea));
  const auto ask = rapt::sandbox::read_ask(area.data(), kArea);
  if (!ask) return 0;
  check(*ask);
  answer(*ask, area);
  return 0;
}
