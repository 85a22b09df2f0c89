// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_text.hpp"
#include "test_scope.hpp"
#include "test_tls_server.hpp"

namespace rapt::host {
namespace {

using sandbox::HttpMethod;
using ::testing::HasSubstr;
using ::testing::Not;

std::string path_of(const std::string& request) {
  const auto begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

class Http : public ::testing::Test {
 protected:
  Http() {
    options.ca_file = server.ca_file;
    options.private_addresses = true;
    options.secrets = [](std::string module, std::string name,
                         ServiceScope) -> Task<Result<std::optional<std::string>>> {
      co_return name == "token" && module == "sample" ? std::optional<std::string>("s3cret") : std::nullopt;
    };
  }
  std::string answer(const std::string& request) {
    const std::string path = path_of(request);
    const auto to = [](const std::string& status, const std::string& where) {
      return TestTlsServer::reply("", "HTTP/1.1 " + status + " Moved\r\nLocation: " + where + "\r\n");
    };
    if (path == "/echo") return TestTlsServer::reply(request, "HTTP/1.1 201 Made\r\nX-One: 1\r\nSet-Cookie: a=b\r\n");
    if (path == "/stays") return TestTlsServer::open_reply("stays");
    if (path == "/here") return to("302", "/echo");
    if (path == "/again") return to("307", "/echo");
    if (path == "/other") return to("302", server.url("/echo", "localhost"));
    if (path == "/other307") return to("307", server.url("/echo", "localhost"));
    if (path == "/plain") return to("302", "http://127.0.0.1/");
    if (path == "/elsewhere") return to("302", "https://example.net/");
    if (path == "/loop") return to("302", "/loop");
    if (path == "/bytes") return TestTlsServer::reply(std::string("\xff\x00\x01", 3));
    if (path == "/large") return TestTlsServer::reply(std::string((512u << 10) + 1, 'x'));
    if (path == "/fits") return TestTlsServer::reply(std::string(512u << 10, 'x'));
    if (path == "/nonsense") return "nonsense\r\n\r\n";
    return "";
  }
  ServiceAnswer call(const std::string& request, std::optional<std::string> body = {}) {
    auto asked = service_request(sandbox::Service::kHttp, HttpMethod::kRequest, {request, std::move(body)}, {});
    asked.grants = grants;
    HttpCapability http(options);
    return runtime::run_blocking(http.call(std::move(asked)));
  }
  ServiceAnswer get(const std::string& path, const std::string& more = "") {
    return call(R"({"timeout_ms":20000,"url":")" + server.url(path) + "\"" + more + "}");
  }

  TestTlsServer server{[this](const std::string& request) { return answer(request); }};
  HttpCapability::Options options;
  std::vector<std::string> grants{"http", "http:127.0.0.1", "secrets"};
};

TEST_F(Http, AsksAndGivesTheAnswer) {
  const auto done =
      call(R"({"method":"POST","headers":{"Content-Type":"text/plain","X-Mine":"yes"},"timeout_ms":20000,"url":")" +
               server.url("/echo") + "\"}",
           "the body");
  ASSERT_EQ(done.status, RAPT_OK);
  EXPECT_THAT(*done.texts.at(0), HasSubstr(R"("status":201)"));
  EXPECT_THAT(*done.texts.at(0), HasSubstr(R"("x-one":"1")"));
  EXPECT_THAT(*done.texts.at(0), Not(HasSubstr("cookie")));
  const std::string& echo = *done.texts.at(1);
  EXPECT_THAT(echo, HasSubstr("POST /echo HTTP/1.1"));
  EXPECT_THAT(echo, HasSubstr("X-Mine: yes"));
  EXPECT_THAT(echo, HasSubstr("User-Agent: RaptScallions module sample/1.0.0"));
  EXPECT_THAT(echo, HasSubstr("\r\n\r\nthe body"));
}

TEST_F(Http, GivesBytesAsBase64) {
  const auto done = get("/bytes");
  ASSERT_EQ(done.status, RAPT_OK);
  EXPECT_THAT(*done.texts.at(0), HasSubstr(R"("base64":true)"));
  EXPECT_EQ(*done.texts.at(1), "/wAB");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("a"), "YQ==");
  EXPECT_EQ(base64("ab"), "YWI=");
}

TEST_F(Http, ReachesWhatWasGrantedAlone) {
  grants = {"http", "http:*.example.org", "http:example.com"};
  for (const char* url :
       {"https://127.0.0.1/", "https://example.org/", "https://badexample.org/", "https://www.example.com/",
        "https://example.com.evil.net/", "https://example.com:8443@evil.net/"}) {
    const auto denied = call(std::string(R"({"url":")") + url + "\"}");
    EXPECT_NE(denied.status, RAPT_OK) << url;
  }
  const auto denied = get("/echo");
  EXPECT_EQ(denied.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(denied.complaint, HasSubstr("127.0.0.1, which was not granted"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(Http, RefusesPrivateAddressesAndOtherPorts) {
  options.private_addresses = false;
  EXPECT_THAT(get("/echo").complaint, HasSubstr("another port than 443"));
  for (const char* host :
       {"127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0"}) {
    grants = {"http", std::string("http:") + host};
    const auto denied = call(std::string(R"({"url":"https://)") + host + "/\"}");
    EXPECT_EQ(denied.status, RAPT_E_NOT_ALLOWED) << host;
    EXPECT_THAT(denied.complaint, HasSubstr("not public")) << host;
  }
}

TEST_F(Http, ReachesTheHostsOfItsSettingsWhenThatWasGranted) {
  std::string settings = R"({"base":{"url":")" + server.url("/") + "\"}}";
  bool away = false;
  options.private_addresses = false;
  options.settings = [&](std::string module, ServiceScope) -> Task<Result<std::string>> {
    if (away) co_return Error::unavailable("database", "away", "hunter2");
    co_return module == "sample" ? settings : "{}";
  };
  grants = {"http", "http:@settings"};
  EXPECT_THAT(get("/echo").complaint, HasSubstr("not public")) << "private addresses are a grant of their own";
  grants.push_back("http:private");
  EXPECT_EQ(get("/echo").status, RAPT_OK) << "at the port that the settings name";
  EXPECT_THAT(get("/other", R"(,"redirects":1)").complaint, HasSubstr("localhost, which was not granted"));
  EXPECT_THAT(call(R"({"url":"https://127.0.0.1:1/"})").complaint, HasSubstr("another port than 443"));
  away = true;
  const auto unread = get("/echo");
  EXPECT_EQ(unread.status, RAPT_E_UNAVAILABLE);
  EXPECT_THAT(*unread.texts.at(0), Not(HasSubstr("hunter2")));
  away = false;
  settings = R"({"url":"https://127.0.0.1/"})";
  EXPECT_THAT(get("/echo").complaint, HasSubstr("another port than 443")) << "the settings name no port";
  settings = R"({"url":"http://127.0.0.1/"})";
  EXPECT_THAT(get("/echo").complaint, HasSubstr("not granted")) << "no https address";
  grants = {"http", "http:127.0.0.1", "http:private"};
  settings = R"({"url":")" + server.url("/") + "\"}";
  EXPECT_THAT(get("/echo").complaint, HasSubstr("another port than 443")) << "settings were not granted";
  grants = {"http", "http:private"};
  EXPECT_THAT(call(R"({"url":"https://private/"})").complaint, HasSubstr("not granted"));
}

TEST_F(Http, AConnectionToAPrivateAddressServesNobodyWhoMayNotReachOne) {
  const std::string settings = R"({"url":")" + server.url("/") + "\"}";
  options.private_addresses = false;
  options.settings = [&](std::string, ServiceScope) -> Task<Result<std::string>> { co_return settings; };
  HttpCapability http(options);  // one for all modules, as on a host
  const auto asked_by = [&](std::vector<std::string> granted) {
    auto asked = service_request(sandbox::Service::kHttp, HttpMethod::kRequest,
                                 {R"({"timeout_ms":20000,"url":")" + server.url("/stays") + "\"}", std::nullopt}, {});
    asked.grants = std::move(granted);
    return runtime::run_blocking(http.call(std::move(asked)));
  };
  EXPECT_EQ(asked_by({"http", "http:@settings", "http:private"}).status, RAPT_OK);
  const auto denied = asked_by({"http", "http:@settings"});
  EXPECT_EQ(denied.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(denied.complaint, HasSubstr("not public"));
  EXPECT_EQ(server.requests().size(), 1u) << "the connection of the first was open";
}

TEST_F(Http, LooksAtEachRedirectAnew) {
  EXPECT_THAT(*get("/here").texts.at(0), HasSubstr(R"("status":302)")) << "none is followed unless it is asked for";
  EXPECT_THAT(*get("/here", R"(,"redirects":1)").texts.at(0), HasSubstr("/echo\""));
  EXPECT_THAT(*get("/loop", R"(,"redirects":5)").texts.at(0), HasSubstr(R"("status":302)"));
  EXPECT_EQ(server.requests().size(), 9u);
  EXPECT_THAT(get("/elsewhere", R"(,"redirects":1)").complaint, HasSubstr("example.net, which was not granted"));
  EXPECT_THAT(get("/other", R"(,"redirects":1)").complaint, HasSubstr("localhost, which was not granted"));
  EXPECT_EQ(get("/plain", R"(,"redirects":1)").status, RAPT_E_INVALID);
}

TEST_F(Http, SendsNothingOnToAnotherHost) {
  grants.push_back("http:localhost");
  const std::string head =
      R"({"method":"POST","headers":{"Authorization":"Bearer {{secret:token}}"},"redirects":2,"timeout_ms":20000,"url":")";
  const auto kept = call(head + server.url("/again") + "\"}", "body");
  EXPECT_THAT(*kept.texts.at(1), HasSubstr("Bearer s3cret")) << "the same host gets it again";
  EXPECT_THAT(*kept.texts.at(1), HasSubstr("POST /echo"));
  const auto moved = call(head + server.url("/other") + "\"}", "body");
  EXPECT_THAT(*moved.texts.at(1), HasSubstr("GET /echo"));
  EXPECT_THAT(*moved.texts.at(1), Not(HasSubstr("s3cret")));
  EXPECT_THAT(*moved.texts.at(1), Not(HasSubstr("body")));
  const auto stopped = call(head + server.url("/other307") + "\"}", "body");
  EXPECT_THAT(*stopped.texts.at(0), HasSubstr(R"("status":307)"));
}

TEST_F(Http, PutsSecretsIn) {
  const auto done = call(R"({"method":"POST","headers":{"X-Key":"{{secret:token}}"},"timeout_ms":20000,"url":")" +
                             server.url("/echo") + "\"}",
                         "k={{secret:token}}");
  EXPECT_THAT(*done.texts.at(1), HasSubstr("X-Key: s3cret"));
  EXPECT_THAT(*done.texts.at(1), HasSubstr("k=s3cret"));
  EXPECT_EQ(get("/echo", R"(,"headers":{"X":"{{secret:other}}"})").status, RAPT_E_INVALID);
  EXPECT_EQ(get("/{{secret:token}}").status, RAPT_E_INVALID);
  grants.pop_back();
  EXPECT_EQ(get("/echo", R"(,"headers":{"X":"{{secret:token}}"})").status, RAPT_E_NOT_ALLOWED);
}

TEST_F(Http, SaysWhyThereIsNoAnswer) {
  const auto large = get("/large");
  EXPECT_EQ(large.status, RAPT_E_TOO_LARGE);
  EXPECT_THAT(large.complaint, HasSubstr("The answer of 127.0.0.1 is larger than 512 KiB"));
  EXPECT_EQ(get("/fits").texts.at(1)->size(), 512u << 10);
  const auto nonsense = get("/nonsense");
  EXPECT_EQ(nonsense.status, RAPT_E_UNAVAILABLE);
  EXPECT_THAT(*nonsense.texts.at(0), HasSubstr(R"("error":"protocol")"));
  options.ca_file.clear();
  EXPECT_THAT(*get("/echo").texts.at(0), HasSubstr(R"("error":"tls")"));
  EXPECT_THAT(*call(R"({"url":"https://127.0.0.1:1/"})").texts.at(0), HasSubstr(R"("error":"connect")"));
  EXPECT_EQ(call(R"({"url":"https://127.0.0.1/"})", std::string((512u << 10) + 1, 'x')).status, RAPT_E_TOO_LARGE);
}

TEST_F(Http, EndsInTime) {
  TestTlsServer silent([](const std::string&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return std::string();
  });
  options.ca_file = silent.ca_file;
  const auto late = call(R"({"timeout_ms":100,"url":")" + silent.url("/") + "\"}");
  EXPECT_EQ(late.status, RAPT_E_UNAVAILABLE);
  EXPECT_THAT(*late.texts.at(0), HasSubstr(R"("error":"timeout")"));
}

TEST_F(Http, RefusesWhatIsNoRequest) {
  for (const char* hostile : {"",
                              "[]",
                              "{",
                              "{}",
                              R"({"url":1})",
                              R"({"url":"http://127.0.0.1/"})",
                              R"({"url":"https://u:p@127.0.0.1/"})",
                              R"({"url":"https://127.0.0.1/\r\nX: y"})",
                              R"({"url":"https://127.0.0.1/","more":1})",
                              R"({"url":"https://127.0.0.1/","method":"CONNECT"})",
                              R"({"url":"https://127.0.0.1/","method":"get"})",
                              R"({"url":"https://127.0.0.1/","timeout_ms":0})",
                              R"({"url":"https://127.0.0.1/","timeout_ms":30001})",
                              R"({"url":"https://127.0.0.1/","redirects":6})",
                              R"({"url":"https://127.0.0.1/","redirects":1.5})",
                              R"({"url":"https://127.0.0.1/","headers":[]})",
                              R"({"url":"https://127.0.0.1/","headers":{"a":1}})",
                              R"({"url":"https://127.0.0.1/","headers":{"A\r\nB":"x"}})",
                              R"({"url":"https://127.0.0.1/","headers":{"A":"x\r\nB: y"}})",
                              R"({"url":"https://127.0.0.1/","headers":{"Host":"x"}})",
                              R"({"url":"https://127.0.0.1/","headers":{"cookie":"x"}})",
                              R"({"url":"https://127.0.0.1/","headers":{"Proxy-Authorization":"x"}})",
                              R"({"url":"https://127.0.0.1/","headers":{"Transfer-Encoding":"chunked"}})",
                              R"({"url":"https://127.0.0.1/","headers":{"User-Agent":"x"}})",
                              R"({"url":"file:///etc/passwd"})"})
    EXPECT_EQ(call(hostile).status, RAPT_E_INVALID) << hostile;
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace rapt::host
