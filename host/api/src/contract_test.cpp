// SPDX-License-Identifier: AGPL-3.0-or-later
// Holds answers against the description of the API; Site::ask does so with every answer of the API's tests.
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "openapi.hpp"
#include "openapi_operation.hpp"
#include "rapt/api/router.hpp"
#include "rapt/schema/json_schema.hpp"
#include "routes.hpp"
#include "test_contract.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

/// A schema as core/schema takes it: without regular expressions, which it refuses, and without formats that would
/// be asked of null too. The end-to-end tests check both with ajv.
json simplified(const json& value) {
  if (!value.is_structured()) return value;
  json out = value.is_array() ? json::array() : json::object();
  for (const auto& item : value.items()) {
    if (item.key() == "pattern" && item.value().is_string()) continue;
    if (item.key() == "format" && value.is_object() && value.value("type", json()).is_array()) continue;
    if (value.is_array()) {
      out.push_back(simplified(item.value()));
    } else {
      out[item.key()] = simplified(item.value());
    }
  }
  return out;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string field_of(const std::string& head, const std::string& name) {
  const std::string wanted = "\r\n" + lower(name) + ": ";
  const auto at = lower(head).find(wanted);
  if (at == std::string::npos) return "";
  const auto start = at + wanted.size();
  return head.substr(start, head.find("\r\n", start) - start);
}

class Contract {
 public:
  Contract() {
    for (const auto& route : routes()) router_.add(route.method, route.pattern);
  }

  std::string fault_of(const SeenAnswer& seen) {
    auto path = seen.target.substr(0, seen.target.find('?'));
    if (path == "/api/openapi.json") path = path.substr(4);
    if (path.starts_with("/api/v1/")) path = path.substr(7);
    const auto match = router_.find(seen.method, path);
    if (match.kind != Router::Match::Kind::kFound) return seen.status >= 400 ? failure_fault(seen) : "";
    const auto& route = routes()[match.index];
    const auto& operation = document_["paths"][openapi_path(route.pattern)][lower(route.method)];
    const auto status = std::to_string(seen.status);
    if (!operation["responses"].contains(status)) return "this route describes no " + status;
    return answer_fault(seen, resolved(operation["responses"][status]),
                        operation["operationId"].get<std::string>() + " " + status);
  }

 private:
  std::string failure_fault(const SeenAnswer& seen) {
    return body_fault(seen, json{{"$ref", "#/components/schemas/Error"}}, "Error");
  }

  std::string answer_fault(const SeenAnswer& seen, const json& response, const std::string& key) {
    const auto headers = response.value("headers", json::object());
    for (const auto& [name, header] : headers.items()) {
      if (resolved(header).value("required", false) && field_of(seen.head, name).empty())
        return "the header " + name + " is missing";
    }
    const auto type = field_of(seen.head, "Content-Type");
    if (!response.contains("content")) return type.empty() && seen.body.empty() ? "" : "it is described without a body";
    const auto name = type.substr(0, type.find(';'));
    if (!response["content"].contains(name)) return "the content type \"" + type + "\" is not described";
    // A description is larger than what core/schema takes; its own test compares it.
    if (name != "application/json" || seen.method == "HEAD" || key == "getDescription 200") return "";
    return body_fault(seen, response["content"][name]["schema"], key);
  }

  std::string body_fault(const SeenAnswer& seen, const json& schema, const std::string& key) {
    if (seen.method == "HEAD") return "";
    const auto valid = compiled(schema, key).validate(seen.body);
    if (valid) return "";
    std::string out = valid.error().message;
    for (const auto& field : valid.error().fields) out += "\n  " + field.path + " " + field.message;
    return out;
  }

  const schema::JsonSchema& compiled(const json& schema, const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = schemas_.find(key);
    if (found != schemas_.end()) return found->second;
    const json whole{{"allOf", json::array({schema})},
                     {"components", {{"schemas", document_["components"]["schemas"]}}}};
    auto made = schema::JsonSchema::compile(simplified(whole).dump());
    if (!made) throw std::runtime_error("the schema of " + key + ": " + made.error().message);
    return schemas_.emplace(key, std::move(*made)).first->second;
  }

  const json& resolved(const json& value) const {
    if (!value.contains("$ref")) return value;
    return document_.at(json::json_pointer(value["$ref"].get<std::string>().substr(1)));
  }

  const json document_ = json::parse(own_description().document);
  Router router_;
  std::mutex mutex_;
  std::map<std::string, schema::JsonSchema> schemas_;
};

constexpr const char* kHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: 1\r\n";

std::string fault(int status, const std::string& body, const std::string& head = kHead) {
  return contract_fault({"GET", "/api/v1/instance", status, head, body});
}

TEST(Contract, TakesWhatIsDescribed) {
  EXPECT_EQ(
      fault(200,
            R"({"data":{"name":"R","version":"1","demo_model":true,"development_mode":false,"registration":"open"}})"),
      "");
  EXPECT_EQ(fault(429, R"({"error":"Wait.","code":"X"})", std::string(kHead) + "Retry-After: 5\r\n"), "");
  EXPECT_EQ(contract_fault({"GET", "/api/v1/nowhere", 404, kHead, R"({"error":"No.","code":"X"})"}), "");
}

TEST(Contract, FindsEveryWayToBreakIt) {
  using testing::HasSubstr;
  EXPECT_THAT(fault(200, R"({"data":{"name":"R","version":"1","demo_model":true}})"), HasSubstr("development_mode"));
  EXPECT_THAT(fault(200, R"({"data":{"name":"R","version":"1","demo_model":1,"development_mode":false}})"),
              HasSubstr("demo_model"));
  EXPECT_NE(fault(200, R"({"data":{"name":"R","version":"1","demo_model":true,"development_mode":false,"x":1}})"), "");
  EXPECT_NE(fault(200, "no JSON"), "");
  EXPECT_THAT(fault(418, "{}"), HasSubstr("describes no 418"));
  EXPECT_THAT(fault(200, "{}", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Request-Id: 1\r\n"),
              HasSubstr("text/html"));
  EXPECT_THAT(fault(200, "{}", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"), HasSubstr("X-Request-Id"));
  EXPECT_NE(contract_fault({"GET", "/api/v1/nowhere", 404, kHead, R"({"error":"No."})"}), "");
  EXPECT_NE(contract_fault({"POST", "/api/v1/auth/logout", 204, std::string(kHead) + "Set-Cookie: a\r\n", "{}"}), "");
}

}  // namespace

std::string contract_fault(const SeenAnswer& seen) {
  static Contract contract;
  return contract.fault_of(seen);
}

}  // namespace rapt::api
