// SPDX-License-Identifier: AGPL-3.0-or-later
#include "test_site.hpp"

namespace rapt::api {
namespace {

using testing::HasSubstr;

class BodyLimit : public Site {
 protected:
  Heard post(const std::string& path, const std::string& type, const std::string& about, const std::string& body) {
    return raw("POST /api/v1" + path + " HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\nContent-Type: " + type +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + about + "\r\n" + body);
  }
  /// A file of users that is larger than the usual limit.
  static std::string users() {
    std::string csv = "email,name\n";
    for (int i = 0; csv.size() < 2 * 1024 * 1024; ++i)
      csv += "user" + std::to_string(i) + "@school.example,\"User " + std::to_string(i) + "\"\n";
    return csv;
  }
};

TEST_F(BodyLimit, AdministratorsMaySendALargeFileOfUsers) {
  const auto heard = post("/admin/users/import?dry_run=true", "text/csv", cookie_of(ada), users());
  EXPECT_EQ(heard.status, 202) << heard.body;
}

TEST_F(BodyLimit, NobodyElseFillsTheMemoryWithOne) {
  for (const std::string& about : {std::string(), cookie_of(sam), std::string("Cookie: rapt_session=made-up\r\n")}) {
    const auto heard = post("/admin/users/import", "text/csv", about, users());
    EXPECT_EQ(heard.status, 413) << about;
    EXPECT_THAT(heard.body, HasSubstr("1048576 bytes"));
  }
}

TEST_F(BodyLimit, OtherRoutesKeepTheUsualLimitForEverybody) {
  EXPECT_EQ(post("/groups", "application/json", cookie_of(ada), std::string(2 * 1024 * 1024, ' ')).status, 413);
}

TEST_F(BodyLimit, HasAnEndForAdministratorsToo) {
  const auto heard = raw("POST /api/v1/admin/users/import HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n" +
                         cookie_of(ada) + "Content-Type: text/csv\r\nContent-Length: 99999999999\r\n\r\n");
  EXPECT_EQ(heard.status, 413);
  EXPECT_THAT(heard.body, HasSubstr("33554432 bytes"));
}

}  // namespace
}  // namespace rapt::api
