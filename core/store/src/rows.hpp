// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <pqxx/result>

#include "rapt/store/database.hpp"

namespace rapt::store {

struct Row::Data {
  explicit Data(pqxx::result given) : result(std::move(given)) {}
  pqxx::result result;
};

}  // namespace rapt::store
