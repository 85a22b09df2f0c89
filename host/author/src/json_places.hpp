// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::author {

/// Where the members and elements of a JSON text stand, for faults that are found in what it says: a parser has
/// forgotten it.
class JsonPlaces {
 public:
  struct Place {
    std::size_t line = 1, column = 1;  ///< from 1; columns are characters
  };
  /// `text` must be JSON, and outlive this.
  explicit JsonPlaces(std::string_view text);

  /// Of the key of a member, or of an element: "users[0].email". Of what is not there, that of what it is missing in.
  [[nodiscard]] Place of(std::string_view path) const;
  /// The paths of members that stand twice in one object; a parser believes the last one.
  [[nodiscard]] const std::vector<std::string>& repeated() const { return repeated_; }

 private:
  void read_value(const std::string& path);
  void read_object(const std::string& path);
  void read_array(const std::string& path);
  std::string read_text();
  void skip_space();
  void note(const std::string& path);

  std::string_view text_;
  std::size_t at_ = 0;
  std::map<std::string, std::size_t, std::less<>> offsets_;
  std::vector<std::string> repeated_;
};

}  // namespace rapt::author
