// SPDX-License-Identifier: AGPL-3.0-or-later
#include "scene.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::testing {

namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr std::chrono::seconds kDeadline{120};

void wait_until(const char* what, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(std::string("did not come: ") + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "rapt-docker-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return name;
}

bool on_path(const std::string& program) {
  for (const char* folder : {"/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"}) {
    if (access((std::filesystem::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::string read_line(int fd) {
  std::string line;
  char letter = 0;
  while (read(fd, &letter, 1) == 1) {
    if (letter == '\n') return line;
    line += letter;
  }
  throw std::runtime_error("the engine of the tests has ended (see its standard error above): " + line);
}

}  // namespace

bool Notes::has(Phase phase) const {
  return std::any_of(phases.begin(), phases.end(), [&](const auto& each) { return each.first == phase; });
}

bool Scene::is_real() {
  const char* wanted = std::getenv("RAPT_DOCKER_ENGINE");
  return wanted != nullptr && std::string_view(wanted) == "real";
}

std::string Scene::missing() {
  if (!is_real()) return {};
  for (const char* program : {"dockerd", "containerd", "runc", "docker", "docker-registry", "busybox"}) {
    if (!on_path(program)) return std::string(program) + " is not installed, so no real Docker Engine can be asked";
  }
  if (geteuid() != 0) return "a Docker Engine is started by root alone";
  return {};
}

Scene::Scene() : folder_(new_folder()) {
  start_engine();
  static_cast<void>(ask("POST", "/networks/create", R"({"Name":"app"})"));
}

Scene::~Scene() {
  input_.reset();
  int status = 0;
  waitpid(engine_, &status, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Scene::start_engine() {
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  UniqueFd theirs(input[0]);
  UniqueFd answers(output[0]);
  UniqueFd their_output(output[1]);
  input_ = UniqueFd(input[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, their_output.get(), STDOUT_FILENO);
  std::string words[] = {"node", RAPT_DOCKER_TESTS "/engine.mjs", folder_.string(), is_real() ? "--real" : "--made-up"};
  char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  const int failed = posix_spawnp(&engine_, "node", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("node cannot be started");
  their_output.reset();
  const json ready = json::parse(read_line(answers.get()));
  socket_ = ready.at("socket").get<std::string>();
  ready.at("images").get_to(images_);
}

std::string Scene::image(const std::string& name) const {
  return images_.at(name);
}

marketplace::VouchedRelease Scene::release(const std::string& name) const {
  marketplace::VouchedRelease release;
  release.release.version = "1.1.0";
  release.release.image = image(name);
  return release;
}

DockerOptions Scene::options() const {
  DockerOptions options;
  options.socket = socket_;
  options.journal = folder_ / "docker-update.json";
  options.patience = std::chrono::seconds(60);
  options.watch = std::chrono::seconds(1);
  options.settle = std::chrono::seconds(1);
  options.interval = std::chrono::milliseconds(50);
  options.answer = std::chrono::seconds(60);
  options.mounts = folder_ / "no-mounts";
  return options;
}

json Scene::ask(const std::string& method, const std::string& path, const std::string& body) const {
  http::Client client;
  http::ClientRequest request;
  request.method = method;
  request.url = "http://docker" + std::string(path.starts_with("/_test") ? "" : "/v1.41") + path;
  request.unix_socket = socket_;
  request.headers.set("Content-Type", "application/json");
  request.body = body;
  auto answer = run_blocking(client.fetch(std::move(request)));
  if (!answer) throw std::runtime_error(method + " " + path + ": " + answer.error().message);
  if (answer->status >= 300) throw std::runtime_error(method + " " + path + ": " + answer->body);
  return answer->body.empty() ? json() : json::parse(answer->body);
}

json Scene::inspect(const std::string& name) const {
  return ask("GET", "/containers/" + name + "/json");
}

void Scene::run(const std::string& name, const std::string& role, const std::string& more) {
  json body{{"Image", image("one")},
            {"Labels", {{kInstanceLabel, "raptscallions"}, {kRoleLabel, role}, {"kept", "yes"}}},
            {"HostConfig", {{"NetworkMode", "app"}, {"RestartPolicy", {{"Name", "unless-stopped"}}}}},
            {"NetworkingConfig", {{"EndpointsConfig", {{"app", {{"Aliases", {role}}}}}}}},
            {"StopTimeout", 5}};
  body.merge_patch(json::parse(more));
  static_cast<void>(ask("POST", "/containers/create?name=" + name, body.dump()));
  static_cast<void>(ask("POST", "/containers/" + name + "/start"));
  wait_until("a healthy container", [&] {
    const json state = inspect(name).at("State");
    return !state.contains("Health") || state["Health"]["Status"] == "healthy";
  });
  static_cast<void>(changes());
}

std::map<std::string, std::string> Scene::containers() const {
  std::map<std::string, std::string> all;
  for (const json& each : ask("GET", "/containers/json?all=1")) {
    std::string name = each.at("Names").at(0).get<std::string>().substr(1);
    if (each.at("State") != "running") name += " (" + each["State"].get<std::string>() + ")";
    all[name] = each.at("Labels").at(std::string(kVersionLabel)).get<std::string>();
  }
  return all;
}

void Scene::fault(const std::string& match, const std::string& action, int nth, const std::string& message,
                  int times) const {
  json body{{"match", match}, {"action", action}, {"nth", nth}, {"times", times}};
  if (!message.empty()) body["message"] = message;
  static_cast<void>(ask("POST", "/_test/fault", body.dump()));
}

void Scene::clear_fault() const {
  static_cast<void>(ask("POST", "/_test/clear"));
}

void Scene::await_hit() const {
  wait_until("the fault", [&] { return ask("GET", "/_test/state").at("hit").get<bool>(); });
}

std::vector<std::string> Scene::changes() const {
  auto all = ask("GET", "/_test/state").at("changes").get<std::vector<std::string>>();
  static_cast<void>(ask("POST", "/_test/forget"));
  return all;
}

void Scene::remove_all() const {
  clear_fault();
  for (const json& each : ask("GET", "/containers/json?all=1"))
    static_cast<void>(ask("DELETE", "/containers/" + each.at("Id").get<std::string>() + "?force=1&v=1"));
  std::filesystem::remove(options().journal);
}

void Scene::forget_images() const {
  for (const json& each : ask("GET", "/images/json")) {
    const std::string reference = each.at("RepoDigests").at(0).get<std::string>();
    if (reference != image("one")) static_cast<void>(ask("DELETE", "/images/" + reference + "?force=1"));
  }
}

std::shared_ptr<Scene> new_scene() {
  static std::shared_ptr<Scene> shared;
  if (!Scene::is_real()) return std::make_shared<Scene>();
  if (!shared) shared = std::make_shared<Scene>();
  shared->remove_all();
  shared->forget_images();
  return shared;
}

Result<Outcome> apply(const DockerOptions& options, const marketplace::VouchedRelease& release, Progress& progress) {
  http::Client client;
  return run_blocking(docker_strategy(options, client)->apply(release, progress));
}

Result<Outcome> apply(const DockerOptions& options, const marketplace::VouchedRelease& release) {
  Notes notes;
  return apply(options, release, notes);
}

Result<Outcome> rollback(const DockerOptions& options) {
  http::Client client;
  Notes notes;
  return run_blocking(docker_strategy(options, client)->rollback(notes));
}

Result<std::optional<Outcome>> recover(const DockerOptions& options) {
  http::Client client;
  Notes notes;
  return run_blocking(docker_strategy(options, client)->recover(notes));
}

}  // namespace rapt::agent::testing
