// SPDX-License-Identifier: AGPL-3.0-or-later
#include "people.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace rapt::demo {
namespace {

constexpr int kFirstPerson = 100;
constexpr int kFirstStudent = 201;

constexpr std::array<std::pair<const char*, const char*>, 30> kStudents{{
    {"Amara", "Okafor"}, {"Liam", "Novak"},     {"Sofía", "Ramírez"},   {"Noah", "Williams"}, {"Mei", "Chen"},
    {"Omar", "Haddad"},  {"Ava", "Johnson"},    {"Kenji", "Tanaka"},    {"Priya", "Sharma"},  {"Mateo", "García"},
    {"Fatima", "Yusuf"}, {"Ethan", "Brooks"},   {"Leilani", "Kealoha"}, {"Jayden", "Carter"}, {"Zuzanna", "Kowalska"},
    {"Tariq", "Aziz"},   {"Chloé", "Martin"},   {"Diego", "Herrera"},   {"Nia", "Thompson"},  {"Arjun", "Patel"},
    {"Hana", "Kim"},     {"Lucas", "Almeida"},  {"Ximena", "Torres"},   {"Samuel", "Begay"},  {"Ingrid", "Larsen"},
    {"Minh", "Nguyen"},  {"Grace", "O'Connor"}, {"Elijah", "Robinson"}, {"Yara", "Mansour"},  {"Felix", "Schneider"},
}};

}  // namespace

std::string demo_id(int number) {
  std::array<char, 37> text{};
  std::snprintf(text.data(), text.size(), "0193d3a0-0000-7000-8000-%012d", number);
  return text.data();
}

std::vector<DemoPerson> demo_people() {
  std::vector<DemoPerson> people{
      {demo_id(kFirstPerson), "system_admin", "admin@example.org", "Robin", "Castellano"},
      {demo_id(kFirstPerson + 1), "group_admin", "groupadmin@example.org", "Denise", "Whitfield"},
      {demo_id(kFirstPerson + 2), "teacher", "teacher@example.org", "Marta", "Lindqvist"},
      {demo_id(kFirstPerson + 3), "teacher", "coteacher@example.org", "James", "Abara"},
  };
  int number = 1;
  for (const auto& [given, family] : kStudents) {
    std::array<char, 32> email{};
    std::snprintf(email.data(), email.size(), "student%02d@example.org", number);
    people.push_back({demo_id(kFirstStudent + number - 1), "student", email.data(), given, family});
    ++number;
  }
  return people;
}

}  // namespace rapt::demo
