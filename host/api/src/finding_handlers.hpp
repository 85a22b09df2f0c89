// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "call.hpp"

/// As in handlers.hpp; finding_routes.cpp.
namespace rapt::api {

Task<Result<Answer>> get_extraction_types(Call& call);
Task<Result<Answer>> get_class_extractions(Call& call);
Task<Result<Answer>> get_class_extraction_summary(Call& call);
Task<Result<Answer>> get_class_extraction_export(Call& call);
Task<Result<Answer>> get_assignment_extractions(Call& call);
Task<Result<Answer>> get_assignment_extraction_summary(Call& call);
Task<Result<Answer>> get_assignment_extraction_export(Call& call);

}  // namespace rapt::api
