// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace rapt::demo {

/// Somebody in the demonstration.
struct DemoPerson {
  std::string id;    ///< a fixed UUID, so that seeding again finds the same person
  std::string role;  ///< system_admin, group_admin, teacher, student
  std::string email;
  std::string given_name;
  std::string family_name;
};

/// Administrators, teachers, then the thirty students.
std::vector<DemoPerson> demo_people();

/// The fixed UUIDs of everything in the demonstration end in this number.
std::string demo_id(int number);

}  // namespace rapt::demo
