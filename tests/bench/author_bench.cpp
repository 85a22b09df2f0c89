// SPDX-License-Identifier: AGPL-3.0-or-later
// How long a stranger waits from `rapt new` until the new module answers a hook in its sandbox, and where the time
// goes. The baseline of the whole is the project's own limit (20 s). Without a compiler cache: a stranger has none.
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench.hpp"
#include "shell.hpp"

namespace rapt::bench {
namespace {

constexpr double kLimit = 20;

void measure_language(const std::string& rapt, const std::string& language, std::vector<Figure>& figures) {
  const ScratchFolder folder;
  const auto made = (folder.path / "made").string();
  const double new_s = run_timed({rapt, "new", "new-module", "--language", language, "--dir", made});
  const double build_s = run_timed({rapt, "build", made});
  const double run_s = run_timed({rapt, "run", "chat:after_ai", made + "/build/stage/new-module", "--context",
                                  made + "/contexts/chat_after_ai.json"});
  figures.push_back({"author_new_" + language, new_s, "s"});
  figures.push_back({"author_build_" + language, build_s, "s"});
  figures.push_back({"author_run_" + language, run_s, "s"});
  figures.push_back({"author_new_to_hook_" + language, new_s + build_s + run_s, "s", kLimit});
}

std::vector<Figure> measure_author() {
  const char* build = std::getenv("RAPT_BUILD_DIR");
  if (build == nullptr) throw std::runtime_error("RAPT_BUILD_DIR is not set: run ./rapt bench author");
  setenv("CCACHE_DISABLE", "1", 1);
  const auto rapt = std::string(build) + "/bin/rapt";
  std::vector<Figure> figures;
  for (const char* language : {"c", "cpp"}) measure_language(rapt, language, figures);
  // `./rapt up` does not install a Rust compiler; where there is one, it is measured.
  try {
    run_timed({"rustc", "--version"});
  } catch (const std::runtime_error&) {
    return figures;
  }
  measure_language(rapt, "rust", figures);
  return figures;
}

const Group author("author", measure_author, true);

}  // namespace
}  // namespace rapt::bench
