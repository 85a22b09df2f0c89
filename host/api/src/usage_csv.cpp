// SPDX-License-Identifier: AGPL-3.0-or-later
#include "usage_csv.hpp"

#include "csv.hpp"

namespace rapt::api {
namespace {

void add_number(std::string& line, std::int64_t number) {
  line += ',' + std::to_string(number);
}

std::string line_of(const usage::Entry& entry) {
  std::string line;
  for (const auto& text : {to_rfc3339(entry.at), entry.day, entry.request_type, entry.outcome, entry.model})
    add_csv_text(line, text);
  add_number(line, entry.input_tokens);
  add_number(line, entry.output_tokens);
  add_number(line, entry.input_tokens + entry.output_tokens);
  add_csv_text(line, entry.estimated ? "true" : "false");
  add_csv_text(line, entry.cost.value_or(""));
  add_csv_text(line, entry.latency_ms ? std::to_string(*entry.latency_ms) : "");
  for (const auto& text :
       {entry.group.str(), entry.group_name, entry.class_id.str(), entry.class_name, entry.tool.str(), entry.tool_name,
        entry.user.str(), entry.session.str(), entry.run.str(), entry.assignment.str(), entry.id, entry.module})
    add_csv_text(line, text);
  return line + "\r\n";
}

}  // namespace

std::string usage_csv_header() {
  return "time,day,request_type,outcome,model,input_tokens,output_tokens,total_tokens,estimated,cost_usd,latency_ms,"
         "group_id,group,class_id,class,tool_id,tool,user_id,session_id,run_id,assignment_id,id,module\r\n";
}

std::string usage_csv(const std::vector<usage::Entry>& entries) {
  std::string out;
  for (const auto& entry : entries) out += line_of(entry);
  return out;
}

}  // namespace rapt::api
