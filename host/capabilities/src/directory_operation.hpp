// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/host/services.hpp"

namespace rapt::host {

enum class Put : std::uint8_t {
  kUser,
  kGroup,
  kClass,
  kEnroll,
  kUnenroll,
  kAddMember,
  kRemoveMember,
  kDeactivateUser,
  kArchiveClass
};

/// Something that an operation names: by the host's id, or by the source's.
struct Named {
  std::string id{}, external_id{};
  std::string field{};  ///< the member that names it, for faults
  [[nodiscard]] bool empty() const { return id.empty() && external_id.empty(); }
};

/// What came of an operation.
struct Outcome {
  std::string status;  ///< "created", "updated", "unchanged", "failed"; "" while nothing has
  std::string id{};    ///< of the user, group or class that was put
  std::string message{}, field{};
};

/// One operation as the module says it, and what came of it.
struct Operation {
  Put put{};
  std::string external_id{};  ///< of what is put, deactivated or archived
  Named user{}, group{}, class_of{};
  std::string link_id{};  ///< put_group, put_class: what is there already and shall be known by the external id
  bool link = false;      ///< put_user: an account with that address may be taken
  std::optional<std::string> email{}, name{}, given_name{}, family_name{}, type{}, role{};
  std::string email_key{};  ///< in lower case, as the database compares it
  Outcome outcome{};

  void fail(std::string field, std::string message) {
    if (outcome.status.empty()) outcome = {"failed", "", std::move(message), std::move(field)};
  }
  [[nodiscard]] bool failed() const { return outcome.status == "failed"; }
};

struct DirectoryBatch {
  std::string source;
  bool dry_run = false;
  std::vector<Operation> operations;  ///< those that are not as they must be have failed already
};

/// kInvalid when the batch as a whole is not as it must be.
Result<DirectoryBatch> directory_batch_of(const ServiceRequest& request);

}  // namespace rapt::host
