// SPDX-License-Identifier: AGPL-3.0-or-later
// Publishers and their keys, over HTTP, with every refusal.
#include <gmock/gmock.h>

#include "publisher_auth.hpp"
#include "test_publishing.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using security::PrivateKey;
using ::testing::HasSubstr;

class Publishers : public ::testing::Test {
 protected:
  Answer add(const PrivateKey& by, const PrivateKey& added, const std::string& proof_for) {
    const auto proof = added.sign(key_proof("http://registry.test", proof_for, added.public_key()));
    return made_.ask(
        by, "POST", "/api/publishers/me/keys",
        json{
            {"public_key", added.public_key().to_text()}, {"label", "laptop"}, {"proof", security::to_base64url(proof)}}
            .dump());
  }
  Answer revoke(const PrivateKey& by, const PrivateKey& revoked, const std::string& because = "It was lost.") {
    return made_.ask(by, "DELETE", "/api/publishers/me/keys/" + revoked.public_key().key_id(),
                     json{{"because", because}}.dump());
  }
  TestPublishing made_;
  PrivateKey key_ = PrivateKey::generate();
};

TEST_F(Publishers, RegisterWithAKeyThatTheyHold) {
  const auto made = made_.enroll("lake", key_);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.data().at("keys").at(0).at("key_id"), key_.public_key().key_id());
  EXPECT_EQ(made_.ask(key_, "GET", "/api/publishers/me").data().at("name"), "lake");
  // The body names a key that did not sign it.
  const auto other = PrivateKey::generate();
  const auto refused =
      made_.ask(other, "POST", "/api/publishers",
                json{{"name", "river"}, {"public_key", PrivateKey::generate().public_key().to_text()}}.dump());
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.code(), "SIGNATURE_INVALID");
}

TEST_F(Publishers, AreToldWhyANameOrAKeyIsRefused) {
  ASSERT_EQ(made_.enroll("lakeside-school", key_).status, 201);
  made_.site.sql("UPDATE publishers SET created_at = now() - interval '2 days'");
  const auto other = PrivateKey::generate();
  const auto taken = made_.enroll("lakeside-school", other);
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.code(), "NAME_TAKEN");
  const auto similar = made_.enroll("lakeside-schoo1", other);
  EXPECT_EQ(similar.status, 409);
  EXPECT_THAT(similar.error(), HasSubstr("looks too much like the publisher lakeside-school"));
  const auto reserved = made_.enroll("official", other);
  EXPECT_EQ(reserved.status, 403);
  EXPECT_EQ(reserved.code(), "NAME_RESERVED");
  EXPECT_EQ(made_.enroll("Not A Name", other).status, 400);
  const auto key = made_.enroll("mountain", key_);
  EXPECT_EQ(key.status, 409);
  EXPECT_THAT(key.error(), HasSubstr("belongs to the publisher lakeside-school already"));
}

TEST_F(Publishers, EditWhatPeopleRead) {
  ASSERT_EQ(made_.enroll("lake", key_).status, 201);
  const auto edited =
      made_.ask(key_, "PATCH", "/api/publishers/me", R"({"title":"The lake","url":"https://lake.example"})");
  ASSERT_EQ(edited.status, 200) << edited.body;
  EXPECT_EQ(edited.data().at("title"), "The lake");
  const auto refused = made_.ask(key_, "PATCH", "/api/publishers/me", R"x({"url":"javascript:alert(1)"})x");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(made_.ask(key_, "GET", "/api/publishers/me").data().at("url"), "https://lake.example");
}

TEST_F(Publishers, AddAndRevokeKeys) {
  ASSERT_EQ(made_.enroll("lake", key_).status, 201);
  const auto last = revoke(key_, key_);
  EXPECT_EQ(last.status, 409);
  EXPECT_EQ(last.code(), "LAST_KEY");
  const auto added = PrivateKey::generate();
  const auto without_proof = add(key_, added, "river");
  EXPECT_EQ(without_proof.status, 400);
  EXPECT_THAT(without_proof.error(), HasSubstr("has not signed that it is added"));
  const auto with_proof = add(key_, added, "lake");
  ASSERT_EQ(with_proof.status, 201) << with_proof.body;
  EXPECT_EQ(with_proof.data().at("effective"), "now");
  ASSERT_EQ(revoke(added, key_, "").status, 400);
  const auto revoked = revoke(added, key_);
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  const auto by_revoked = made_.ask(key_, "GET", "/api/publishers/me");
  EXPECT_EQ(by_revoked.status, 401);
  EXPECT_EQ(by_revoked.code(), "KEY_REVOKED");
  EXPECT_THAT(by_revoked.error(), HasSubstr("It was lost."));
  EXPECT_EQ(revoke(added, key_).status, 409);
  EXPECT_EQ(revoke(added, PrivateKey::generate()).status, 404);
}

TEST_F(Publishers, AreHeardOnceForEachRequest) {
  ASSERT_EQ(made_.enroll("lake", key_).status, 201);
  const auto request = made_.request(key_, "GET", "/api/publishers/me");
  EXPECT_EQ(made_.send(request).status, 200);
  const auto replayed = made_.send(request);
  EXPECT_EQ(replayed.status, 401);
  EXPECT_EQ(replayed.code(), "REQUEST_REPLAYED");
  // After its time, the nonce is forgotten, and the request is refused for its age.
  made_.site.sql("UPDATE request_nonces SET expires_at = now() - interval '1 hour'");
  ASSERT_TRUE(runtime::run_blocking(sweep_nonces(made_.site.site)));
  EXPECT_EQ(made_.site.one("SELECT count(*)::text AS value FROM request_nonces"), "0");
}

TEST_F(Publishers, AreNotHeardWithAnotherSignature) {
  ASSERT_EQ(made_.enroll("lake", key_).status, 201);
  EXPECT_EQ(made_.site.get("/api/publishers/me").status, 401);
  const auto stranger = made_.ask(PrivateKey::generate(), "GET", "/api/publishers/me");
  EXPECT_EQ(stranger.status, 401);
  EXPECT_EQ(stranger.code(), "KEY_UNKNOWN");
  auto moved = made_.request(key_, "GET", "/api/publishers/me");
  moved.url += "/submissions";
  EXPECT_EQ(made_.send(moved).code(), "SIGNATURE_INVALID");
  auto changed = made_.request(key_, "PATCH", "/api/publishers/me", R"({"title":"The lake"})");
  changed.body = R"({"title":"The leak"})";
  EXPECT_EQ(made_.send(changed).code(), "BODY_CHANGED");
  made_.site.sql("UPDATE publishers SET suspended_because = 'Spam.'");
  const auto suspended = made_.ask(key_, "GET", "/api/publishers/me");
  EXPECT_EQ(suspended.status, 403);
  EXPECT_THAT(suspended.error(), HasSubstr("Spam."));
}

}  // namespace
}  // namespace rapt::marketplace
