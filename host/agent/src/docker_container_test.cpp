// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_container.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "rapt/agent/docker.hpp"

namespace rapt::agent::docker {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kId(64, 'a');

json old_image() {
  return json::parse(
      R"({"Config":{"Entrypoint":["/rapt"],"Cmd":["serve"],"Env":["PATH=/bin","RELEASE=1"],"WorkingDir":"/srv",
    "User":"3000","Labels":{"of":"image"},"Volumes":{"/data":{}},"ExposedPorts":{"3000/tcp":{}},
    "Healthcheck":{"Test":["CMD","/healthy"]}}})");
}

/// As an engine describes a container that was made of that image with nothing but a name in a network.
json plain() {
  json container = json::parse(R"({"Name":"/server","Image":"sha256:old","RestartCount":0,"Mounts":[],
    "State":{"Status":"running","Running":true,"ExitCode":0,"Error":""},
    "HostConfig":{"NetworkMode":"app","RestartPolicy":{"Name":"always","MaximumRetryCount":0}},
    "NetworkSettings":{"Networks":{"app":{"NetworkID":"n1","Aliases":["server","aaaaaaaaaaaa"],"IPAMConfig":null,"IPAddress":"10.0.0.2"}}}})");
  container["Id"] = kId;
  container["Config"] = old_image()["Config"];
  container["Config"]["Image"] = "raptscallions:1";
  container["Config"]["Hostname"] = kId.substr(0, 12);
  return container;
}

json made(const json& container) {
  const NewImage image{"raptscallions@sha256:new", "sha256:id"};
  auto recipe = like(container, old_image(), image, "u1");
  EXPECT_TRUE(recipe);
  return json::parse(recipe.value().body);
}

json once_made(const json& container) {
  const NewImage image{"raptscallions@sha256:new", "sha256:id"};
  auto recipe = once(container, old_image(), image, "u1", {"migrate"});
  EXPECT_TRUE(recipe);
  return json::parse(recipe.value().body);
}

TEST(DockerContainer, LeavesToTheNewImageAllThatTheOldImageHadSet) {
  const json body = made(plain());
  for (const char* key :
       {"Entrypoint", "Cmd", "WorkingDir", "User", "Healthcheck", "Hostname", "Volumes", "ExposedPorts"})
    EXPECT_TRUE(!body.contains(key) || body[key].empty()) << key << " " << body.dump();
  EXPECT_TRUE(!body.contains("Env") || body["Env"].empty());
  EXPECT_EQ(body["Labels"], json({{std::string(kUpdateLabel), "u1"}}));
  EXPECT_EQ(body["Image"], "raptscallions@sha256:new");
  EXPECT_EQ(body["HostConfig"]["RestartPolicy"]["Name"], "always");
}

TEST(DockerContainer, KeepsWhatTheUserHasSet) {
  json container = plain();
  json& config = container["Config"];
  config["Env"] = {"PATH=/bin", "RELEASE=2", "MINE=1"};
  config["Cmd"] = {"worker"};
  config["Labels"] = {
      {"of", "image"}, {"mine", "1"}, {"com.docker.compose.image", "sha256:old"}, {std::string(kUpdateLabel), "u0"}};
  config["Healthcheck"] = {{"Test", {"NONE"}}};
  config["Hostname"] = "school";
  config["ExposedPorts"]["4000/tcp"] = json::object();
  config["User"] = "root";
  const json body = made(container);
  EXPECT_EQ(body["Env"], json({"RELEASE=2", "MINE=1"}));
  EXPECT_EQ(body["Cmd"], json({"worker"}));
  EXPECT_EQ(body["Labels"]["mine"], "1");
  EXPECT_EQ(body["Labels"]["com.docker.compose.image"], "sha256:id");
  EXPECT_EQ(body["Labels"][std::string(kUpdateLabel)], "u1");
  EXPECT_EQ(body["Healthcheck"]["Test"], json({"NONE"}));
  EXPECT_EQ(body["Hostname"], "school");
  EXPECT_EQ(body["ExposedPorts"], json::parse(R"({"4000/tcp":{}})"));
  EXPECT_EQ(body["User"], "root");
}

TEST(DockerContainer, KeepsTheImagesWordsBehindAnEntryPointOfTheUsersOwn) {
  json container = plain();
  container["Config"]["Entrypoint"] = {"/sh"};
  const json body = made(container);
  EXPECT_EQ(body["Entrypoint"], json({"/sh"}));
  EXPECT_EQ(body["Cmd"], json({"serve"})) << "an engine would take none of the image's for it";
}

TEST(DockerContainer, ConnectsToEveryNetworkWithTheNamesOfTheOldOne) {
  json container = plain();
  container["NetworkSettings"]["Networks"]["back"] = {{"Aliases", {"rapt", kId.substr(0, 12)}}, {"NetworkID", "n2"}};
  const NewImage image{"x", "y"};
  auto recipe = like(container, old_image(), image, "u1");
  ASSERT_TRUE(recipe);
  const json endpoints = json::parse(recipe->body)["NetworkingConfig"]["EndpointsConfig"];
  EXPECT_EQ(endpoints, json::parse(R"({"app":{"Aliases":["server"]}})"));
  EXPECT_THAT(recipe->networks, ElementsAre(std::pair<std::string, std::string>("back", R"({"Aliases":["rapt"]})")));
  container["HostConfig"]["NetworkMode"] = "n1";
  EXPECT_TRUE(made(container)["NetworkingConfig"]["EndpointsConfig"].contains("app")) << "also named by its id";
  container["HostConfig"]["NetworkMode"] = "host";
  EXPECT_FALSE(made(container).contains("NetworkingConfig"));
}

TEST(DockerContainer, CarriesVolumesWithoutANameOver) {
  json container = plain();
  container["HostConfig"]["Binds"] = {"files:/files", "/srv/keys:/keys:ro"};
  container["HostConfig"]["Mounts"] = json::parse(R"([{"Type":"volume","Target":"/more"}])");
  container["Mounts"] = json::parse(R"([{"Type":"volume","Name":"v1","Destination":"/data","RW":true},
    {"Type":"volume","Name":"files","Destination":"/files","RW":true},{"Type":"bind","Source":"/srv/keys","Destination":"/keys"},
    {"Type":"volume","Name":"v2","Destination":"/more","RW":true},{"Type":"volume","Name":"v3","Destination":"/read","RW":false}])");
  const json host = made(container)["HostConfig"];
  EXPECT_EQ(host["Binds"], json({"files:/files", "/srv/keys:/keys:ro", "v1:/data", "v3:/read:ro"}));
  EXPECT_EQ(host["Mounts"][0]["Source"], "v2");
}

TEST(DockerContainer, RunsACommandOnceBesideItWithoutTakingItsPlace) {
  json container = plain();
  container["HostConfig"]["PortBindings"] = json::parse(R"({"3000/tcp":[{"HostPort":"80"}]})");
  container["NetworkSettings"]["Networks"]["app"]["IPAMConfig"] = {{"IPv4Address", "10.0.0.2"}};
  container["Config"]["Env"].push_back("DATABASE_URL=x");
  container["Config"]["Labels"][std::string(kRoleLabel)] = "server";
  const json body = once_made(container);
  EXPECT_EQ(body["Cmd"], json({"migrate"}));
  EXPECT_FALSE(body.contains("Entrypoint"));
  EXPECT_EQ(body["Env"], json({"DATABASE_URL=x"}));
  EXPECT_EQ(body["Labels"], json({{std::string(kUpdateLabel), "u1"}}));
  EXPECT_TRUE(body["HostConfig"]["PortBindings"].empty());
  EXPECT_EQ(body["HostConfig"]["RestartPolicy"]["Name"], "no");
  EXPECT_EQ(body["NetworkingConfig"]["EndpointsConfig"], json::parse(R"({"app":{}})"));
  EXPECT_EQ(body["Healthcheck"]["Test"], json({"NONE"}));
}

TEST(DockerContainer, EndsFirstWhereTwoWouldAskForTheSame) {
  const auto ends_first = [](const json& container) { return read_container(container).value().ends_first; };
  EXPECT_FALSE(ends_first(plain()));
  json ports = plain();
  ports["HostConfig"]["PortBindings"] = json::parse(R"({"3000/tcp":[{"HostPort":"80"}]})");
  EXPECT_TRUE(ends_first(ports));
  json host = plain();
  host["HostConfig"]["NetworkMode"] = "host";
  EXPECT_TRUE(ends_first(host));
  json fixed = plain();
  fixed["NetworkSettings"]["Networks"]["app"]["IPAMConfig"] = {{"IPv4Address", "10.0.0.2"}};
  EXPECT_TRUE(ends_first(fixed));
}

TEST(DockerContainer, RefusesADescriptionOfAnotherShape) {
  for (const char* key : {"Id", "Name", "State", "Config", "HostConfig", "Image"}) {
    json container = plain();
    container.erase(key);
    EXPECT_FALSE(read_container(container)) << key;
    container[key] = 7;
    const auto seen = read_container(container);
    ASSERT_FALSE(seen) << key;
    EXPECT_THAT(seen.error().message, HasSubstr("not known here"));
  }
  json container = plain();
  container["HostConfig"]["Binds"] = {1};
  container["Mounts"] = json::parse(R"([{"Type":"volume","Name":"v1","Destination":"/data"}])");
  EXPECT_FALSE(like(container, old_image(), NewImage{"x", "y"}, "u1"));
}

}  // namespace
}  // namespace rapt::agent::docker
