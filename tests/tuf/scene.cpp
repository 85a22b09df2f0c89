// SPDX-License-Identifier: AGPL-3.0-or-later
#include "scene.hpp"

#include <fstream>
#include <sstream>

namespace rapt::tuf::testing {
namespace {

using runtime::run_blocking;

http::Response text(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/octet-stream");
  response.body = std::move(body);
  return response;
}

/// The server leaves "%2F" in a path as it came.
std::string with_slashes(std::string path) {
  for (std::size_t at = 0; (at = path.find("%2F", at)) != std::string::npos; ++at) path.replace(at, 3, "/");
  return path;
}

Task<Result<void>> fetch_target(Client& client, std::string path, std::string& bytes) {
  RAPT_CO_TRY(co_await client.refresh());
  auto found = co_await client.find(std::move(path));
  if (!found) co_return found.error();
  std::function<Result<void>(std::string_view)> sink = [&](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  };
  co_return co_await client.download(std::move(*found), sink);
}

}  // namespace

SimulatorServer::SimulatorServer(Simulator& repository)
    : repository_(repository), server_(loop_.executor(), {}, *this), thread_([this] { loop_.run(); }) {
  const auto started = server_.start();
  if (!started) throw std::runtime_error(started.error().message);
}

SimulatorServer::~SimulatorServer() {
  closing_ = true;
  runtime::run_blocking_void(server_.stop(std::chrono::milliseconds(100)));
  loop_.stop();
}

Task<void> SimulatorServer::handle(http::Request& request, http::Responder& responder) {
  const auto path = with_slashes(request.path);
  if (const auto deed = misdeeds.find(path); deed != misdeeds.end()) {
    co_await misbehave(deed->second, responder);
    co_return;
  }
  const bool metadata = path.starts_with("/metadata/");
  auto bytes = metadata ? repository_.metadata(path.substr(10)) : repository_.target(path.substr(9));
  auto response = bytes ? text(200, std::move(*bytes)) : text(404, "");
  co_await responder.send(std::move(response));
}

Task<void> SimulatorServer::misbehave(Misdeed deed, http::Responder& responder) {
  if (deed == Misdeed::kFault) {
    auto response = text(500, "");
    co_await responder.send(std::move(response));
    co_return;
  }
  http::Headers headers;
  headers.set("Content-Type", "application/octet-stream");
  auto* stream = co_await responder.open_body_stream(headers);
  const std::string piece(deed == Misdeed::kEndless ? 16384 : 1, ' ');
  for (bool open = true; open;) {
    if (deed != Misdeed::kEndless) co_await runtime::sleep_for(std::chrono::milliseconds(10));
    if (deed == Misdeed::kSilent) {
      open = !closing_;
    } else {
      open = co_await stream->write(piece);
    }
  }
}

http::Response SimulatorServer::failure(int status, std::string_view, std::string_view message,
                                        std::string_view) const {
  return text(status, std::string(message));
}

Scene::Scene() {
  std::string pattern = (std::filesystem::temp_directory_path() / "rapt-tuf-XXXXXX").native();
  folder = ::mkdtemp(pattern.data());
}

Scene::~Scene() {
  std::filesystem::remove_all(folder);
}

std::unique_ptr<Client> Scene::new_client(Limits limits) {
  marketplace::HttpFetcherOptions options;
  options.metadata_url = server.url() + "/metadata/";
  options.targets_url = server.url() + "/targets/";
  options.patience = std::chrono::milliseconds(patience_ms);
  return std::make_unique<Client>(folder, std::make_shared<marketplace::HttpFetcher>(http, options), clock, limits);
}

Result<void> Scene::init(std::string root) {
  return new_client()->init(root);
}

Result<void> Scene::refresh(Limits limits) {
  const auto client = new_client(limits);
  return run_blocking(client->refresh());
}

std::string Scene::refused(Limits limits) {
  const auto result = refresh(limits);
  return result ? std::string() : result.error().message;
}

Result<void> Scene::download(const std::string& path) {
  const auto client = new_client();
  std::string bytes;
  auto result = run_blocking(fetch_target(*client, path, bytes));
  if (result) downloaded[path] = bytes;
  return result;
}

std::map<std::string, int> Scene::trusted() const {
  std::map<std::string, int> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const auto role = entry.path().stem().native();
    out[role] = version(role);
  }
  return out;
}

std::string Scene::bytes(const std::string& role) const {
  std::ifstream file(folder / (role + ".json"), std::ios::binary);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

int Scene::version(const std::string& role) const {
  const auto text = bytes(role);
  return text.empty() ? 0 : nlohmann::json::parse(text)["signed"]["version"].get<int>();
}

}  // namespace rapt::tuf::testing
