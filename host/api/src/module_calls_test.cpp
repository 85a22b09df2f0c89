// SPDX-License-Identifier: AGPL-3.0-or-later
// Routes and exports of modules in their sandboxes, asked over HTTP (tests/e2e/modules/calls.cpp).
#include <chrono>
#include <future>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "rapt/security/crypto.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kUnsignedVersion = "1.0.0";

json route(const std::string& method, const std::string& path, const std::string& access) {
  return {{"method", method}, {"path", path}, {"access", access}, {"timeout_ms", 10000}, {"rate_per_minute", 6000}};
}

json file(const std::string& id, const std::string& place, const std::string& access) {
  return {{"id", id},
          {"title", id},
          {"place", place},
          {"access", access},
          {"timeout_ms", 10000},
          {"content_type", "text/csv"},
          {"file_name", id + ".csv"}};
}

json manifest(const std::string& name) {
  json routes{route("GET", "/echo/:word", "user"),     route("POST", "/echo/:word", "user"),
              route("POST", "/answer", "user"),        route("GET", "/tagged", "user"),
              route("GET", "/public", "public"),       route("GET", "/large", "user"),
              route("GET", "/teachers", "teacher"),    route("GET", "/admins", "group_admin"),
              route("GET", "/system", "system_admin"), route("GET", "/crash", "user")};
  routes.push_back({{"method", "GET"}, {"path", "/never"}, {"access", "user"}, {"timeout_ms", 300}});
  routes.push_back(
      {{"method", "GET"}, {"path", "/rare"}, {"access", "user"}, {"rate_per_minute", 2}, {"timeout_ms", 10000}});
  routes.push_back(
      {{"method", "POST"}, {"path", "/small"}, {"access", "user"}, {"body_bytes", 10}, {"timeout_ms", 10000}});
  const std::string architecture(bundle::native_architecture());
  json exports{file("rows", "class", "teacher"), file("torn", "class", "teacher"), file("lie", "class", "teacher"),
               file("bytes", "home", "user"), file("endless", "system", "system_admin")};
  return {{"name", name},
          {"version", kUnsignedVersion},
          {"title", name},
          {"description", "Answers as it is asked to."},
          {"publisher", "raptscallions"},
          {"license", "AGPL-3.0-or-later"},
          {"abi", std::to_string(RAPT_ABI_MAJOR) + "." + std::to_string(RAPT_ABI_MINOR)},
          {"hooks", json::array()},
          {"permissions",
           {{{"name", "routes"}, {"reason", "To be asked."}},
            {{"name", "jobs"}, {"reason", "To be asked."}},
            {{"name", "exports"}, {"reason", "To be asked."}}}},
          {"libraries", {{architecture, "lib/" + architecture + "/" + name + ".so"}}},
          {"memory_mb", 64},
          {"routes", routes},
          {"jobs", json::array({{{"name", "work"}, {"timeout_ms", 10000}}})},
          {"exports", exports}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  if (const auto written = write_file_atomically(path, bytes); !written)
    throw std::runtime_error(written.error().message);
}

host::InstalledModule packed(const std::filesystem::path& folder, const std::string& name) {
  const auto stage = folder / (name + ".stage");
  const auto said = manifest(name);
  const auto library = read_file(std::filesystem::path(RAPT_TEST_MODULES) / (name + ".so"), bundle::kMaxBundleBytes);
  if (!library) throw std::runtime_error(library.error().message);
  write(stage / "manifest.json", said.dump());
  write(stage / "LICENSE", "AGPL-3.0-or-later\n");
  write(stage / "CHANGELOG.md", "# 1.0.0\n");
  write(stage / "sbom.spdx.json",
        R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-Package","name":")" +
            name + R"(","versionInfo":"1.0.0"}]})");
  write(stage / said["libraries"].begin()->get<std::string>(), *library);
  const auto bytes = bundle::pack_bundle(stage, nullptr);
  if (!bytes) throw std::runtime_error(bytes.error().message);
  const auto path = folder / (name + ".rapt");
  write(path, *bytes);
  return {name, kUnsignedVersion, path, security::hex(security::sha256(*bytes))};
}

class ModuleCalls : public Site {
 protected:
  ModuleCalls() {
    settings.host_name = "this";
    // What one host has installed: two modules that run, and one whose archive is gone.
    std::vector<host::InstalledModule> all{packed(folder.path, "e2e-calls"),
                                           packed(folder.path, "e2e-neighbor"),
                                           {"e2e-gone", "1.0.0", folder.path / "none.rapt", std::string(64, 'a')}};
    for (const auto& module : all)
      scratch->script("INSERT INTO modules (name, version, digest, manifest) VALUES ('" + module.name +
                      "', '1.0.0', repeat('a', 64), '{}')");
    for (const char* name : {"e2e-calls", "e2e-neighbor"}) scripted.describe({name, "1.0.0", name, "", ""});
    if (const auto started = modules.start(std::move(all)); !started) throw std::runtime_error(started.error().message);
    wait_running("e2e-calls");
    wait_running("e2e-neighbor");
    scratch->script("INSERT INTO users (id, email, name, password_hash) SELECT '" + id(4) + "', '" + tea +
                    "', 'Tea', password_hash FROM users WHERE email = '" + ada + "';" +
                    "INSERT INTO classes (id, group_id, name) VALUES ('" + id(7) + "', '" + id(1) + "', 'C');" +
                    "INSERT INTO class_members (class_id, user_id, role) VALUES ('" + id(7) + "', '" + id(3) +
                    "', 'student'), ('" + id(7) + "', '" + id(4) + "', 'teacher');");
    as_ada = cookie_of(ada), as_sam = cookie_of(sam), as_tea = cookie_of(tea);
  }

  /// At most 60 s, on any machine.
  void wait_running(const std::string& name) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
      std::string seen = "it is not there";
      for (const auto& status : modules.status()) {
        if (status.name != name) continue;
        if (status.state == host::ModuleState::kRunning && status.pid != 0) return;
        seen = std::string(host::name(status.state)) + " " + status.reason + " " + status.last_failure;
      }
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(name + " does not run: " + seen);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  /// Likewise, until it answers again.
  void wait_answering() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (get("/public", "").status != 200 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ASSERT_EQ(get("/public", "").status, 200);
  }
  Heard get(const std::string& path, const std::string& cookie) { return ask("GET", kBase + path, cookie); }
  Heard post(const std::string& path, const std::string& type, const std::string& body) {
    return raw("POST " + kBase + path + " HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n" + as_sam +
               "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  /// What the module is made to answer.
  Heard answer(const std::string& text) { return post("/answer", "text/plain", text); }
  std::string lines_of(const std::string& module) {
    const auto lines = runtime::run_blocking(journal.lines(module, 100, 0));
    std::string out;
    for (const auto& line : *lines) out += line.text + "\n";
    return out;
  }

  const std::string kBase = "/api/v1/modules/e2e-calls";
  const std::string tea = new_uuid() + "@example.org";
  std::string as_ada, as_sam, as_tea;
};

TEST_F(ModuleCalls, ARouteIsToldWhatWasAskedAndByWhomButNoSecret) {
  const auto heard = ask("POST", kBase + "/echo/7%20up?q=%C3%BC&q2=", as_tea, R"({"a": [1, "ü"]})");
  ASSERT_EQ(heard.status, 200) << heard.body;
  const auto input = json::parse(heard.body)["data"];
  EXPECT_EQ(input["method"], "POST");
  EXPECT_EQ(input["route"], "/echo/:word");
  EXPECT_EQ(input["parameters"], json::parse(R"({"word":"7 up"})"));
  EXPECT_EQ(input["query"], json::parse(R"({"q":"ü","q2":""})"));
  EXPECT_EQ(input["content_type"], "application/json");
  EXPECT_EQ(input["body"], R"({"a": [1, "ü"]})");
  EXPECT_EQ(input["json"], json::parse(R"({"a":[1,"ü"]})"));
  EXPECT_EQ(input["caller"]["role"], "teacher");
  EXPECT_EQ(input["caller"]["groups"], json::array({id(1)}));
  EXPECT_EQ(input["caller"]["classes"], json::array({{{"id", id(7)}, {"role", "teacher"}}}));
  EXPECT_FALSE(input["caller"].contains("id"));
  EXPECT_EQ(input["settings"], json::object());
  EXPECT_EQ(input["now_ms"], 1772352000000);
  EXPECT_THAT(heard.body, Not(HasSubstr("rapt_session")));
  EXPECT_THAT(heard.body, Not(HasSubstr(id(4)))) << "a module knows people by pseudonyms";
  EXPECT_THAT(heard.head, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(heard.head, HasSubstr("Cache-Control: no-store"));
  const auto again = json::parse(get("/echo/x", as_tea).body)["data"];
  EXPECT_EQ(again["caller"]["user"], input["caller"]["user"]);
  EXPECT_NE(json::parse(get("/echo/x", as_sam).body)["data"]["caller"]["user"], input["caller"]["user"]);
}

TEST_F(ModuleCalls, ARouteIsNotAskedWithANameTwiceInTheQuery) {
  const auto heard = ask("POST", kBase + "/echo/x?q=1&q2=&q=2", as_tea, "{}");
  EXPECT_EQ(heard.status, 400);
  EXPECT_THAT(heard.body, HasSubstr("q: must not be there more than once"));
}

TEST_F(ModuleCalls, AreOnlyForThoseTheManifestNames) {
  struct Row {
    const char* path;
    int nobody, student, teacher, system;
  };
  for (const Row& row :
       {Row{"/public", 200, 200, 200, 200}, Row{"/echo/x", 401, 200, 200, 200}, Row{"/teachers", 401, 403, 200, 200},
        Row{"/admins", 401, 403, 403, 200}, Row{"/system", 401, 403, 403, 200}}) {
    EXPECT_EQ(get(row.path, "").status, row.nobody) << row.path;
    EXPECT_EQ(get(row.path, as_sam).status, row.student) << row.path;
    EXPECT_EQ(get(row.path, as_tea).status, row.teacher) << row.path;
    EXPECT_EQ(get(row.path, as_ada).status, row.system) << row.path;
  }
  EXPECT_TRUE(json::parse(get("/public", "").body)["data"]["caller"].is_null());
  EXPECT_EQ(json::parse(get("/public", as_sam).body)["data"]["caller"]["role"], "student");
  const auto foreign = ask("POST", kBase + "/echo/x", as_sam + "Origin: https://evil.example\r\n", "{}");
  EXPECT_EQ(foreign.status, 403);
  EXPECT_THAT(foreign.body, HasSubstr("CSRF_REJECTED"));
}

TEST_F(ModuleCalls, PathsAndMethodsThatAreNoneAreToldAsEverywhere) {
  EXPECT_EQ(get("/nothing", as_sam).status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/modules/e2e-none/echo/x", as_sam).status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/modules", as_sam).status, 404);
  const auto other = ask("PUT", kBase + "/echo/x", as_sam, "{}");
  EXPECT_EQ(other.status, 405);
  EXPECT_THAT(other.head, HasSubstr("Allow: GET, POST"));
  const auto head =
      raw("HEAD " + kBase + "/echo/x HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n" + as_sam + "\r\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  const auto gone = ask("GET", "/api/v1/modules/e2e-gone/echo/x", as_sam);
  EXPECT_EQ(gone.status, 503);
  EXPECT_THAT(gone.head, HasSubstr("Retry-After: "));
  EXPECT_THAT(gone.body, HasSubstr("e2e-gone"));
}

TEST_F(ModuleCalls, BadBodiesNeverReachTheModule) {
  EXPECT_EQ(post("/small", "text/plain", "0123456789").status, 200);
  EXPECT_EQ(post("/small", "text/plain", "0123456789a").status, 413);
  EXPECT_EQ(post("/echo/x", "application/json", "{\"a\":").status, 400);
  EXPECT_EQ(post("/echo/x", "application/json", R"({"a":1,"a":2})").status, 400);
  EXPECT_EQ(post("/echo/x", "application/json", "\xEF\xBB\xBF{}").status, 400);
  EXPECT_EQ(post("/echo/x", "application/json", R"({"a":"\u0000"})").status, 400);
  EXPECT_EQ(post("/echo/x", "application/json", std::string(5000, '[')).status, 400);
  EXPECT_EQ(post("/echo/x", "application/vnd.api+json", "{").status, 400);
  EXPECT_EQ(post("/echo/x", "text/plain", "\xff").status, 400);
  EXPECT_EQ(post("/echo/x", "text/plain", std::string("a\0b", 3)).status, 400);
  EXPECT_EQ(post("/echo/x", "text/plain; charset=latin1", "a").status, 415);
  EXPECT_EQ(post("/echo/x", "text/plain\r\nContent-Encoding: gzip", "a").status, 415);
  const auto twice = get("/echo/x?q=1&q=2", as_sam);
  EXPECT_EQ(twice.status, 400);
  const auto text = post("/echo/x", "text/plain; charset=UTF-8", "\"\\\n\x01 ü");
  ASSERT_EQ(text.status, 200) << text.body;
  EXPECT_EQ(json::parse(text.body)["data"]["body"], "\"\\\n\x01 ü");
}

TEST_F(ModuleCalls, WhatAModuleAnswersIsDressedAndCheckedByTheHost) {
  const auto good = answer(R"({"status":201,"json":[1],"headers":{"Location":"/api/v1/x"}})");
  EXPECT_EQ(good.status, 201);
  EXPECT_EQ(good.body, R"({"data":[1]})");
  EXPECT_EQ(answer(R"({"status":422,"json":{"error":"No.","code":"NO"}})").body, R"({"code":"NO","error":"No."})");
  EXPECT_EQ(answer(R"({"status":204})").status, 204);
  EXPECT_EQ(get("/large", as_sam).body.size(), 900000u);
  for (const char* lie : {R"({"headers":{"Set-Cookie":"rapt_session=x"}})", "nonsense", "[]",
                          R"({"status":200,"json":"secret of the module","body":"x"})", R"({"status":500})"}) {
    const auto heard = answer(lie);
    EXPECT_EQ(heard.status, 502) << lie;
    EXPECT_THAT(heard.body, HasSubstr("MODULE_FAILED"));
    EXPECT_THAT(heard.body, HasSubstr("e2e-calls"));
    EXPECT_THAT(heard.body, Not(HasSubstr("secret"))) << "nothing of a refused answer is shown";
    EXPECT_THAT(heard.head, Not(HasSubstr("rapt_session")));
  }
  std::string told;
  for (const auto& line : modules.take_lines()) told += line.text + "\n";
  EXPECT_THAT(told, HasSubstr("Set-Cookie"));
  const auto not_asked = answer(R"({"status":204})");
  EXPECT_EQ(not_asked.status, 503) << "five failures in a row have opened its circuit";
  EXPECT_THAT(not_asked.body, HasSubstr("MODULE_UNAVAILABLE"));
}

TEST_F(ModuleCalls, WorkThatFailsIsToldOfItsProcessAndNotOfTheOthers) {
  const auto job = [this](const std::string& said, const std::string& work) {
    const host::ModuleCall call{.module = "e2e-calls",
                                .point = hooks::Point::kJob,
                                .input_json = json{{"payload", {{"answer", said}}}}.dump(),
                                .time_limit = std::chrono::seconds(60),
                                .work = work};
    return runtime::run_blocking(modules.ask(call));
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!job("{}", "first") && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  for (const char* work : {"a", "b", "c", "d", "e"}) EXPECT_FALSE(job(R"({"done":true})", work));
  const auto heard = ask("GET", "/api/v1/admin/modules/e2e-calls", as_ada);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const auto told = json::parse(heard.body)["data"];
  EXPECT_EQ(told["circuit"]["state"], "closed");
  ASSERT_EQ(told["rooms"].size(), 1u);
  const auto& room = told["rooms"][0];
  EXPECT_EQ(room["name"], "work");
  EXPECT_EQ(room["circuit"]["state"], "open");
  EXPECT_THAT(room["circuit"]["reason"].get<std::string>(), HasSubstr("its last 5 calls failed, the latest at job"));
  EXPECT_EQ(room["quarantine"], nullptr);
  const auto figures = ask("GET", "/metrics").body;
  for (const char* line : {"rapt_module_circuit_open{module=\"e2e-calls\",room=\"work\"} 1\n",
                           "rapt_module_circuit_open{module=\"e2e-calls\",room=\"pages\"} 0\n",
                           "rapt_module_state{module=\"e2e-calls\",room=\"work\",state=\"running\"} 1\n",
                           "rapt_hook_failures_total{module=\"e2e-calls\",hook=\"job\"} 5\n",
                           "rapt_hook_duration_seconds_count{module=\"e2e-calls\",hook=\"job\"} 1\n"})
    EXPECT_THAT(figures, HasSubstr(line));
}

TEST_F(ModuleCalls, OnlyWhatAnybodyMayAskForMayBeKeptForAll) {
  EXPECT_EQ(answer(R"({"json":1,"headers":{"Cache-Control":"private, max-age=60"}})").status, 200);
  EXPECT_EQ(answer(R"({"json":1,"headers":{"Cache-Control":"public, max-age=60"}})").status, 502);
  EXPECT_THAT(lines_of("e2e-calls"), HasSubstr("Cache-Control"));
}

TEST_F(ModuleCalls, ATagThatTheReaderHasSparesTheBody) {
  const auto first = get("/tagged", as_sam);
  EXPECT_EQ(first.body, R"({"data":[1],"meta":{"total":1}})");
  EXPECT_THAT(first.head, HasSubstr("ETag: \"seven\""));
  const auto second = get("/tagged", as_sam + "If-None-Match: \"seven\"\r\n");
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
}

TEST_F(ModuleCalls, AModuleThatHangsOrDiesHarmsNoOther) {
  auto hanging = std::async(std::launch::async, [this] { return get("/never", as_sam); });
  const auto neighbor = ask("GET", "/api/v1/modules/e2e-neighbor/echo/x", as_sam);
  EXPECT_EQ(neighbor.status, 200) << neighbor.body;
  const auto late = hanging.get();
  EXPECT_EQ(late.status, 504) << late.body;
  EXPECT_THAT(late.body, HasSubstr("MODULE_TIMEOUT"));
  EXPECT_THAT(late.body, HasSubstr("The module e2e-calls did not answer in time."));
  wait_answering();
  const auto dead = get("/crash", as_sam);
  EXPECT_EQ(dead.status, 502) << dead.body;
  EXPECT_THAT(dead.body, HasSubstr("MODULE_FAILED"));
  EXPECT_EQ(ask("GET", "/api/v1/modules/e2e-neighbor/echo/x", as_sam).status, 200);
  wait_answering();
  EXPECT_EQ(get("/echo/x", as_sam).status, 200);
}

TEST_F(ModuleCalls, EachRouteHasALimitForEachCaller) {
  EXPECT_EQ(get("/rare", as_sam).status, 200);
  EXPECT_EQ(get("/rare", as_sam).status, 200);
  const auto third = get("/rare", as_sam);
  EXPECT_EQ(third.status, 429);
  EXPECT_THAT(third.head, HasSubstr("Retry-After: "));
  EXPECT_EQ(get("/rare", as_tea).status, 200) << "another caller";
  EXPECT_EQ(get("/echo/x", as_sam).status, 200) << "another route";
}

TEST_F(ModuleCalls, ExportsAreListedForThoseWhoMayHaveThem) {
  const auto at_class = "/api/v1/exports?place=class&place_id=" + id(7);
  const auto listed = json::parse(ask("GET", at_class, as_tea).body)["data"];
  EXPECT_EQ(listed.size(), 6u) << listed;
  EXPECT_EQ(listed[0]["href"], kBase + "/exports/rows?place_id=" + id(7));
  EXPECT_EQ(json::parse(ask("GET", at_class, as_sam).body)["data"].size(), 0u) << "a student is no teacher there";
  EXPECT_EQ(json::parse(ask("GET", "/api/v1/exports?place=home", as_sam).body)["data"].size(), 2u);
}

TEST_F(ModuleCalls, AnExportComesPieceByPiece) {
  const auto heard = get("/exports/rows?place_id=" + id(7), as_tea);
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_THAT(heard.head, HasSubstr("Content-Disposition: attachment; filename=\"rows.csv\""));
  EXPECT_THAT(heard.head, HasSubstr("Content-Type: text/csv; charset=utf-8"));
  EXPECT_THAT(heard.body, HasSubstr("row 0 of " + id(7)));
  EXPECT_THAT(heard.body, HasSubstr("row 3 of " + id(7) + "\nafter 2\n"));
  EXPECT_THAT(heard.body, testing::EndsWith("0\r\n\r\n")) << "a whole file has its last chunk";
  EXPECT_THAT(get("/exports/bytes", as_sam).body, HasSubstr(std::string("\x00\xff\x61", 3)));
  EXPECT_EQ(get("/exports/rows?place_id=" + id(7), as_sam).status, 403) << "a student knows the class";
  EXPECT_EQ(get("/exports/rows?place_id=" + id(9), as_tea).status, 404);
  EXPECT_EQ(get("/exports/rows", as_tea).status, 400);
  EXPECT_EQ(get("/exports/none?place_id=" + id(7), as_tea).status, 404);
  EXPECT_EQ(get("/exports/lie?place_id=" + id(7), as_tea).status, 502);
}

TEST_F(ModuleCalls, AnExportThatFailsInTheMiddleHasNoEnd) {
  const auto torn = get("/exports/torn?place_id=" + id(7), as_tea);
  EXPECT_EQ(torn.status, 200);
  EXPECT_THAT(torn.body, HasSubstr("row 1 of"));
  EXPECT_THAT(torn.body, Not(testing::EndsWith("0\r\n\r\n")));
}

TEST_F(ModuleCalls, AReaderWhoLeavesEndsAnExport) {
  {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    const std::string request =
        "GET " + kBase + "/exports/endless HTTP/1.1\r\nHost: site.example\r\n" + as_ada + "\r\n";
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string some(1000, ' ');
    boost::asio::read(socket, boost::asio::buffer(some));
    EXPECT_THAT(some, HasSubstr("200 OK"));
  }
  // The site's end waits for its handlers; a stream that went on to its ten thousandth piece would be cut off.
  EXPECT_EQ(get("/echo/x", as_sam).status, 200);
}

}  // namespace
}  // namespace rapt::api
