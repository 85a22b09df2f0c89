// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/exports.h>

#include <string>

#include "rapt/base/result.hpp"

namespace rapt::host {

/// A file has so many pieces at most.
inline constexpr int kMostExportPieces = RAPT_EXPORTS_MAX_PIECES;

/// One piece of a file that a module makes.
struct ExportPiece {
  std::string bytes{};
  std::string memo{};  ///< handed back with the question for the next one
  bool last = false;
};

/// What a module answered when it was asked for a piece (rapt/exports.h). Hostile. A fault is kInvalid with a
/// clause for the module's administrator ("its \"base64\" is none").
Result<ExportPiece> read_export_piece(const std::string& answer_json);

}  // namespace rapt::host
