// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include "rapt/security/crypto.hpp"
#include "test_site.hpp"

namespace rapt::api {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

inline constexpr const char* kNewPassword = "violet tractors hum softly";

/// A site where anybody may register, and the mails that it wrote.
class Accounts : public Site {
 protected:
  Accounts() { settings.registration_open = true; }

  Heard post(const std::string& path, const json& body, const std::string& cookie = "") {
    return ask("POST", "/api/v1/auth/" + path, cookie, body.dump());
  }
  Heard me(const std::string& cookie) { return ask("GET", "/api/v1/auth/me", cookie); }
  static std::string code(const Heard& heard) { return json::parse(heard.body).value("code", ""); }
  static std::string field(const Heard& heard) {
    return json::parse(heard.body)["details"]["fields"][0].value("path", "");
  }
  static json data(const Heard& heard) { return json::parse(heard.body).at("data"); }
  static std::string cookie_in(const Heard& heard) {
    const auto start = heard.head.find("rapt_session=");
    if (start == std::string::npos) throw std::runtime_error("no cookie: " + heard.head + heard.body);
    return "Cookie: " + heard.head.substr(start, heard.head.find(';', start) - start) + "\r\n";
  }

  /// The texts of the mails to somebody, the latest last.
  std::vector<std::string> mails(const std::string& to) {
    const auto rows = runtime::run_blocking(
        (**scratch).query({"mails",
                           "SELECT id, sealed_body FROM outgoing_mails WHERE recipient = $1 AND sealed_body IS "
                           "NOT NULL ORDER BY created_at, id"},
                          store::params(to)));
    std::vector<std::string> out;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto row = (*rows)[i];
      out.push_back(*box.open(row.text("sealed_body"), "mail:" + row.text("id")));
    }
    return out;
  }
  /// The token of the last link that was mailed to somebody.
  std::string token_for(const std::string& to) {
    const auto all = mails(to);
    if (all.empty()) throw std::runtime_error("no mail");
    const auto at = all.back().find("#token=");
    if (at == std::string::npos) throw std::runtime_error("no link: " + all.back());
    return all.back().substr(at + 7, 43);
  }
  std::int64_t count(const std::string& what) {
    const std::string sql = "SELECT count(*) AS n FROM " + what;  // a statement is prepared once under its name
    const std::string name = "count_" + security::hex(security::sha256(sql)).substr(0, 16);
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return (*rows)[0].integer("n");
  }
  Heard log_in_with(const std::string& email, json more) {
    more["email"] = email;
    more["password"] = "right";
    return post("login", more);
  }

  const std::string kim = new_uuid() + "@example.org";
};

}  // namespace rapt::api
