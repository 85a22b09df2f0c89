// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/host/services.hpp"

namespace rapt::host {

/// How many texts and numbers a method takes. A runner that lies may send others.
inline bool has(const ServiceRequest& request, std::size_t texts, std::size_t numbers) {
  return request.texts.size() == texts && request.numbers.size() == numbers;
}

inline ServiceAnswer refused(rapt_status status, std::string complaint = {}) {
  ServiceAnswer answer;
  answer.status = status;
  answer.complaint = std::move(complaint);
  return answer;
}

inline ServiceAnswer answered(std::optional<std::string> text) {
  ServiceAnswer answer;
  answer.texts.push_back(std::move(text));
  return answer;
}

inline ServiceAnswer answered(std::int64_t number) {
  ServiceAnswer answer;
  answer.numbers.push_back(number);
  return answer;
}

}  // namespace rapt::host
