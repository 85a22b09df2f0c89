// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::bundle {

enum class Need { kRequired, kOptional };

/// Reads one JSON object field by field and gathers every fault with its path; a field that was never asked for is a
/// fault too (refuse_unknown). Lives no longer than its JsonDocument.
class JsonReader {
 public:
  /// True when the field is there and is text of at most `limit` bytes without control characters.
  bool text(std::string_view key, std::string& out, std::size_t limit, Need need);
  void integer(std::string_view key, int& out, int least, int most);        ///< optional; keeps `out` when absent
  void boolean(std::string_view key, bool& out);                            ///< optional; keeps `out` when absent
  [[nodiscard]] bool has(std::string_view key) const;                       ///< there, whatever it is
  [[nodiscard]] std::vector<std::string> keys() const;                      ///< of all its fields, whatever they say
  [[nodiscard]] bool is_object(std::string_view key) const;                 ///< there, and an object
  std::optional<JsonReader> object(std::string_view key);                   ///< required
  std::string object_text(std::string_view key);                            ///< JSON; "" when it is no object
  std::vector<JsonReader> objects(std::string_view key, std::size_t most);  ///< optional list of objects
  /// Optional list of at most `most` texts, each as text() takes them.
  std::vector<std::string> texts(std::string_view key, std::size_t most, std::size_t limit);
  void fault(std::string_view key, std::string message);
  void refuse_unknown();

 private:
  friend class JsonDocument;
  JsonReader(const nlohmann::json& object, std::string path, std::shared_ptr<std::vector<FieldError>> faults);
  const nlohmann::json* find(std::string_view key, Need need, const char* expected);
  bool take_text(std::string_view key, const nlohmann::json& value, std::string& out, std::size_t limit);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const nlohmann::json* object_;
  std::string path_;
  std::shared_ptr<std::vector<FieldError>> faults_;
  std::set<std::string, std::less<>> known_;
};

/// A hostile JSON document that must be an object: at most 16 levels deep, no key twice in one object.
class JsonDocument {
 public:
  /// kInvalid with line and column; `what` names the document in sentences.
  static Result<JsonDocument> parse(std::string_view json, std::string what);
  JsonReader root();
  /// kInvalid with all that its readers found; nullopt when they found nothing.
  [[nodiscard]] std::optional<Error> faults() const;

 private:
  std::string what_;
  std::shared_ptr<const nlohmann::json> json_;
  std::shared_ptr<std::vector<FieldError>> faults_ = std::make_shared<std::vector<FieldError>>();
};

}  // namespace rapt::bundle
