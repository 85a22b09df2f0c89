// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/storable.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/json_parse.hpp"

namespace rapt::usage {

namespace {

/// Watches the events of a parse and stops it at the first thing that the database would refuse.
class Watcher final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t& text) override { return has_no_nul(text); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return ++depth_ <= kMaxDepth; }
  bool key(string_t& text) override { return has_no_nul(text); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return ++depth_ <= kMaxDepth; }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

 private:
  static constexpr int kMaxDepth = 64;
  static bool has_no_nul(const string_t& text) { return text.find('\0') == string_t::npos; }
  bool close() {
    --depth_;
    return true;
  }
  int depth_ = 0;
};

}  // namespace

bool storable_json(std::string_view text) {
  nlohmann::json plain;
  if (text.find("\\u0000") == std::string_view::npos && read_plain_json(text, plain)) return true;
  Watcher watcher;
  return nlohmann::json::sax_parse(text, &watcher);
}

}  // namespace rapt::usage
