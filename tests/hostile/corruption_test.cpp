// SPDX-License-Identifier: AGPL-3.0-or-later
// Every word of what a module shares with its host, changed in six ways: the host takes it for an answer or calls it a
// lie, and goes on.
#include <gmock/gmock.h>

#include <cstddef>
#include <map>

#include "rapt/sandbox/wire.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;
namespace wire = sandbox::wire;

constexpr int kChanges = 6;  // as in corrupt_field.cpp: zero, one, most, one more, one less, the top bit
constexpr int kMost = 2;
enum Where { kCopied, kSharedHead, kSharedReply };

class Corruption : public ::testing::Test {
 protected:
  Corruption() { house_.start({workshop_.pack("corrupt-field"), workshop_.pack("replace")}); }

  hooks::Answer corrupt(Where where, std::size_t word, int change) {
    house_.wait_running("hostile-corrupt-field");
    auto context = sample_context();
    context.current->content = std::to_string(where) + " " + std::to_string(word) + " " + std::to_string(change);
    auto answer = house_.ask("hostile-corrupt-field", context, hooks::Point::kChatOnMessage, "{}", 500ms);
    ++kinds_[answer.kind];
    return answer;
  }
  void expect_a_sound_answer_or_an_end(Where where, std::size_t word) {
    for (int change = 0; change < kChanges; ++change) {
      const auto answer = corrupt(where, word, change);
      if (answer.kind == Kind::kLying) {
        EXPECT_FALSE(answer.text.empty());
      }
      EXPECT_LE(answer.text.size(), wire::kMaxReplacementBytes);
      EXPECT_LE(answer.extractions.size(), wire::kMaxExtractions);
    }
    if (word % 16 == 0) {
      EXPECT_EQ(house_.ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor, at word " << word;
    }
  }

  Workshop workshop_;
  House house_{workshop_, fearless};
  std::map<Kind, int> kinds_;
};

TEST_F(Corruption, OfEveryWordOfTheReply) {
  for (std::size_t word = 0; word < sizeof(wire::ReplyBody) / 4; ++word) expect_a_sound_answer_or_an_end(kCopied, word);
  EXPECT_GT(kinds_[Kind::kLying], 20);
  EXPECT_GT(kinds_[Kind::kReplace], 100) << "most words belong to entries that are not counted";
  EXPECT_EQ(kinds_[Kind::kDead], 0) << "the runner survives what it only copies";
  EXPECT_EQ(house_.status("hostile-replace").restarts, 0u);
}

TEST_F(Corruption, OfEveryWordOfTheSharedHeader) {
  constexpr std::size_t kSlot = sizeof(wire::LogSlot), kLog = offsetof(wire::ReplyHeader, log);
  for (std::size_t word = 0; word < offsetof(wire::ReplyHeader, refusal) / 4 + 2; ++word)
    expect_a_sound_answer_or_an_end(kSharedHead, word);
  for (const std::size_t slot : {std::size_t{0}, std::size_t{1}, std::size_t{wire::kLogSlots - 1}}) {
    for (std::size_t word = 0; word < 3; ++word)
      expect_a_sound_answer_or_an_end(kSharedHead, (kLog + slot * kSlot) / 4 + word);
  }
  EXPECT_GT(kinds_[Kind::kLying], 3);
  EXPECT_EQ(house_.status("hostile-replace").restarts, 0u);
}

TEST_F(Corruption, OfEveryWordOfTheSharedReply) {
  for (std::size_t word = 0; word < sizeof(wire::ReplyBody) / 4; ++word)
    expect_a_sound_answer_or_an_end(kSharedReply, word);
  EXPECT_GT(kinds_[Kind::kLying], 20);
  EXPECT_EQ(house_.status("hostile-replace").restarts, 0u);
}

/// The verdict is not among them: the runner sets it after the module has returned.
TEST_F(Corruption, OfTheWordsThatMatterIsALie) {
  using Body = wire::ReplyBody;
  for (const std::size_t field :
       {offsetof(Body, text), offsetof(Body, text) + 4, offsetof(Body, extraction_count),
        offsetof(Body, instruction_count), offsetof(Body, extractions), offsetof(Body, extractions) + 4}) {
    EXPECT_EQ(corrupt(kCopied, field / 4, kMost).kind, Kind::kLying) << "offset " << field;
  }
}

TEST_F(Corruption, WhileTheHostReads) {
  House house(workshop_, fearless);
  house.start({workshop_.pack("corrupt-while-read"), workshop_.pack("replace")});
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    house.wait_running("hostile-corrupt-while-read");
    const auto answer = house.ask("hostile-corrupt-while-read", 500ms);
    // It may be found out between the wait and the question.
    if (answer.kind != Kind::kNotRunning) ++asked;
    EXPECT_LE(answer.text.size(), wire::kMaxReplacementBytes);
    EXPECT_EQ(house.ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor";
  }
  EXPECT_GT(asked, 0);
}

}  // namespace
}  // namespace rapt::hostile
