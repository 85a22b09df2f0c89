// SPDX-License-Identifier: Apache-2.0
// The smallest useful module in C++: asks a student who shouts to say it again, and tells the teacher.
#include <rapt/module.hpp>

struct Shout {
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    if (!context.content().ends_with("!!!")) return rapt::Verdict::kContinue;
    reply.emit("shouting", R"({"marks": 3})");
    return reply.block("Please ask again without shouting. I read every word anyway.");
  }
};
RAPT_MODULE(Shout, "shout", "1.0.0");
