// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_tree.hpp"

#include <charconv>
#include <cstdint>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::tuf {
namespace {

using nlohmann::json;

/// Builds the tree of a document, and stops at what the library would let pass: a key that comes twice, a fraction,
/// nesting without end.
class Builder final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return fail("a number is larger than 64 bits with a sign.");
    return add(value);
  }
  bool number_float(number_float_t, const string_t& text) override {
    return fail("\"" + printable(text, 40) + "\" is no integer, and other numbers cannot be signed.");
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return fail("binary data is no JSON."); }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const auto [place, added] = open_.back()->get_ref<json::object_t&>().emplace(name, nullptr);
    if (!added) return fail("the key \"" + printable(name, 80) + "\" comes twice.");
    member_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    return fail("it is no JSON at byte " + std::to_string(position) + ".");
  }

  json root;
  std::string fault;

 private:
  json* place(json&& value) {
    if (open_.empty()) return &(root = std::move(value));
    if (!open_.back()->is_array()) return &(*member_ = std::move(value));
    auto& list = open_.back()->get_ref<json::array_t&>();
    return &list.emplace_back(std::move(value));
  }
  bool add(json value) {
    place(std::move(value));
    return true;
  }
  bool open(json value) {
    if (open_.size() == kMaxDepth) return fail("it is nested more than " + std::to_string(kMaxDepth) + " levels deep.");
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool fail(std::string why) {
    fault = std::move(why);
    return false;
  }

  std::vector<json*> open_;  ///< stays valid: an element is appended only to the innermost of them
  json* member_ = nullptr;
};

void append_text(std::string& out, const std::string& text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append(std::string& out, const json& value);

template <class Members, class Each>
void append_members(std::string& out, char begin, const Members& members, char end, const Each& each) {
  out += begin;
  bool first = true;
  for (const auto& member : members) {
    if (!first) out += ',';
    first = false;
    each(member);
  }
  out += end;
}

void append_object(std::string& out, const json::object_t& object) {
  append_members(out, '{', object, '}', [&](const auto& member) {
    append_text(out, member.first);
    out += ':';
    append(out, member.second);
  });
}

void append(std::string& out, const json& value) {
  switch (value.type()) {
    case json::value_t::object:
      return append_object(out, value.get_ref<const json::object_t&>());
    case json::value_t::array:
      return append_members(out, '[', value.get_ref<const json::array_t&>(), ']',
                            [&](const json& element) { append(out, element); });
    case json::value_t::string:
      return append_text(out, value.get_ref<const std::string&>());
    case json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      return;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      out += std::to_string(value.get<std::int64_t>());
      return;
    default:
      out += "null";
  }
}

}  // namespace

Result<void> parse_json(std::string_view bytes, json& out) {
  Builder builder;
  if (json::sax_parse(bytes, &builder)) {
    out = std::move(builder.root);
    return {};
  }
  return Error::invalid("", "The document cannot be read: " + builder.fault);
}

std::string canonical_json(const json& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string valid_json(std::string_view canonical) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(canonical.size());
  for (const char c : canonical) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) {
      out += c;
    } else {
      out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace rapt::tuf
