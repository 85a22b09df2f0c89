// SPDX-License-Identifier: AGPL-3.0-or-later
// The program `rapt-marketplace`: a registry that offers the bundles of a folder.
#include <filesystem>
#include <iostream>

#include <boost/program_options.hpp>

#include "src/serve.hpp"

namespace {

namespace po = boost::program_options;

constexpr int kUsage = 2;

int wrong(const std::string& sentence) {
  std::cerr << "rapt-marketplace: " << sentence << " See: rapt-marketplace --help\n";
  return kUsage;
}

int run(int argc, char** argv) {
  po::options_description known("Options");
  known.add_options()("dir", po::value<std::string>()->value_name("DIR"),
                      "the folder of .rapt files; it is read again when it changes")(
      "port", po::value<std::uint16_t>()->value_name("N"),
      "where to listen; 0 chooses a free port, which the log names")(
      "host", po::value<std::string>()->value_name("ADDRESS")->default_value("127.0.0.1"), "0.0.0.0 for everybody")(
      "help", "this text");
  po::options_description all;
  all.add(known).add_options()("command", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("command", -1);
  po::variables_map values;
  po::store(po::command_line_parser(argc, argv).options(all).positional(positional).run(), values);
  if (values.count("help") != 0) {
    std::cout
        << "rapt-marketplace serve --dir DIR --port N [options]\n\nOffers the signed bundles of a folder over HTTP.\n\n"
        << known << "\nExample:\n  rapt-marketplace serve --dir bundles --port 3001\n";
    return 0;
  }
  if (values.count("command") == 0 ||
      values["command"].as<std::vector<std::string>>() != std::vector<std::string>{"serve"})
    return wrong("The one command is `serve`.");
  if (values.count("dir") == 0 || values.count("port") == 0) return wrong("`serve` needs --dir DIR and --port N.");
  rapt::marketplace::ServeOptions options{values["dir"].as<std::string>(), values["host"].as<std::string>(),
                                          values["port"].as<std::uint16_t>()};
  std::error_code failure;
  if (!std::filesystem::is_directory(options.folder, failure)) return wrong(options.folder.string() + " is no folder.");
  return rapt::marketplace::serve(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const po::error& error) {
    return wrong(std::string(error.what()) + ".");
  } catch (const std::exception& error) {
    std::cerr << "rapt-marketplace: Something went wrong that should not have: " << error.what()
              << ". Please report it.\n";
    return 1;
  }
}
