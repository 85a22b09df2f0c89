// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

/// Decides what may be logged of what another server says. Sentences never are: servers repeat in them what they were
/// asked, and whose key it was. A code such as "model_not_found" is, unless it is part of what was asked or of the key.
class Discretion {
 public:
  /// Both must outlive it.
  Discretion(const std::string& key, const std::vector<Message>& asked) : key_(key), asked_(&asked) {}
  /// The same with what forget() may empty.
  Discretion(const std::string& key, ChatRequest& asked) : key_(key), asked_(&asked.messages), spare_(&asked) {}
  /// Where it is not known what was asked, no word can be trusted: a server may repeat what it was asked before.
  explicit Discretion(const std::string& key) : key_(key) {}
  /// Lets go of what was asked, tens of kilobytes for as long as an answer takes. From then on no word can be trusted.
  void forget();
  /// `word` when it is a code and no secret; "" otherwise.
  [[nodiscard]] std::string code(std::string_view word) const;

 private:
  const std::string& key_;
  const std::vector<Message>* asked_ = nullptr;
  ChatRequest* spare_ = nullptr;
};

}  // namespace rapt::gateway
