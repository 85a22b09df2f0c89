// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "ceremony_folder.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/tuf/signing.hpp"
#include "repository.hpp"

namespace rapt::marketplace {

class TestClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void pass(std::chrono::seconds time) { now_ += time; }

 private:
  TimePoint now_ = *parse_time("2026-11-22T10:00:00Z");
};

/// A registry's database with its tables and without metadata.
inline std::unique_ptr<store::ScratchDatabase> marketplace_database() {
  auto scratch = std::make_unique<store::ScratchDatabase>();
  const auto done = store::migrate(**scratch, store::ScratchDatabase::migrations() / "../marketplace");
  if (!done) throw std::runtime_error(done.error().message + " " + done.error().log_detail);
  return scratch;
}

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "rapt-repository-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
    path = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::filesystem::path path;
};

/// A repository on a database of its own, after a first ceremony: keys in folder.path / "offline" and "online".
class TestRepository {
 public:
  /// The work's value, committed; throws when it fails.
  template <class Work>
  auto run(Work work) {
    auto done = attempt(std::move(work));
    if (!done) throw std::runtime_error(done.error().message + " " + done.error().log_detail);
    if constexpr (!std::is_same_v<decltype(done), Result<void>>) return std::move(*done);
  }
  /// The work's result; rolled back when it fails.
  template <class Work, class R = std::invoke_result_t<Work, store::Transaction&>>
  R attempt(Work work) {
    std::optional<R> out;
    const auto done = (**database).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
      out.emplace(work(tx));
      if (!*out) return out->error();
      return {};
    });
    if (!done && (!out || *out)) return done.error();
    return std::move(*out);
  }

  TestRepository() : database(marketplace_database()) {
    const auto made = develop(folder.path, clock.now());
    if (!made) throw std::runtime_error(made.error().message);
    repository = Repository::open(folder.path / "online", clock).value();
    const auto root = read_document(folder.path / "metadata/1.root.json").value();
    const auto targets = read_document(folder.path / "metadata/1.targets.json").value();
    run([&](store::Transaction& tx) { return repository->take_signed(tx, {{"root", root}, {"targets", targets}}); });
  }

  std::string file(const std::string& name) {
    return runtime::run_blocking(repository->file(**database, name)).value();
  }
  bool has(const std::string& name) { return runtime::run_blocking(repository->file(**database, name)).has_value(); }

  TestClock clock;
  TestFolder folder;
  std::unique_ptr<store::ScratchDatabase> database;
  std::shared_ptr<Repository> repository;
};

/// A publisher with a document of its own.
struct TestPublisher {
  explicit TestPublisher(std::string its_name) : name(std::move(its_name)) {}

  /// Adds a version of a module to the next document.
  void add(const std::string& module, const std::string& version, const std::string& yanked = "") {
    ModuleRelease release;
    release.name = module;
    release.version = version;
    release.publisher = name;
    release.abi_major = 1;
    release.architectures = {"x86_64-linux-gnu"};
    release.released_at = *parse_time("2026-11-22T10:00:00Z");
    release.yanked = yanked;
    tuf::Target target;
    target.length = 100;
    target.hashes = {{"sha256", security::hex(security::sha256(module + version))}};
    target.custom_json = encode_custom(release);
    document.targets.insert_or_assign(module_target(name, module, version), std::move(target));
  }
  /// The next document, signed.
  std::string sign(TimePoint now) {
    ++document.version;
    document.expires = now + std::chrono::days(365);
    return tuf::sign_document(document, {&key});
  }

  std::string name;
  security::PrivateKey key = security::PrivateKey::generate();
  tuf::Targets document;
};

}  // namespace rapt::marketplace
