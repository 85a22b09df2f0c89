// SPDX-License-Identifier: AGPL-3.0-or-later
// What a collector is told of a module that is asked, and of what it asks its host meanwhile.
#include <gmock/gmock.h>

#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "collector.hpp"
#include "memory_services.hpp"
#include "rapt/telemetry/within.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

std::map<std::string, std::string> attributes_of(const json& span) {
  std::map<std::string, std::string> out;
  for (const auto& one : span["attributes"]) {
    const auto& value = one["value"];
    out[one["key"]] = value.contains("stringValue") ? value["stringValue"] : value["intValue"];
  }
  return out;
}

/// As an answer of the host: a request, within which a module is asked.
Task<hooks::Answer> request(House& house, const hooks::Context& context) {
  const std::string module = "hostile-ask", config = "{}";
  auto span = telemetry::begin_trace("request", telemetry::Span::Kind::kServer, {});
  auto asking = house.supervisor().call(module, hooks::Point::kChatOnMessage, context, config, 10s);
  auto answer = co_await telemetry::within(span, std::move(asking));
  span.end(false);
  co_return answer;
}

TEST(Traces, AModuleIsAChildOfTheRequestAndItsQuestionsAreItsChildren) {
  telemetry::Collector collector;
  const telemetry::Tracing tracing({.endpoint = collector.url(), .pause = 5ms});
  Workshop workshop;
  MemoryServices services;
  House house(workshop, [&](host::Supervisor::Options& options) { options.services = &services; });
  house.start({workshop.pack("ask", {.permissions = R"([{"name":"kv","reason":"r"}])"})});
  house.wait_running("hostile-ask");
  auto context = sample_context();
  context.current->content = "kv|get|1|color";
  const auto answer = boost::asio::co_spawn(house.loop(), request(house, context), boost::asio::use_future).get();
  ASSERT_EQ(answer.kind, hooks::Answer::Kind::kReplace) << answer.text;
  std::map<std::string, json> by_name;
  for (const auto& span : collector.wait_for(3)) by_name[span["name"]] = span;
  ASSERT_EQ(by_name.size(), 3U);
  const auto &module = by_name["module chat:on_message"], &service = by_name["service kv"];
  EXPECT_EQ(module["parentSpanId"], by_name["request"]["spanId"]);
  EXPECT_EQ(service["parentSpanId"], module["spanId"]);
  EXPECT_EQ(service["traceId"], by_name["request"]["traceId"]);
  EXPECT_EQ(attributes_of(module),
            (std::map<std::string, std::string>{
                {"rapt.module", "hostile-ask"}, {"rapt.point", "chat:on_message"}, {"rapt.outcome", "replace"}}));
  EXPECT_EQ(attributes_of(service)["rapt.service"], "kv");
  EXPECT_EQ(attributes_of(service)["rapt.status"], "0");
  house.stop();
}

}  // namespace
}  // namespace rapt::hostile
