// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_engine.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::agent::docker {

namespace {

using nlohmann::json;

constexpr int kOldest = 41;  ///< of the API: 1.41, Docker 20.10
constexpr int kNewest = 48;  ///< whose shapes are known here
constexpr std::size_t kEngineWords = 600;
constexpr std::size_t kLine = std::size_t{1} << 20;      ///< of a pull's report
constexpr std::size_t kReport = std::size_t{256} << 20;  ///< all of it

/// The second number of "1.41"; -1 for what is none.
int minor_of(const json& version, const char* field) {
  const auto found = version.find(field);
  if (found == version.end() || !found->is_string()) return -1;
  const auto& text = found->get_ref<const std::string&>();
  if (!text.starts_with("1.")) return -1;
  int minor = -1;
  std::from_chars(text.data() + 2, text.data() + text.size(), minor);
  return minor;
}

std::string message_of(const http::Response& response) {
  const auto answer = json::parse(response.body, nullptr, false);
  if (answer.is_object() && answer.contains("message") && answer["message"].is_string())
    return printable(answer["message"].get_ref<const std::string&>(), kEngineWords);
  return "status " + std::to_string(response.status);
}

Error refused(const std::string& what, const http::Response& response) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  if (response.status == 404) error.kind = ErrorKind::kNotFound;
  if (response.status == 409) error.kind = ErrorKind::kConflict;
  error.part = "docker";
  error.message = "The Docker Engine could not " + what + ": " + message_of(response);
  return error;
}

Error no_answer_of_docker(const std::string& what) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.part = "docker";
  error.message = "The Docker Engine did not answer as its API says when asked to " + what + ".";
  return error;
}

}  // namespace

std::string escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == '-' || byte == '_' || byte == '.' || byte == '~';
    if (plain) {
      out += letter;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

http::ClientRequest Engine::request(std::string method, std::string path, std::string body) const {
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = "http://docker" + version_ + path;
  request.unix_socket = socket_;
  if (!body.empty()) request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  request.total_timeout = request.head_timeout = request.idle_timeout = answer_;
  return request;
}

Error Engine::away(const Error& why) const {
  if (why.kind == ErrorKind::kTimeout) {
    return Error::unavailable("docker",
                              "The Docker Engine did not answer in " + std::to_string(answer_.count()) + " seconds.",
                              why.log_detail);
  }
  return Error::unavailable("docker",
                            "The Docker Engine at " + socket_.string() +
                                " cannot be asked. Is it running, and may this process use its socket?",
                            why.message + " " + why.log_detail);
}

Task<Result<void>> Engine::agree_on_version() {
  if (!version_.empty()) co_return Result<void>{};
  auto response = co_await client_.fetch(request("GET", "/version", {}));
  if (!response) co_return away(response.error());
  const auto answer = json::parse(response->body, nullptr, false);
  const int newest = minor_of(answer, "ApiVersion");
  if (response->status != 200 || newest < 0) co_return no_answer_of_docker("say its version");
  const int oldest = std::max(minor_of(answer, "MinAPIVersion"), kOldest);
  const int chosen = std::min(newest, kNewest);
  if (chosen < oldest) {
    const char* remedy = newest < kOldest ? "Bring it to Docker 20.10 or later." : "It is too new for this release.";
    co_return Error::unavailable("docker", "The Docker Engine offers no version of its API between 1.41 and 1." +
                                               std::to_string(kNewest) + ". " + remedy);
  }
  version_ = "/v1." + std::to_string(chosen);
  co_return Result<void>{};
}

Task<Result<std::string>> Engine::ask(std::string what, std::string method, std::string path, std::string body,
                                      std::chrono::seconds longer) {
  RAPT_CO_TRY(co_await agree_on_version());
  http::ClientRequest asked = request(std::move(method), std::move(path), std::move(body));
  asked.total_timeout += longer;
  asked.head_timeout += longer;
  asked.idle_timeout += longer;
  auto response = co_await client_.fetch(std::move(asked));
  if (!response) co_return away(response.error());
  // 304: it is so already.
  if (response->status >= 300 && response->status != 304) co_return refused(what, *response);
  co_return std::move(response->body);
}

Task<Result<void>> Engine::tell(std::string what, std::string path, std::string body) {
  RAPT_CO_TRY(co_await ask(std::move(what), "POST", std::move(path), std::move(body), {}));
  co_return Result<void>{};
}

Task<Result<json>> Engine::read(std::string what, std::string path) {
  auto body = co_await ask(what, "GET", std::move(path), {}, {});
  if (!body) co_return body.error();
  auto answer = json::parse(*body, nullptr, false);
  if (!answer.is_structured()) co_return no_answer_of_docker(what);
  // JSON converts to all and sundry, so it has to be said that this is the value.
  co_return Result<json>(std::in_place, std::move(answer));
}

Task<Result<json>> Engine::containers(std::vector<std::string> labels) {
  const json filters{{"label", labels}};
  co_return co_await read("list containers", "/containers/json?all=1&filters=" + escaped(filters.dump()));
}

Task<Result<json>> Engine::inspect(std::string container) {
  co_return co_await read("look at the container " + container, "/containers/" + escaped(container) + "/json");
}

Task<Result<json>> Engine::image(std::string reference) {
  // A name with its slashes is part of the path; it has been checked by whoever read it.
  co_return co_await read("look at the image " + reference, "/images/" + reference + "/json");
}

Task<Result<std::string>> Engine::create(std::string name, std::string body) {
  const std::string what = "make the container " + name;
  auto answered = co_await ask(what, "POST", "/containers/create?name=" + escaped(name), std::move(body), {});
  if (!answered) co_return answered.error();
  const auto made = json::parse(*answered, nullptr, false);
  if (!made.is_object() || !made.contains("Id") || !made["Id"].is_string()) co_return no_answer_of_docker(what);
  co_return made["Id"].get<std::string>();
}

Task<Result<void>> Engine::start(std::string container) {
  co_return co_await tell("start the container " + container, "/containers/" + escaped(container) + "/start", {});
}

Task<Result<void>> Engine::stop(std::string container, std::chrono::seconds grace) {
  const std::string what = "stop the container " + container;
  RAPT_CO_TRY(co_await ask(what, "POST", "/containers/" + escaped(container) + "/stop", {}, grace));
  co_return Result<void>{};
}

Task<Result<void>> Engine::rename(std::string container, std::string name) {
  const std::string path = "/containers/" + escaped(container) + "/rename?name=" + escaped(name);
  co_return co_await tell("name the container " + name, path, {});
}

Task<Result<void>> Engine::remove(std::string container) {
  const std::string what = "remove the container " + container;
  auto answered = co_await ask(what, "DELETE", "/containers/" + escaped(container) + "?force=1", {}, {});
  if (!answered && answered.error().kind != ErrorKind::kNotFound) co_return answered.error();
  co_return Result<void>{};
}

Task<Result<void>> Engine::set_restart_policy(std::string container, std::string policy) {
  co_return co_await tell("change the restart policy of the container " + container,
                          "/containers/" + escaped(container) + "/update", "{\"RestartPolicy\":" + policy + "}");
}

Task<Result<void>> Engine::connect(std::string network, std::string body) {
  co_return co_await tell("connect a container to the network " + network, "/networks/" + escaped(network) + "/connect",
                          std::move(body));
}

Task<std::string> Engine::last_words(std::string container) {
  const std::string path = "/containers/" + escaped(container) + "/logs?stdout=1&stderr=1&tail=5";
  auto body = co_await ask("read the log", "GET", path, {}, {});
  if (!body) co_return std::string();
  // Frames: which stream, three zeros, the length in four bytes, the text. With a terminal there are none.
  std::string text;
  std::string_view rest = *body;
  while (rest.size() >= 8 && rest[0] <= 2 && rest[1] == 0 && rest[2] == 0 && rest[3] == 0) {
    std::size_t length = 0;
    for (std::size_t i = 4; i < 8; ++i) length = length << 8 | static_cast<unsigned char>(rest[i]);
    text += rest.substr(8, length);
    rest.remove_prefix(std::min(rest.size(), 8 + length));
  }
  text += rest;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  co_return printable(text, kEngineWords);
}

Task<Result<void>> Engine::pull(std::string reference, std::string credentials, OnLine on_line) {
  RAPT_CO_TRY(co_await agree_on_version());
  const auto at = reference.rfind('@');
  http::ClientRequest asked = request(
      "POST",
      "/images/create?fromImage=" + escaped(reference.substr(0, at)) + "&tag=" + escaped(reference.substr(at + 1)), {});
  if (!credentials.empty()) asked.headers.set("X-Registry-Auth", credentials);
  asked.total_timeout = std::chrono::hours(2);
  asked.max_body_bytes = kReport;
  auto opened = co_await client_.open(std::move(asked));
  if (!opened) co_return away(opened.error());
  http::ClientStream& stream = **opened;
  std::string line;
  for (;;) {
    auto piece = co_await stream.read();
    if (!piece) co_return away(piece.error());
    const bool ended = !*piece;
    line += ended ? std::string("\n") : **piece;
    if (stream.status() != 200) {
      if (!ended && line.size() < kEngineWords * 8) continue;
      const http::Response refusal{stream.status(), {}, line};
      co_return refused("fetch the image " + reference, refusal);
    }
    for (std::size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n')) {
      std::string one = line.substr(0, end);
      line.erase(0, end + 1);
      RAPT_CO_TRY(co_await on_line(std::move(one)));
    }
    if (ended) co_return Result<void>{};
    if (line.size() > kLine) co_return no_answer_of_docker("fetch an image");
  }
}

}  // namespace rapt::agent::docker
