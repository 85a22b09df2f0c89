// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/sandbox/service_frame.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <functional>
#include <string_view>

#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ServiceFrame : public testing::Test {
 protected:
  ServiceFrame() : area_(wire::kServiceBytes / 8) {
    frame().request = 7;
    frame().service = static_cast<std::uint32_t>(Service::kKv);
    frame().method = static_cast<std::uint32_t>(KvMethod::kSwap);
    frame().text_count = 3;
    frame().number_count = 2;
    put(0, "key");
    put(2, "value");
    frame().numbers[0] = 4;
    frame().numbers[1] = -60;
  }
  wire::ServiceFrame& frame() { return *reinterpret_cast<wire::ServiceFrame*>(area_.data()); }
  void put(int index, std::string_view text) {
    std::memcpy(reinterpret_cast<char*>(area_.data()) + used_, text.data(), text.size());
    frame().texts[index] = {static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(text.size())};
    used_ += text.size();
  }
  Result<ServiceAsk> read() { return read_ask(area_.data(), wire::kServiceBytes); }
  void expect_lie(const std::function<void()>& change, const char* sentence) {
    const auto before = area_;
    change();
    const auto ask = read();
    ASSERT_FALSE(ask) << sentence;
    EXPECT_THAT(ask.error().message, HasSubstr(sentence));
    area_ = before;
  }

  std::vector<std::uint64_t> area_;
  std::size_t used_ = sizeof(wire::ServiceFrame);
};

TEST_F(ServiceFrame, IsCopiedWithItsTextsAndNumbers) {
  const auto ask = read();
  ASSERT_TRUE(ask) << ask.error().message;
  EXPECT_EQ(ask->request, 7u);
  EXPECT_EQ(ask->service, Service::kKv);
  EXPECT_EQ(ask->method, static_cast<std::uint32_t>(KvMethod::kSwap));
  EXPECT_THAT(ask->texts, ElementsAre("key", std::nullopt, "value"));
  EXPECT_THAT(ask->numbers, ElementsAre(4, -60));
  EXPECT_EQ(ask->used, used_);
}

TEST_F(ServiceFrame, WithAPartThatCannotBeIsALie) {
  const auto size = static_cast<std::uint32_t>(wire::kServiceBytes);
  expect_lie([&] { frame().service = 0; }, "service 0");
  expect_lie([&] { frame().service = static_cast<std::uint32_t>(Service::kMetrics); }, "does not exist");
  expect_lie([&] { frame().method = 7; }, "function 7");
  expect_lie([&] { frame().text_count = 2; }, "more or fewer parts");
  expect_lie([&] { frame().number_count = 9; }, "more or fewer parts");
  expect_lie([&] { frame().texts[0] = {}; }, "absent");
  expect_lie([&] { frame().texts[0].offset = 8; }, "outside");
  expect_lie([&] { frame().texts[0].offset = size; }, "outside");
  expect_lie([&] { frame().texts[0].offset = ~0u; }, "outside");
  expect_lie([&] { frame().texts[0] = {size - 2, 3}; }, "outside");
  expect_lie([&] { frame().texts[0].size = ~0u; }, "1048576 are allowed");
  expect_lie([&] { put(1, std::string_view("a\0b", 3)); }, "UTF-8");
}

TEST_F(ServiceFrame, WhoseTextsOverlapIsHeldToTheirSum) {
  const auto most = static_cast<std::uint32_t>(kMaxServiceBytes);
  std::memset(reinterpret_cast<char*>(area_.data()) + sizeof(wire::ServiceFrame), 'x', kMaxServiceBytes);
  frame().texts[0] = {sizeof(wire::ServiceFrame), most};
  frame().texts[2] = {sizeof(wire::ServiceFrame), 0};
  EXPECT_TRUE(read());
  expect_lie([&] { frame().texts[2].size = 1; }, "together");
}

TEST(ServiceAnswerFrame, HoldsWhatFitsAndIsUntouchedByTheRest) {
  std::vector<std::uint64_t> area(wire::kServiceBytes / 8);
  auto& frame = *reinterpret_cast<wire::ServiceFrame*>(area.data());
  ASSERT_TRUE(write_answer(area.data(), wire::kServiceBytes, RAPT_E_INVALID, {"a", std::nullopt, ""}, {-1}));
  EXPECT_EQ(frame.status, RAPT_E_INVALID);
  EXPECT_EQ(frame.text_count, 3u);
  EXPECT_EQ(frame.texts[1].offset, 0u);
  EXPECT_NE(frame.texts[2].offset, 0u) << "empty is not absent";
  EXPECT_EQ(reinterpret_cast<const char*>(area.data())[frame.texts[0].offset], 'a');
  EXPECT_EQ(frame.numbers[0], -1);
  const std::string half(kMaxServiceBytes / 2, 'x');
  EXPECT_TRUE(write_answer(area.data(), wire::kServiceBytes, RAPT_OK, {half, half}, {}));
  EXPECT_FALSE(write_answer(area.data(), wire::kServiceBytes, RAPT_E_FAILED, {half, half, "x"}, {}));
  EXPECT_FALSE(write_answer(area.data(), wire::kServiceBytes, RAPT_E_FAILED, {},
                            std::vector<std::int64_t>(kMaxServiceNumbers + 1)));
  EXPECT_EQ(frame.status, RAPT_OK);
}

}  // namespace
}  // namespace rapt::sandbox
