// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/config/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "declaration.hpp"
#include "readers.hpp"

namespace rapt::config {

namespace {

std::filesystem::path beside_this_program(const char* name) {
  std::error_code fault;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", fault);
  return fault ? std::filesystem::path(name) : self.parent_path() / name;
}

std::string url_of(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// "lab-3:3000": stays the same over restarts, and differs between the hosts of one machine.
std::string name_of_this_host(std::uint16_t port) {
  std::array<char, 256> name{};  // of at most 64 bytes on Linux
  const bool known = gethostname(name.data(), name.size() - 1) == 0 && check_host_name(name.data()).empty();
  return std::string(known && name[0] != '\0' ? name.data() : "host") + ":" + std::to_string(port);
}

/// What follows from other settings, and what two settings may not say together.
void complete(Settings& settings, std::vector<FieldError>& faults) {
  if (settings.runner.empty()) settings.runner = beside_this_program("rapt-runner");
  if (settings.host_name.empty()) settings.host_name = name_of_this_host(settings.port);
  if (settings.public_url.empty()) settings.public_url = url_of(settings.host, settings.port);
  while (settings.public_url.ends_with('/')) settings.public_url.pop_back();
  const bool is_origin =
      check_url(settings.public_url).empty() && settings.public_url.find('/', 8) == std::string::npos;
  if (!is_origin) {
    faults.push_back(
        {"PUBLIC_URL", "must be http:// or https:// and a host, without a path: https://learn.example.org"});
  }
  const bool is_mirror = settings.marketplace_url.starts_with("file:///") && settings.marketplace_url.size() > 8;
  if (!settings.marketplace_url.empty() && !is_mirror) {
    if (std::string fault = check_url(settings.marketplace_url); !fault.empty())
      faults.push_back({"MARKETPLACE_URL", fault});
  }
  if (!settings.auth_provider_ca_file.empty() && access(settings.auth_provider_ca_file.c_str(), R_OK) != 0) {
    faults.push_back({"AUTH_PROVIDER_CA_FILE", "cannot be read: name a file of certificates (PEM), or unset it"});
  }
  if (settings.production && settings.development_modules) {
    faults.push_back({"RAPT_DEVELOPMENT_MODULES", "unsigned modules are not for production: unset it, or RAPT_ENV"});
  }
}

Error all_faults(std::vector<FieldError> faults) {
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message =
      "The configuration has " + std::to_string(faults.size()) + (faults.size() == 1 ? " fault:" : " faults:");
  for (const FieldError& fault : faults) error.message += "\n  " + fault.path + " " + fault.message;
  error.fields = std::move(faults);
  return error;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string described(std::span<const Declaration> all) {
  std::string out;
  for (const Declaration& declared : all) {
    out += padded(declared.name, 28) + padded(declared.type, 9);
    const std::string otherwise = declared.default_text == nullptr ? "required"
                                  : *declared.default_text == '\0' ? "empty"
                                                                   : declared.default_text;
    out += padded(otherwise + (*declared.unit == '\0' ? "" : std::string(" ") + declared.unit), 38) + declared.help;
    if (!declared.bounds.empty()) out += " (" + declared.bounds + ")";
    if (declared.secret) out += " [secret]";
    out += '\n';
  }
  return out;
}

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<Settings> load_settings(const Environment& environment) {
  Settings settings;
  std::vector<FieldError> faults;
  for (const Declaration& declared : declarations()) {
    const auto given = environment(declared.name);
    const bool is_set = given && !given->empty();
    if (!is_set && declared.default_text == nullptr) {
      faults.push_back({declared.name, std::string("is not set: ") + declared.help});
      continue;
    }
    std::string fault = declared.read(is_set ? *given : declared.default_text, settings);
    if (!fault.empty()) faults.push_back({declared.name, std::move(fault)});
  }
  complete(settings, faults);
  if (!faults.empty()) return all_faults(std::move(faults));
  return settings;
}

std::string describe() {
  std::string out = described(declarations());
  return out + described(telemetry_declarations());
}

}  // namespace rapt::config
