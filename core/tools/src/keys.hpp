// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

/// What a definition may hold: read by the reader and by the schema for editors.
namespace rapt::tools {

using namespace std::string_view_literals;

inline constexpr std::array kRootKeys{"name"sv,    "type"sv,         "version"sv,      "behavior"sv,
                                      "model"sv,   "constraints"sv,  "modules"sv,      "meta"sv,
                                      "summary"sv, "input_schema"sv, "output_schema"sv};
inline constexpr std::array kConstraintKeys{"topics"sv, "no_direct_answers"sv, "max_messages"sv, "max_duration"sv};
inline constexpr std::array kAttachmentKeys{"name"sv, "version"sv, "config"sv, "on_failure"sv, "timeout_ms"sv};
inline constexpr std::array kMetaKeys{"description"sv, "subject"sv, "grades"sv, "tags"sv};

inline constexpr std::size_t kMaxName = 100, kMaxBehavior = 20000, kMaxModel = 200, kMaxVersion = 64;
inline constexpr std::size_t kMaxTopics = 50, kMaxTopic = 200;
inline constexpr int kMaxMessages = 1000, kMaxDurationMinutes = 1440;
inline constexpr std::size_t kMaxModules = 16, kMaxModuleName = 64, kMaxRange = 128;
inline constexpr int kMaxTimeLimitMs = 10000;
inline constexpr std::size_t kMaxDescription = 300, kMaxSubject = 100, kMaxGrades = 14, kMaxTags = 20, kMaxTag = 50;
inline constexpr int kMaxGrade = 13;

}  // namespace rapt::tools
