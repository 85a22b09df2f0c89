// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <new>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include "collector.hpp"
#include "rapt/telemetry/within.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Counts what this program allocates.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* place = std::malloc(size == 0 ? 1 : size)) return place;
  throw std::bad_alloc();
}
void operator delete(void* place) noexcept {
  std::free(place);
}
void operator delete(void* place, std::size_t) noexcept {
  std::free(place);
}

namespace rapt::telemetry {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = boost::asio;

constexpr auto kInternal = Span::Kind::kInternal;

/// As a service that knows nothing of traces: what it starts runs on its own executor.
Task<void> leaf(std::string name) {
  const Executor here = co_await asio::this_coro::executor;
  auto span = begin_span(here, name, kInternal);
  span.end(false);
}

Task<void> hook() {
  const Executor here = co_await asio::this_coro::executor;
  auto span = begin_span(here, "hook", kInternal);
  auto service = leaf("service");
  co_await within(span, std::move(service));
  span.end(true);
}

/// A hook, and a task of its own that goes on: both belong to the request.
Task<void> handler() {
  co_await hook();
  const Executor here = co_await asio::this_coro::executor;
  co_await asio::co_spawn(asio::make_strand(here), leaf("on a strand"), asio::use_awaitable);
}

Task<void> request(std::optional<SpanContext> told) {
  auto span = begin_trace("request", Span::Kind::kServer, told);
  auto handling = handler();
  co_await within(span, std::move(handling));
  co_await leaf("outside");
  span.end(false);
}

TEST(OpenSpan, WhatIsDoneWithinASpanIsItsChildWhereverItRuns) {
  Collector collector;
  const auto told = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  std::map<std::string, json> by_name;
  {
    const Tracing tracing({.endpoint = collector.url(), .pause = 5ms, .patience = 1min});
    runtime::run_blocking_void(request(told));
    for (const auto& span : collector.wait_for(5)) by_name[span["name"]] = span;
  }
  ASSERT_EQ(by_name.size(), 5U);
  EXPECT_EQ(by_name["request"]["parentSpanId"], "b7ad6b7169203331");
  EXPECT_EQ(by_name["hook"]["parentSpanId"], by_name["request"]["spanId"]);
  EXPECT_EQ(by_name["service"]["parentSpanId"], by_name["hook"]["spanId"]);
  EXPECT_EQ(by_name["on a strand"]["parentSpanId"], by_name["request"]["spanId"]);
  EXPECT_FALSE(by_name["outside"].contains("parentSpanId"));
  for (const char* name : {"request", "hook", "service", "on a strand"})
    EXPECT_EQ(by_name[name]["traceId"], "0af7651916cd43dd8448eb211c80319c") << name;
  EXPECT_NE(by_name["outside"]["traceId"], by_name["hook"]["traceId"]);
  EXPECT_EQ(by_name["hook"]["status"]["code"], 2);
}

TEST(OpenSpan, OfATraceThatIsNotKeptNothingIsTold) {
  Collector collector;
  {
    const Tracing tracing({.endpoint = collector.url(), .ratio = 0, .pause = 1h, .patience = 1min});
    runtime::run_blocking_void(handler());
    runtime::run_blocking_void(request(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")));
    Span last;
    last.name = "last";
    tell(std::move(last));
  }
  const auto spans = collector.wait_for(1);
  ASSERT_EQ(spans.size(), 1U) << spans;
  EXPECT_EQ(spans[0]["name"], "last");
}

Task<void> many(unsigned count) {
  auto span = begin_trace("many", Span::Kind::kServer, {});
  for (unsigned i = 0; i < count; ++i) {
    auto one = leaf("one");
    co_await within(span, std::move(one));
  }
  span.end(false);
}

TEST(OpenSpan, ATraceHasSoManySpansAtMostAndSaysHowManyWereLeftOut) {
  Collector collector;
  {
    const Tracing tracing({.endpoint = collector.url(), .pause = 1h, .patience = 1min});
    runtime::run_blocking_void(many(kMostSpans + 9));
  }
  const auto spans = collector.wait_for(kMostSpans);
  ASSERT_EQ(spans.size(), kMostSpans);
  EXPECT_EQ(spans.back()["name"], "many");
  EXPECT_EQ(spans.back()["attributes"][0]["key"], "rapt.spans_left_out");
  EXPECT_EQ(spans.back()["attributes"][0]["value"]["intValue"], "10");
}

TEST(OpenSpan, WithoutACollectorNothingIsAllocated) {
  ASSERT_FALSE(is_tracing());
  asio::io_context context;
  const Executor executor = context.get_executor();
  const auto before = allocations.load();
  for (int i = 0; i < 1000; ++i) {
    auto span = begin_span(executor, "a name that is too long for a string to hold it in itself", kInternal);
    EXPECT_FALSE(span.is_kept());
    EXPECT_FALSE(span.is_carried());
    span.end(false);
  }
  EXPECT_EQ(allocations.load() - before, 0U);
}

}  // namespace
}  // namespace rapt::telemetry
