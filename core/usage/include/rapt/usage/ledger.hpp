// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace rapt::usage {

class Backlog;

/// US dollars a thousand tokens, as decimal numbers ("0.003"). Money is never a floating-point number here: PostgreSQL
/// computes with what it is given.
struct Price {
  std::string input_per_1k;
  std::string output_per_1k;
};

/// A call to a model that has been admitted: who pays, at which price, and what was reserved for it. Made by
/// core/quota, settled by whoever asked. Copied freely.
struct Call {
  std::string id;   ///< UUID; the id of its row in ai_usage, so that it is settled once
  std::string day;  ///< "2026-11-21" where the payer lives
  /// The model's price under each name that it may be asked by; a model without a price is not in it.
  struct PricedModel {
    std::string model;
    Price price;
  };
  std::vector<PricedModel> prices;
  bool reserved = false;  ///< there are rows in ai_reservations to settle or give back
  /// Keeps the record of this call while the database is away (settle_alone); null: then the log has its figures.
  std::shared_ptr<Backlog> backlog{};
};

}  // namespace rapt::usage
