// SPDX-License-Identifier: AGPL-3.0-or-later
// The client against a server that speaks HTTP/2 over TLS, frame by frame.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "openssl_pointers.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "raw_socket.hpp"
#include "test_lane.hpp"

namespace rapt::http {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

/// A certificate for 127.0.0.1 that its own file vouches for.
struct Identity {
  Identity() : key(EVP_EC_gen("P-256")), certificate(X509_new()) {
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_EXTENSION* address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate.get(), address, -1);
    X509_EXTENSION_free(address);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    std::FILE* out = std::fopen(file.c_str(), "w");
    PEM_write_X509(out, certificate.get());
    std::fclose(out);
  }
  ~Identity() { std::filesystem::remove(file); }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("rapt-http2-" + std::to_string(::getpid()) + ".pem");
  Key key;
  Certificate certificate;
};

int choose_h2(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned size, void*) {
  static constexpr unsigned char kH2[] = {2, 'h', '2'};
  return SSL_select_next_proto(const_cast<unsigned char**>(out), length, kH2, sizeof kH2, in, size) ==
                 OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

enum FrameType : unsigned char { kData = 0, kHeaders = 1, kSettings = 4 };
constexpr unsigned char kEndStream = 1;
constexpr unsigned char kEndHeaders = 4;
constexpr unsigned char kAck = 1;
constexpr std::size_t kPreface = 24;

/// Serves connections one after the other. Answers in order; with `at_once`, not before so many requests are there.
class Http2Server {
 public:
  explicit Http2Server(unsigned at_once) : at_once_(at_once) {
    thread_ = std::jthread([this] { serve(); });
  }
  [[nodiscard]] ClientRequest request() const {
    ClientRequest request;
    request.url = "https://127.0.0.1:" + std::to_string(listener_.port()) + "/";
    request.extra_ca_file = identity_.file;
    request.only_extra_ca = true;
    request.connect_timeout = std::chrono::minutes(1);
    return request;
  }
  [[nodiscard]] unsigned requests() const { return requests_; }

 private:
  void serve() {
    const Context context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), identity_.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), identity_.key.get());
    SSL_CTX_set_alpn_select_cb(context.get(), &choose_h2, nullptr);
    const UniqueFd fd = listener_.accept_fd();
    const Session session(SSL_new(context.get()));
    SSL_set_fd(session.get(), fd.get());
    if (SSL_accept(session.get()) != 1) return;
    read(session.get(), kPreface);
    write(session.get(), kSettings, 0, 0, {});
    std::vector<unsigned> waiting;
    for (;;) {
      const auto head = read(session.get(), 9);
      if (head.size() < 9) return;
      const auto byte = [&head](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(head[i])); };
      read(session.get(), byte(0) << 16U | byte(1) << 8U | byte(2));
      if (byte(3) == kSettings && (byte(4) & kAck) == 0) write(session.get(), kSettings, kAck, 0, {});
      if (byte(3) != kHeaders) continue;
      waiting.push_back(byte(5) << 24U | byte(6) << 16U | byte(7) << 8U | byte(8));
      ++requests_;
      if (waiting.size() < at_once_) continue;
      for (const unsigned stream : waiting) answer(session.get(), stream);
      waiting.clear();
    }
  }

  static void answer(SSL* session, unsigned stream) {
    write(session, kHeaders, kEndHeaders, stream, "\x88");  // ":status: 200" of HPACK's static table
    write(session, kData, 0, stream, "over ");
    write(session, kData, kEndStream, stream, "HTTP/2");
  }

  static std::string read(SSL* session, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const int got = SSL_read(session, bytes.data() + have, static_cast<int>(size - have));
      if (got <= 0) return bytes.substr(0, have);
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  static void write(SSL* session, unsigned char type, unsigned char flags, unsigned stream, std::string_view payload) {
    const auto part = [](std::size_t value, unsigned shift) { return static_cast<char>(value >> shift & 0xFFU); };
    std::string frame = {part(payload.size(), 16), part(payload.size(), 8),  part(payload.size(), 0),
                         static_cast<char>(type),  static_cast<char>(flags), part(stream, 24),
                         part(stream, 16),         part(stream, 8),          part(stream, 0)};
    frame += payload;
    SSL_write(session, frame.data(), static_cast<int>(frame.size()));
  }

  const unsigned at_once_;
  Identity identity_;
  testing::RawListener listener_;
  std::atomic<unsigned> requests_ = 0;
  std::jthread thread_;
};

TEST(ClientHttp2, SpeaksItWhereItIsOfferedAndUsesTheConnectionAgain) {
  Http2Server server(1);
  Client client;
  for (unsigned i = 1; i <= 3; ++i) {
    const auto answer = runtime::run_blocking(client.fetch(server.request()));
    ASSERT_TRUE(answer) << answer.error().log_detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "over HTTP/2");
    EXPECT_EQ(server.requests(), i) << "one connection serves them all: there is no other";
  }
}

Task<bool> fetch_both(Client& client, ClientRequest first, ClientRequest second) {
  auto [one, other] = co_await (client.fetch(std::move(first)) && client.fetch(std::move(second)));
  co_return one&& other && one->body == "over HTTP/2" && other->body == "over HTTP/2";
}

TEST(ClientHttp2, AsksSeveralThingsAtOnceOverOneConnection) {
  Http2Server server(2);  // answers none before both are there, and accepts one connection
  Client client;
  EXPECT_TRUE(runtime::run_blocking(fetch_both(client, server.request(), server.request())));
}

TEST(ClientHttp2, SpeaksItOnALane) {
  Http2Server server(2);
  Client client;
  testing::TestLane lane;
  EXPECT_TRUE(lane.run(fetch_both(client, server.request(), server.request())));
}

}  // namespace
}  // namespace rapt::http
