// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <thread>

#include "openssl_pointers.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "raw_socket.hpp"

namespace rapt::http {
namespace {

/// A server whose certificate nobody but itself has signed.
Context untrusted_server() {
  Key key(EVP_EC_gen("P-256"));
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("elsewhere.example"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  return context;
}

TEST(ClientTls, RefusesACertificateThatNobodyTrusts) {
  testing::RawListener listener;
  std::jthread server([&] {
    const Context context = untrusted_server();
    const UniqueFd fd = listener.accept_fd();
    const Session session(SSL_new(context.get()));
    SSL_set_fd(session.get(), fd.get());
    EXPECT_NE(SSL_accept(session.get()), 1);
  });
  Client client;
  ClientRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(listener.port()) + "/";
  const auto answer = runtime::run_blocking(client.fetch(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUpstream);
  EXPECT_THAT(answer.error().message, ::testing::HasSubstr("certificate"));
}

TEST(ClientTls, RefusesAServerThatSpeaksPlainText) {
  testing::RawListener listener;
  std::jthread server([&] { listener.accept().send("HTTP/1.1 200 OK\r\n\r\n"); });
  Client client;
  ClientRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(listener.port()) + "/";
  EXPECT_FALSE(runtime::run_blocking(client.fetch(request)));
}

}  // namespace
}  // namespace rapt::http
