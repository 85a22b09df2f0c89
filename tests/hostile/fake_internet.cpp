// SPDX-License-Identifier: AGPL-3.0-or-later
#include "fake_internet.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace rapt::hostile {
namespace {

std::atomic<FakeInternet*> here{nullptr};

/// The library's own function of that name.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

using LookUp = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
using Connect = int (*)(int, const sockaddr*, socklen_t);

/// Where a connection to that address goes instead; false: nowhere.
bool lead_on(const FakeInternet& internet, sockaddr_in& to) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &to.sin_addr, text, sizeof text);
  const unsigned port = internet.port_of(text);
  to.sin_port = htons(static_cast<in_port_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return port != 0;
}

}  // namespace

FakeInternet::FakeInternet() {
  here = this;
}

FakeInternet::~FakeInternet() {
  here = nullptr;
}

FakeInternet* FakeInternet::standing() {
  return here;
}

void FakeInternet::name(const std::string& name, std::vector<std::string> addresses) {
  const std::lock_guard lock(mutex_);
  names_[name] = std::move(addresses);
}

void FakeInternet::lead(const std::string& address, unsigned port) {
  const std::lock_guard lock(mutex_);
  ports_[address] = port;
}

std::vector<std::string> FakeInternet::addresses_of(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = names_.find(name);
  return found == names_.end() ? std::vector<std::string>{} : found->second;
}

unsigned FakeInternet::port_of(const std::string& address) const {
  const std::lock_guard lock(mutex_);
  const auto found = ports_.find(address);
  return found == ports_.end() ? 0 : found->second;
}

}  // namespace rapt::hostile

using rapt::hostile::FakeInternet;

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name, const char* service,
                                                                  const addrinfo* hints, addrinfo** result) {
  static const auto library = rapt::hostile::next<rapt::hostile::LookUp>("getaddrinfo");
  const auto* internet = FakeInternet::standing();
  const auto addresses =
      internet == nullptr || name == nullptr ? std::vector<std::string>{} : internet->addresses_of(name);
  if (addresses.empty()) return library(name, service, hints, result);
  addrinfo** end = result;
  for (const auto& address : addresses) {
    if (const int failed = library(address.c_str(), service, hints, end); failed != 0) return failed;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return 0;
}

extern "C" __attribute__((visibility("default"))) int connect(int socket, const sockaddr* address, socklen_t size) {
  static const auto library = rapt::hostile::next<rapt::hostile::Connect>("connect");
  const auto* internet = FakeInternet::standing();
  if (internet == nullptr || address->sa_family != AF_INET) return library(socket, address, size);
  sockaddr_in to{};
  std::memcpy(&to, address, sizeof to);
  const bool loopback = (ntohl(to.sin_addr.s_addr) >> 24U) == IN_LOOPBACKNET;
  if (!loopback && !rapt::hostile::lead_on(*internet, to)) {
    errno = ECONNREFUSED;
    return -1;
  }
  return library(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}
