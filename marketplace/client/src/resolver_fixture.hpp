// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "rapt/marketplace/resolver.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::marketplace {

using Needs = std::map<std::string, std::string>;

/// "1.2.0 beta yanked", with what it needs.
inline Candidate version(const std::string& words, Needs needs = {}, std::string publisher = "tester") {
  Candidate out;
  out.text = words.substr(0, words.find(' '));
  out.version = Version::parse(out.text).value();
  out.publisher = std::move(publisher);
  out.dependencies = std::move(needs);
  out.beta = words.find(" beta") != std::string::npos;
  out.yanked = words.find(" yanked") != std::string::npos;
  return out;
}

inline Present here(const std::string& module, const std::string& text, Needs needs = {},
                    std::optional<std::string> pin = std::nullopt) {
  return {module, "tester", Version::parse(text).value(), text, std::move(needs), std::move(pin)};
}

/// What a test offers; counts how often it was asked about each module.
class Shelf : public Offers {
 public:
  Task<Result<std::vector<Candidate>>> of(std::string module) override {
    ++asked[module];
    const auto found = modules.find(module);
    if (found == modules.end()) co_return Error::not_found("module " + module);
    co_return found->second;
  }
  std::map<std::string, std::vector<Candidate>> modules;
  std::map<std::string, int> asked;
};

/// "filter 1.0.0 -> 2.0.0 (asked for); …", or the error's message.
inline std::string told(const Result<std::vector<Change>>& changes) {
  if (!changes) return changes.error().message;
  std::string out;
  for (const auto& change : *changes)
    out += (out.empty() ? "" : "; ") + change.module + " " + change.from.value_or("-") + " -> " + change.to.text +
           " (" + change.because + ")";
  return out;
}

inline Result<std::vector<Change>> resolve_now(std::vector<Wanted> wanted, std::vector<Present> installed,
                                               Offers& offers) {
  return runtime::run_blocking(resolve(std::move(wanted), std::move(installed), offers));
}

}  // namespace rapt::marketplace
