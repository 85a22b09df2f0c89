// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <stdexcept>

#include <rapt/module.hpp>
#include <rapt/testkit.hpp>

using rapt::testkit::Line;
using rapt::testkit::Module;
using rapt::testkit::Scene;

namespace {

/// Does at each hook one thing that a layer must get right.
struct Probe {
  explicit Probe(const rapt::Host& host) : host_(host) { host_.log(RAPT_LOG_INFO, "made"); }

  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    if (context.content() == "throw") throw std::runtime_error("thrown");
    if (context.content() == "throw int") throw 7;
    if (context.content() == "too large") reply.emit("big", '"' + std::string(70'000, 'x') + '"');
    if (context.content() == "not json") reply.emit("bad", "{");
    if (context.content() == "instruct") reply.instruct("no");
    reply.emit("seen", context.json());
    return rapt::Verdict::kContinue;
  }
  rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    reply.instruct("Be kind.");
    std::string all;
    for (std::size_t i = 0; i < context.message_count(); ++i) all += context.message(i).content;
    return reply.replace(all + std::string(context.content()) + std::to_string(context.seq()));
  }
  rapt::Verdict on_after_ai(const rapt::Context&, rapt::Reply&) { return rapt::Verdict::kReplace; }
  rapt::Verdict on_session_end(const rapt::Context&, rapt::Reply& reply) { return reply.block("no"); }

 private:
  rapt::Host host_;
};

}  // namespace
RAPT_MODULE(Probe, "probe", "1.0.0");

TEST(Layer, AnExceptionBecomesAnErrorAndALine) {
  Module module;
  Scene scene;
  for (const auto& [content, line] :
       {std::pair{"throw", "hook failed: thrown"},
        {"throw int", "hook failed: an exception that is no std::exception"},
        {"too large", "hook failed: the host refused reply.emit: too large, or too many in one call"},
        {"not json",
         "hook failed: the host refused reply.emit: the argument is empty, not UTF-8, or not JSON where JSON is asked "
         "for"},
        {"instruct", "hook failed: the host refused reply.instruct: not allowed at this hook"}}) {
    scene.current = Line{"user", content};
    EXPECT_EQ(module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene).verdict, RAPT_ERROR);
    EXPECT_EQ(module.log().back().second, line);
  }
  EXPECT_EQ(module.log().front().second, "made");
}

TEST(Layer, ReadsHistoryAndCurrentAndReplaces) {
  Module module;
  Scene scene;
  scene.history = {{"user", "a"}, {"assistant", "b"}};
  scene.current = Line{"user", "c"};
  const auto answer = module.call(RAPT_HOOK_CHAT_BEFORE_AI, scene);
  EXPECT_EQ(answer.verdict, RAPT_REPLACE);
  EXPECT_EQ(answer.replacement, "abc3");
  EXPECT_EQ(answer.instructions, std::vector<std::string>{"Be kind."});
  EXPECT_EQ(answer.fault, "");
}

TEST(Layer, TheJsonOfTheContextIsJson) {
  Module module;
  Scene scene;
  scene.current = Line{"user", "quote \" and \n line"};
  const auto answer = module.call(RAPT_HOOK_CHAT_ON_MESSAGE, scene);
  ASSERT_EQ(answer.findings.size(), 1u) << "the kit refuses what is not JSON";
  EXPECT_NE(answer.findings[0].json.find(R"("hook":"chat:on_message")"), std::string::npos);
}

TEST(Layer, AVerdictWithoutItsTextIsAFault) {
  Module module;
  EXPECT_EQ(module.call(RAPT_HOOK_CHAT_AFTER_AI, Scene{}).fault, "RAPT_REPLACE without reply.replace");
}

TEST(Layer, AHookThatMayOnlyEmitCannotBlock) {
  Module module;
  EXPECT_EQ(module.call(RAPT_HOOK_SESSION_END, Scene{}).verdict, RAPT_ERROR);
}

TEST(Layer, AHostWithoutServicesIsRefusedAtInit) {
  rapt_host host{sizeof(rapt_host), RAPT_ABI_MAJOR, RAPT_ABI_MINOR, 0,
                 [](const rapt_host*, const char*) -> const void* { return nullptr; }};
  void* state = nullptr;
  EXPECT_EQ(rapt_module_entry.init(&host, &state), RAPT_E_UNAVAILABLE);
}
