// SPDX-License-Identifier: AGPL-3.0-or-later
#include "finding_csv.hpp"

#include "csv.hpp"

namespace rapt::api {

std::string finding_csv_header() {
  return "time,module,type,user_id,user,tool_id,tool,assignment_id,assignment,session_id,run_id,message_seq,data,"
         "id\r\n";
}

std::string finding_csv(const std::vector<usage::Finding>& findings) {
  std::string out;
  for (const auto& finding : findings) {
    const auto& found = finding.extraction;
    std::string line;
    for (const auto& text :
         {to_rfc3339(found.created_at), found.module, found.type, finding.user.str(), finding.user_name,
          finding.tool.str(), finding.tool_name, finding.assignment.str(), finding.assignment_name, found.session.str(),
          found.run.str(), found.message_seq > 0 ? std::to_string(found.message_seq) : std::string(), found.data_json,
          found.id.str()})
      add_csv_text(line, text);
    out += line + "\r\n";
  }
  return out;
}

}  // namespace rapt::api
