// SPDX-License-Identifier: AGPL-3.0-or-later
#include "answer_shape.hpp"

#include "rapt/host/export_piece.hpp"
#include "rapt/host/panel_answer.hpp"
#include "rapt/host/route_answer.hpp"
#include "rapt/host/work_answer.hpp"

namespace rapt::host {
namespace {

std::string clause_of(const Error& error) {
  if (error.fields.empty() || error.fields.front().path.empty()) return error.message;
  return error.fields.front().path + " " + error.fields.front().message;
}

template <class T>
std::string fault_in(const Result<T>& read) {
  return read ? std::string() : clause_of(read.error());
}

}  // namespace

std::string shape_fault(hooks::Point point, const std::string& answer_json) {
  switch (point) {
    case hooks::Point::kRoute:
      return fault_in(read_route_answer(answer_json, true));
    case hooks::Point::kPanel:
      return fault_in(read_panel_answer(answer_json));
    case hooks::Point::kExport:
      return fault_in(read_export_piece(answer_json));
    case hooks::Point::kJob:
    case hooks::Point::kEvent:
      return fault_in(read_work_answer(answer_json, point == hooks::Point::kJob));
    default:
      return {};
  }
}

}  // namespace rapt::host
