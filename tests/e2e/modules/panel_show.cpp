// SPDX-License-Identifier: AGPL-3.0-or-later
// Panels of every kind at every place, and some that do what they must not. For the tests of API and pages.
#include <rapt/json.hpp>
#include <rapt/module.hpp>
#include <rapt/services.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace {

constexpr const char* kEverything = R"({"parts":[
  {"kind":"counters","title":"This week","items":[
    {"label":"Books finished","value":12,"unit":"books","note":"3 more than last week","tone":"good"},
    {"label":"Pages read","value":1834,"unit":"pages"},
    {"label":"Without an entry","value":4,"unit":"students","note":"since Monday","tone":"warning"},
    {"label":"Overdue","value":2,"tone":"bad"}]},
  {"kind":"chart","title":"Pages a day","form":"bar","x":["Mon","Tue","Wed","Thu","Fri"],"unit":"pages",
   "series":[{"label":"Class","values":[320,410,null,515,280]},{"label":"Goal","values":[300,300,300,300,300]}]},
  {"kind":"chart","title":"Minutes over the weeks","form":"line","x":["W1","W2","W3","W4","W5","W6"],"unit":"min",
   "series":[{"label":"Reading","values":[20,25,22,30,34,31]},{"label":"Writing","values":[12,null,15,14,18,19]}]},
  {"kind":"table","title":"Students","columns":[{"label":"Name"},{"label":"Book"},{"label":"Pages","align":"right"},{"label":"Finished"}],
   "rows":[["Zoe","Momo",120,false],["Ann","The Wild Robot",279,true],["Ben","A book with a title that is long enough to wrap on a telephone",35,false],["Carl",null,null,null]],
   "more":3},
  {"kind":"text","title":"How to read this","text":"**Entries** come from the students themselves. See [all conversations](/teaching).\n\n- one\n- two"}]})";

}  // namespace

class PanelShow {
 public:
  explicit PanelShow(const rapt::Host& host) : metrics_(host.metrics()) {}

  std::string on_panel(std::string_view input) {
    const auto asked = rapt::json::parse(input);
    const std::string panel(asked ? asked->get("panel").text() : "");
    metrics_.count("panels_shown");
    metrics_.observe("input_bytes", static_cast<double>(input.size()));
    if (panel == "empty") return R"({"parts":[],"empty":"Nobody has read anything yet."})";
    if (panel == "markup") return R"({"parts":[{"kind":"text","text":"<img src=x onerror=alert(1)>"}]})";
    if (panel == "misshapen") return R"({"parts":[{"kind":"table","columns":[{"label":"a"}],"rows":[[1],[1,2]]}]})";
    if (panel == "slow") std::this_thread::sleep_for(std::chrono::seconds(30));
    if (panel == "echo") return echo(*asked);
    return kEverything;
  }

 private:
  /// What it was told of the place and of who asks.
  static std::string echo(const rapt::json::Value& asked) {
    std::string items;
    const auto add = [&](const char* label, std::string_view value) {
      items += std::string(items.empty() ? "" : ",") + R"({"label":")" + label + R"(","value":)" + rapt::json::quote(value) + "}";
    };
    for (const auto* key : {"place", "place_id", "locale"}) add(key, asked.get(key).text());
    for (const auto* key : {"user", "role", "id"}) add(key, asked.get("caller").get(key).text());
    add("greeting", asked.get("settings").get("greeting").text());
    add("api_key", asked.get("settings").get("api_key").text());
    return R"({"parts":[{"kind":"counters","items":[)" + items + "]}]}";
  }
  rapt::Metrics metrics_;
};
RAPT_MODULE(PanelShow, MODULE_NAME, MODULE_VERSION);
