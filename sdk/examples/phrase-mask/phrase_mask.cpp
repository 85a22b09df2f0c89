// SPDX-License-Identifier: Apache-2.0
// A stream filter in C++: masks a phrase while the answer is written, also where a window ends in the middle of it.
#include <rapt/module.hpp>

#include <string>

struct PhraseMask {
  static constexpr std::string_view kPhrase = "answer key", kMask = "[removed]";

  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    const std::string_view window = context.content();
    std::string out;
    std::size_t done = 0;
    for (auto at = window.find(kPhrase); at != window.npos; at = window.find(kPhrase, done)) {
      out.append(window.substr(done, at - done)).append(kMask);
      done = at + kPhrase.size();
    }
    const auto rest = window.substr(done);
    std::size_t held = 0;  // the longest end of the window that may begin the phrase
    for (std::size_t n = 1; n < kPhrase.size() && !context.last_window(); ++n)
      if (rest.ends_with(kPhrase.substr(0, n))) held = n;
    if (held > 0) reply.hold(held);
    return reply.replace(out.append(rest.substr(0, rest.size() - held)));
  }
};
RAPT_MODULE(PhraseMask, "phrase-mask", "1.0.0");
