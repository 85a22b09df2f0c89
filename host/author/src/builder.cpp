// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/builder.hpp"

#include <fstream>

#include "json_fields.hpp"
#include "paths.hpp"
#include "rapt/author/subprocess.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"

namespace rapt::author {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kManifestBytes = std::size_t{1} << 20;
constexpr std::size_t kLinesShown = 60;

/// The name and version that the build needs; whether the rest is right, packing says.
Result<Built> read_names(const fs::path& source) {
  const auto path = source / "manifest.json";
  const auto text = read_file(path, kManifestBytes);
  if (!text) return text.error();
  json manifest;
  if (const auto read = parse_document(*text, kManifestBytes, manifest); !read)
    return Error::invalid("", path.string() + ": " + read.error().message);
  const auto member = [&manifest](const char* name) {
    const auto* found = manifest.is_object() && manifest.contains(name) ? &manifest.at(name) : nullptr;
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
  };
  Built out{.name = member("name"), .version = member("version"), .stage = {}};
  if (!bundle::is_valid_name(out.name) || out.version.empty())
    return Error::invalid("", path.string() +
                                  " must hold \"name\" (2 to 63 lower-case letters, digits and hyphens) and "
                                  "\"version\".");
  return out;
}

Error missing(const std::string& what, const std::string& looked, const std::string& package) {
  return Error::unavailable(what, "There is no " + what + " here (looked for " + looked +
                                      " in PATH). On Debian: apt-get install " + package + ".");
}

struct Language {
  const char *suffix, *variable;
  std::vector<std::string> programs;
  const char *name, *package;
};

const std::vector<Language>& languages() {
  static const std::vector<Language> all = {
      {".cpp", "CXX", {"c++", "g++", "clang++"}, "C++ compiler", "g++"},
      {".cc", "CXX", {"c++", "g++", "clang++"}, "C++ compiler", "g++"},
      {".c", "CC", {"cc", "gcc", "clang"}, "C compiler", "gcc"},
      {".rs", "RUSTC", {"rustc"}, "Rust compiler", "rustc"},
      {".rs", "CC", {"cc", "gcc", "clang"}, "C compiler, which links", "gcc"},
  };
  return all;
}

bool has_sources(const fs::path& folder, const std::string& suffix) {
  std::error_code failure;
  for (const auto& place : {folder, folder / "src"}) {
    for (const auto& entry : fs::directory_iterator(place, failure)) {
      const auto& path = entry.path();
      // The tests of a C module are C++; it builds without them.
      if (path.extension() == suffix && !path.stem().string().ends_with("_test")) return true;
    }
  }
  return false;
}

Result<void> check_tools(const fs::path& source, const Environment& environment) {
  const auto path = environment("PATH").value_or("");
  if (!find_program({"cmake"}, path)) return missing("CMake", "cmake", "cmake");
  if (!find_program({"ninja", "make"}, path)) return missing("build tool", "ninja and make", "ninja-build");
  for (const auto& language : languages()) {
    if (!has_sources(source, language.suffix)) continue;
    auto names = language.programs;
    if (const auto chosen = environment(language.variable)) names = {*chosen};
    if (find_program(names, path)) continue;
    std::string looked;
    for (const auto& name : names) looked += (looked.empty() ? "" : ", ") + printable(name, 80);
    return missing(language.name, looked, language.package);
  }
  return {};
}

/// Which SDK the folder was configured with; "" when it was not.
std::string configured_with(const fs::path& out) {
  std::ifstream cache(out / "CMakeCache.txt");
  constexpr std::string_view kKey = "rapt-sdk_DIR:";
  for (std::string line; std::getline(cache, line);) {
    if (line.starts_with(kKey)) return line.substr(line.find('=') + 1);
  }
  return {};
}

Error failed(const std::string& what, const std::string& output) {
  std::size_t begin = output.size();
  for (std::size_t lines = 0; begin > 0 && lines <= kLinesShown; --begin) lines += output[begin - 1] == '\n' ? 1 : 0;
  return Error::invalid("", what + "\n" + output.substr(begin));
}

Result<void> run_step(const std::vector<std::string>& words, const std::string& what) {
  const auto done = run_program(words);
  if (!done) return done.error();
  if (done->status != 0) return failed(what, done->output);
  return {};
}

Result<void> configure(const BuildOrder& order, const fs::path& out, const Environment& environment) {
  const auto package = order.sdk.package().string();
  const bool made = is_there(out / "build.ninja") || is_there(out / "Makefile");
  if (made && configured_with(out) == package) return {};
  std::vector<std::string> words = {"cmake", "-S",         order.source.string(),
                                    "-B",    out.string(), "-Drapt-sdk_DIR=" + package};
  if (!made) words.emplace_back("-DCMAKE_BUILD_TYPE=Release");
  if (!made && find_program({"ninja"}, environment("PATH").value_or(""))) words.insert(words.end(), {"-G", "Ninja"});
  return run_step(words, "The module cannot be configured:");
}

Result<bool> run_tests(const std::string& name, const fs::path& out) {
  const auto listed = run_program({"ctest", "--test-dir", out.string(), "-N"});
  if (!listed) return listed.error();
  if (listed->output.find("Total Tests: 0") != std::string::npos) return false;
  RAPT_TRY(run_step({"cmake", "--build", out.string(), "--target", name + "-test"}, "The tests do not build:"));
  RAPT_TRY(run_step({"ctest", "--test-dir", out.string(), "--output-on-failure"}, "The module's own tests fail:"));
  return true;
}

}  // namespace

bool is_source_folder(const fs::path& folder) {
  return is_there(folder / "CMakeLists.txt") && is_there(folder / "manifest.json");
}

Result<Built> build_module(const BuildOrder& order, const Environment& environment) {
  const auto began = std::chrono::steady_clock::now();
  if (!is_source_folder(order.source))
    return Error::invalid("", order.source.string() +
                                  " is not the folder of a module: it must hold manifest.json and CMakeLists.txt "
                                  "(`rapt new` makes one).");
  auto built = read_names(order.source);
  if (!built) return built;
  RAPT_TRY(check_tools(order.source, environment));
  const auto out = fs::absolute(order.out.empty() ? order.source / "build" : order.out);
  RAPT_TRY(configure(order, out, environment));
  RAPT_TRY(
      run_step({"cmake", "--build", out.string(), "--target", built->name + "-stage"}, "The module does not build:"));
  built->stage = out / "stage" / built->name;
  if (!is_there(built->stage / "manifest.json"))
    return Error::invalid("", "The build staged nothing at " + built->stage.string() +
                                  ": CMakeLists.txt must say rapt_add_module(" + built->name + " SOURCES …).");
  if (order.tests) {
    const auto tested = run_tests(built->name, out);
    if (!tested) return tested.error();
    built->tested = *tested;
  }
  built->took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  return built;
}

}  // namespace rapt::author
