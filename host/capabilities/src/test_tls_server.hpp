// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rapt::host {

/// A real HTTPS server on loopback, with a certificate for 127.0.0.1, localhost and *.example.org that its own file
/// vouches for. Answers what `answer` makes of a request, one connection after the other; one stays open until its
/// answer says "Connection: close".
class TestTlsServer {
 public:
  using Answer = std::function<std::string(const std::string& request)>;

  explicit TestTlsServer(Answer answer) : answer_(std::move(answer)) {
    make_identity();
    listen_on_loopback();
    thread_ = std::jthread([this] { serve(); });
  }
  ~TestTlsServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    std::filesystem::remove(ca_file);
  }
  TestTlsServer(const TestTlsServer&) = delete;
  TestTlsServer& operator=(const TestTlsServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path, const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(port_) + path;
  }
  [[nodiscard]] unsigned port() const { return port_; }
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  static std::string reply(const std::string& body, const std::string& head = "HTTP/1.1 200 OK\r\n") {
    return open_reply(body, head + "Connection: close\r\n");
  }
  /// The connection stays for the next request.
  static std::string open_reply(const std::string& body, const std::string& head = "HTTP/1.1 200 OK\r\n") {
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  const std::filesystem::path ca_file =
      std::filesystem::temp_directory_path() / ("rapt-tls-" + std::to_string(::getpid()) + "-" +
                                                std::to_string(reinterpret_cast<std::uintptr_t>(this)) + ".pem");

 private:
  template <auto Free>
  struct Freed {
    template <class T>
    void operator()(T* pointer) const {
      Free(pointer);
    }
  };

  void make_identity() {
    key_.reset(EVP_EC_gen("P-256"));
    certificate_.reset(X509_new());
    X509_set_version(certificate_.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME* name = X509_get_subject_name(certificate_.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate_.get(), name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost,DNS:*.example.org");
    X509_add_ext(certificate_.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    std::FILE* out = std::fopen(ca_file.c_str(), "w");
    PEM_write_X509(out, certificate_.get());
    std::fclose(out);
  }

  void listen_on_loopback() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
      throw std::runtime_error("no server on loopback");
    port_ = ntohs(address.sin_port);
  }

  void serve() {
    const std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context.get(), key_.get());
    for (;;) {
      const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      const std::unique_ptr<SSL, Freed<SSL_free>> session(SSL_new(context.get()));
      SSL_set_fd(session.get(), peer);
      if (SSL_accept(session.get()) == 1)
        while (talk(session.get())) continue;
      ::close(peer);
    }
  }
  /// Whether the connection stays.
  bool talk(SSL* session) {
    std::string request;
    char bytes[4096];
    while (!is_whole(request)) {
      const int count = SSL_read(session, bytes, sizeof bytes);
      if (count <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(count));
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string out = answer_(request);
    if (!out.empty()) SSL_write(session, out.data(), static_cast<int>(out.size()));
    if (out.starts_with("HTTP/") && out.find("Connection: close\r\n") > out.find("\r\n\r\n")) return true;
    SSL_shutdown(session);
    return false;
  }
  static bool is_whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto at = request.find("Content-Length: ");
    const std::size_t length = at == std::string::npos || at > end ? 0 : std::stoul(request.substr(at + 16));
    return request.size() >= end + 4 + length;
  }

  const Answer answer_;
  std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key_;
  std::unique_ptr<X509, Freed<X509_free>> certificate_;
  int listener_ = -1;
  unsigned port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

}  // namespace rapt::host
