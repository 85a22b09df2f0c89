// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/coding.hpp"

#include <brotli/encode.h>

#include <algorithm>
#include <charconv>

#include "field_text.hpp"
#include "gzip.hpp"

namespace rapt::http {
namespace {

constexpr int kBrotliQuality = 4;
constexpr int kGzipLevel = 5;
constexpr int kUnnamed = -1;

/// The weight among the parameters of an element, in thousandths: 1000 without one, 0 for one that is none.
int weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take_until(parameters, ';');
    if (parameter.size() < 2 || !equals_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    const std::string_view digits = parameter.substr(2);
    double value = 0;
    const auto [stop, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
    const bool sound = fault == std::errc{} && stop == digits.data() + digits.size() && value >= 0 && value <= 1;
    return sound ? static_cast<int>(value * 1000 + 0.5) : 0;
  }
  return 1000;
}

struct Weights {
  int brotli = kUnnamed;
  int gzip = kUnnamed;
  int identity = kUnnamed;
  int others = kUnnamed;
};

void take(Weights& weights, std::string_view name, int value) {
  if (equals_ignoring_case(name, "br")) weights.brotli = value;
  if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) weights.gzip = value;
  if (equals_ignoring_case(name, "identity")) weights.identity = value;
  if (name == "*") weights.others = value;
}

std::optional<std::string> brotli(std::string_view body) {
  std::size_t size = BrotliEncoderMaxCompressedSize(body.size());
  std::string out(size, '\0');
  const auto done = BrotliEncoderCompress(kBrotliQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, body.size(),
                                          reinterpret_cast<const std::uint8_t*>(body.data()), &size,
                                          reinterpret_cast<std::uint8_t*>(out.data()));
  if (done != BROTLI_TRUE) return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace

Coding choose_coding(const Headers& request_headers) {
  Weights weights;
  for (const auto& [name, value] : request_headers.all()) {
    if (!equals_ignoring_case(name, "accept-encoding")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view parameters = take_until(rest, ',');
      const std::string_view coding = take_until(parameters, ';');
      take(weights, coding, weight(parameters));
    }
  }
  const auto of = [&](int named) { return named == kUnnamed ? std::max(weights.others, 0) : named; };
  const int brotli = of(weights.brotli);
  const int gzip = of(weights.gzip);
  const int best = std::max(brotli, gzip);
  if (best <= 0 || weights.identity > best) return Coding::kIdentity;
  return brotli == best ? Coding::kBrotli : Coding::kGzip;
}

std::string_view name_of(Coding coding) {
  if (coding == Coding::kBrotli) return "br";
  return coding == Coding::kGzip ? "gzip" : "identity";
}

std::optional<std::string> encode(Coding coding, std::string_view body) {
  if (coding == Coding::kIdentity) return std::string(body);
  if (coding == Coding::kBrotli) return brotli(body);
  auto zipped = gzip(body, kGzipLevel);
  if (zipped.empty()) return std::nullopt;
  return zipped;
}

}  // namespace rapt::http
