// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/config/telemetry_settings.hpp"

#include <gtest/gtest.h>

namespace rapt::config {
namespace {

Result<TelemetrySettings> with_token(std::optional<std::string> token) {
  return load_telemetry([&](std::string_view name) { return name == "METRICS_TOKEN" ? token : std::nullopt; });
}

TEST(TelemetrySettings, TakeATokenThatCannotBeGuessedOrNone) {
  EXPECT_EQ(with_token(std::nullopt)->metrics_token, "");
  EXPECT_EQ(with_token("0123456789abcdef")->metrics_token, "0123456789abcdef");
  for (const std::string& bad : {std::string("short"), std::string("with a space in it"), std::string(513, 'x')}) {
    const auto refused = with_token(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().fields.front().path, "METRICS_TOKEN");
    EXPECT_EQ(refused.error().fields.front().message.find(bad), std::string::npos) << "a secret";
  }
}

TEST(TelemetrySettings, SendTracesToAnAddressOrNowhere) {
  const auto with = [](const std::string& name, const std::string& value) {
    return load_telemetry([&](std::string_view asked) { return asked == name ? std::optional(value) : std::nullopt; });
  };
  EXPECT_EQ(with("", "")->otlp_endpoint, "");
  EXPECT_EQ(with("", "")->service_name, "raptscallions");
  EXPECT_EQ(with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")->otlp_endpoint, "http://127.0.0.1:4318");
  EXPECT_EQ(with("OTEL_SERVICE_NAME", "a-school")->service_name, "a-school");
  EXPECT_FALSE(with("OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"));
  EXPECT_FALSE(with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a b"));
  EXPECT_FALSE(with("OTEL_SERVICE_NAME", std::string(101, 'x')));
  EXPECT_EQ(with("", "")->trace_ratio, 1);
  EXPECT_EQ(with("OTEL_TRACES_SAMPLER_ARG", "0.25")->trace_ratio, 0.25);
  for (const char* bad : {"1.5", "-1", "nan", "half", "0.5 "})
    EXPECT_FALSE(with("OTEL_TRACES_SAMPLER_ARG", bad)) << bad;
}

}  // namespace
}  // namespace rapt::config
