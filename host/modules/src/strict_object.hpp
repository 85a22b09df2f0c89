// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rapt::host {

/// Takes a hostile JSON object apart. The first thing that is wrong with it is kept as a clause; after that, whatever
/// is read is empty. What was not asked for is a fault as well (finish). Borrows the document and the fault.
class StrictObject {
 public:
  enum class Kind {
    kAny,      ///< UTF-8
    kLine,     ///< without control characters
    kVisible,  ///< printable ASCII
    kToken     ///< of RFC 9110: the name of a header
  };
  struct Form {
    std::size_t least = 0, most = 0;
    Kind kind = Kind::kLine;
    bool bytes = false;  ///< kLine is counted in characters unless this is set, the others in bytes
  };

  StrictObject(const nlohmann::json& value, std::string& fault, std::string name = "its answer");

  [[nodiscard]] bool has(const char* key) const;
  std::string text(const char* key, const Form& form);
  bool boolean(const char* key);
  std::string url(const char* key);  ///< as https_host() takes them
  StrictObject object(const char* key);
  std::vector<StrictObject> objects(const char* key, std::size_t least, std::size_t most);
  /// The first fault counts.
  void fault(std::string clause);
  /// Whatever has not been asked for is a fault.
  void finish();

  /// Headers that frame or route a request: nobody but the host sets them.
  static bool is_own_header(std::string_view name);

 private:
  const nlohmann::json* find(const char* key);

  const nlohmann::json* value_;
  std::string* fault_;
  std::string name_;  ///< for clauses
  std::set<std::string, std::less<>> asked_;
};

}  // namespace rapt::host
