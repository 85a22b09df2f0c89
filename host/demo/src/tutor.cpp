// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tutor.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "equation.hpp"

namespace rapt::demo {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool has_any(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

/// What the conversation says so far.
struct Scene {
  std::string last;                        ///< the student's message, lower case
  std::optional<DemoEquation> here;        ///< in that message
  std::optional<DemoEquation> under_work;  ///< the last one to be solved
  std::uint32_t turn = 0;

  const char* pick(std::initializer_list<const char*> choices) const {
    std::uint32_t hash = 2166136261U + turn;
    for (char c : last) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return *(choices.begin() + (hash >> 8U) % choices.size());
  }
};

Scene scene_of(const std::vector<gateway::Message>& messages) {
  Scene scene;
  for (const auto& message : messages) {
    if (message.role != "user") continue;
    ++scene.turn;
    scene.last = lower(message.content);
    scene.here = find_equation(message.content);
    if (scene.here && !scene.here->stated_value()) scene.under_work = scene.here;
  }
  return scene;
}

std::string maths(const std::string& text) {
  return "$" + text + "$";
}

std::string ask_next_step(const Scene& scene, const DemoEquation& equation) {
  const auto x = maths(std::string(1, equation.variable));
  if (equation.is_square()) {
    return "This one has a square in it. Before you calculate, what happens to " + maths(equation.text) +
           " when you bring **everything to one side**, so that the other side is $0$? Write that line down and look "
           "for two factors.";
  }
  if (equation.left.linear != 0 && equation.right.linear != 0) {
    return "I see " + x + " on *both* sides. Which of the two terms would you move so that " + x +
           " stands on one side only, and **what do you do to both sides** to move it?";
  }
  const auto& side = equation.left.linear != 0 ? equation.left : equation.right;
  if (side.constant != 0) {
    const std::string added = side.constant > 0 ? "added to" : "taken away from";
    return "Look at the side with " + x + ": " + maths(demo_number(std::abs(side.constant))) + " is " + added +
           " the " + x + "-term. " +
           scene.pick({"What would **undo** that, and what must you then do to the other side?",
                       "Which operation is the opposite of that? Try it on **both sides** and show me the new line.",
                       "If an equation is a balance, what could you do to both pans to get rid of it?"});
  }
  if (side.linear != 1) {
    return "Nearly there: " + x + " is multiplied by " + maths(demo_number(side.linear)) + ". " +
           scene.pick({"What is the opposite of multiplying by it?",
                       "Which single operation on both sides leaves the variable alone?"});
  }
  return "The variable stands alone. How could you *check* it in the equation that you started from?";
}

std::string judge_value(const DemoEquation& equation, double value) {
  const auto x = std::string(1, equation.variable);
  if (equation.holds_for(value)) {
    return "Put " + maths(x + " = " + demo_number(value)) + " into " + maths(equation.text) +
           " and both sides agree. **Well reasoned.** Can you say in your own words why each step was allowed?";
  }
  return "Let's test it: put " + maths(x + " = " + demo_number(value)) + " into " + maths(equation.text) +
         ". What do you get on the left, what on the right? If they differ, which of your steps would you look at "
         "again?";
}

bool claims_value(const std::string& text) {
  return has_any(text,
                 {"answer", "is it", "i got", "i get", "equals", "is x", "so it's", "so its", "correct", "right?"});
}

std::string comfort(const Scene& scene) {
  std::string text = scene.pick({"That feeling is part of learning this, and you are closer than it seems. ",
                                 "Many people get stuck exactly here. Let's make the step smaller. ",
                                 "Good that you say so. We'll take it one small piece at a time. "});
  if (!scene.under_work) return text + "Which is the *first* line that you are not sure about? Type it as it stands.";
  return text + "Forget solving for a moment. Read " + maths(scene.under_work->text) +
         " out loud, like a sentence: which number happens to the variable **last**?";
}

std::string without_equation(const Scene& scene) {
  if (has_any(scene.last, {"thank", "thx", "got it", "makes sense"})) {
    return "Gladly! Before you go: how would you explain that step to a friend who missed class?";
  }
  if (scene.turn <= 1 && has_any(scene.last, {"hello", "hi ", "hey", "good morning"})) {
    return "Hello! Which equation or idea are we looking at today? Type it in, for example like $3x + 5 = 20$, and "
           "tell me what you have tried.";
  }
  if (scene.under_work) {
    return std::string(scene.pick({"Let's hold on to ", "Back to ", "Keep your eye on "})) +
           maths(scene.under_work->text) + ". " + ask_next_step(scene, *scene.under_work);
  }
  return scene.pick(
      {"What do you know already, and what are you asked to find? Write both down as short lines, then we look for the "
       "link.",
       "Tell me what you have tried so far. Where exactly did it stop making sense?",
       "Could you write the problem as an equation? Choose a letter for what you don't know, and say what it stands "
       "for."});
}

}  // namespace

std::string tutor_answer(const std::vector<gateway::Message>& messages) {
  const auto scene = scene_of(messages);
  if (has_any(scene.last, {"just tell me", "give me the answer", "just give me", "tell me the answer"})) {
    return "I could, but then it would be *my* answer. Let's get you yours. " + without_equation(scene);
  }
  const bool upset = has_any(scene.last, {"don't get", "dont get", "don't understand", "dont understand", "stupid",
                                          "hate", "give up", "ugh", "confus"});
  if (scene.under_work) {
    const auto stated = scene.here ? scene.here->stated_value() : std::nullopt;
    if (stated) return judge_value(*scene.under_work, *stated);
    const auto guess = find_number(scene.last);
    if (!scene.here && guess && claims_value(scene.last)) return judge_value(*scene.under_work, *guess);
  }
  if (upset) return comfort(scene);
  if (!scene.here) return without_equation(scene);
  return std::string(scene.pick(
             {"Good question. ", "Let's look at it together. ", "Nice one to think about. ", "All right: "})) +
         "We have " + maths(scene.here->text) + ".\n\n" + ask_next_step(scene, *scene.here);
}

}  // namespace rapt::demo
