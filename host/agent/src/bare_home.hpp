// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rapt/agent/bare.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::agent {

/// Tells the observer, if there is one, of a step and of its end.
class Step {
 public:
  Step(StepObserver* observer, std::string name) : observer_(observer), name_(std::move(name)) {
    if (observer_ != nullptr) observer_->before(name_);
  }
  ~Step() {
    if (observer_ != nullptr) observer_->after(name_);
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  StepObserver* observer_;
  std::string name_;
};

/// The versions that the links name; "" where there is no link.
struct Links {
  std::string current, previous;
};

/// RAPT_HOME's folders and links. Everything blocks.
class Home {
 public:
  Home(std::filesystem::path root, StepObserver* observer) : root_(std::move(root)), observer_(observer) {}

  [[nodiscard]] std::filesystem::path releases() const { return root_ / "releases"; }
  [[nodiscard]] std::filesystem::path release(std::string_view version) const { return releases() / version; }
  [[nodiscard]] std::filesystem::path backups() const { return root_ / "backups"; }
  [[nodiscard]] std::filesystem::path journal() const { return root_ / "update.json"; }

  /// Makes the folders that are missing. kForbidden when this process may not.
  [[nodiscard]] Result<void> prepare() const;
  /// Held as long as the descriptor lives. kConflict while another holds it.
  [[nodiscard]] Result<UniqueFd> lock() const;

  /// What the links name. kInvalid for one that leads elsewhere than into releases/.
  [[nodiscard]] Result<Links> links() const;
  /// Replaces the link in one step; "" removes it.
  [[nodiscard]] Result<void> point(std::string_view link, const std::string& version) const;
  /// The links as asked for, each only when it differs; `current` is last when `current_last`.
  [[nodiscard]] Result<void> point_all(const Links& to, bool current_last) const;
  /// Sees to it that `current` names a whole release: what it names, else the newest whole one, `previous` last.
  /// kNotFound when there is none.
  [[nodiscard]] Result<Links> mend() const;

  /// The unpacked releases, oldest first.
  [[nodiscard]] std::vector<std::string> unpacked() const;
  [[nodiscard]] Result<void> remove_release(const std::string& version) const;
  /// Removes what nobody needs: releases beyond those two, what was begun and not ended, and old downloads.
  [[nodiscard]] Result<void> tidy(const Links& keep) const;
  /// kUnavailable with figures when fewer bytes are free.
  [[nodiscard]] Result<void> check_space(std::uint64_t bytes) const;

 private:
  [[nodiscard]] std::vector<std::string> candidates(const Links& links) const;

  std::filesystem::path root_;
  StepObserver* observer_;
};

/// Makes what was done to a folder's names survive a power cut.
Result<void> sync_folder(const std::filesystem::path& folder);
/// Removes a folder of which parts may be read-only. Harmless when it is absent.
Result<void> remove_folder(const std::filesystem::path& folder);
/// Of the disk: full, not allowed, or what the system says, with the path.
Error disk_error(const std::filesystem::path& path, std::string_view doing, int error_number);

}  // namespace rapt::agent
