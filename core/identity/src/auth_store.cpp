// SPDX-License-Identifier: AGPL-3.0-or-later
#include "auth_store.hpp"

#include <nlohmann/json.hpp>

#include "rapt/identity/login_check.hpp"

namespace rapt::identity {

// The person with all memberships. A macro because one statement's text is put together by the compiler.
#define RAPT_ACTOR_COLUMNS                                                                                           \
  " u.id, u.email, u.name,"                                                                                          \
  " (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'type', g.type, 'path', g.path::text," \
  "          'role', m.role) ORDER BY g.path), '[]')"                                                                \
  "    FROM group_members m JOIN groups g ON g.id = m.group_id"                                                      \
  "   WHERE m.user_id = u.id AND g.deleted_at IS NULL) AS groups,"                                                   \
  " (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'group', c.group_id, 'name', c.name,"                  \
  "          'teaches', m.role = 'teacher', 'path', g.path::text) ORDER BY c.name, c.id), '[]')"                     \
  "    FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id"                  \
  "   WHERE m.user_id = u.id AND c.deleted_at IS NULL) AS classes "

const store::Statement kAccountByEmail{"identity.account_by_email", R"(
  SELECT u.id, u.password_hash, u.status = 'active' AS active,
         EXISTS (SELECT FROM totp_secrets t WHERE t.user_id = u.id AND t.confirmed_at IS NOT NULL) AS second_factor
    FROM users u WHERE lower(u.email) = lower($1) AND u.deleted_at IS NULL)"};

const store::Statement kRenewHash{"identity.renew_hash",
                                  "UPDATE users SET password_hash = $3 WHERE id = $1::uuid AND password_hash = $2"};

const store::Statement kOpenLogin{"identity.open_login", R"(
  WITH opened AS (
    INSERT INTO auth_sessions (token_hash, user_id, expires_at, context, last_activity_at, created_at, ip_address,
                               user_agent, provider)
    SELECT $1::bytea, u.id, $3::timestamptz, $4, $5::timestamptz, $5::timestamptz, $6::inet, $7, $8
      FROM users u WHERE u.id = $2::uuid AND u.status = 'active' AND u.deleted_at IS NULL
    RETURNING user_id),
  pruned AS (
    DELETE FROM auth_sessions WHERE token_hash IN (
      SELECT token_hash FROM auth_sessions WHERE expires_at <= $5::timestamptz LIMIT 20 FOR UPDATE SKIP LOCKED)),
  noted AS (UPDATE users SET last_login_at = $5::timestamptz WHERE id = $2::uuid)
  SELECT false AS extended, )" RAPT_ACTOR_COLUMNS R"(
    FROM opened JOIN users u ON u.id = opened.user_id)"};

const store::Statement kCheckLogin{"identity.check_login", RAPT_LOGIN("$1", "$2", "$3", "$4")};

const store::Statement kAuthenticate{"identity.authenticate", R"(
  WITH found AS (SELECT user_id FROM auth_sessions WHERE token_hash = $1::bytea AND expires_at > $2::timestamptz),
  touched AS (
    UPDATE auth_sessions
       SET last_activity_at = $2::timestamptz,
           expires_at = CASE WHEN expires_at < $3::timestamptz AND context <> 'shared' THEN $4::timestamptz ELSE expires_at END
     WHERE token_hash = $1::bytea AND expires_at > $2::timestamptz
       AND ((expires_at < $3::timestamptz AND context <> 'shared') OR last_activity_at < $5::timestamptz)
    RETURNING expires_at = $4::timestamptz AS extended)
  SELECT coalesce((SELECT extended FROM touched), false) AS extended, )" RAPT_ACTOR_VERSION
                                                              " AS version," RAPT_ACTOR_COLUMNS R"(
    FROM found JOIN users u ON u.id = found.user_id AND u.status = 'active' AND u.deleted_at IS NULL)"};

const store::Statement kActorById{"identity.actor_by_id",
                                  "SELECT false AS extended," RAPT_ACTOR_COLUMNS
                                  "FROM users u WHERE u.id = $1::uuid AND u.deleted_at IS NULL"};

const store::Statement kRefreshLogin{"identity.refresh_login", R"(
  UPDATE auth_sessions s
     SET token_hash = $2::bytea, last_activity_at = $3::timestamptz,
         expires_at = CASE WHEN context = 'shared' THEN expires_at ELSE $4::timestamptz END
   WHERE token_hash = $1::bytea AND expires_at > $3::timestamptz
     AND EXISTS (SELECT FROM users u WHERE u.id = s.user_id AND u.status = 'active' AND u.deleted_at IS NULL)
  RETURNING expires_at, context)"};

const store::Statement kCloseLogin{"identity.close_login", "DELETE FROM auth_sessions WHERE token_hash = $1::bytea"};

const store::Statement kOpenLogins{"identity.open_logins", R"(
  SELECT id, token_hash = $2::bytea AS current, context, host(ip_address) AS ip_address, user_agent, provider,
         created_at, last_activity_at, expires_at
    FROM auth_sessions WHERE user_id = $1::uuid AND expires_at > $3::timestamptz
   ORDER BY last_activity_at DESC, id LIMIT 200)"};

const store::Statement kCloseOneLogin{"identity.close_one_login", R"(
  DELETE FROM auth_sessions WHERE user_id = $1::uuid AND id = $2::uuid RETURNING token_hash = $3::bytea AS current)"};

const store::Statement kCloseLogins{
    "identity.close_logins",
    "DELETE FROM auth_sessions WHERE user_id = $1::uuid AND token_hash IS DISTINCT FROM $2::bytea"};

#undef RAPT_ACTOR_COLUMNS

namespace {

using nlohmann::json;

}  // namespace

Actor actor_of(const store::Row& row) {
  Actor actor;
  actor.id = row.id<UserId>("id");
  actor.email = row.text("email");
  actor.name = row.text("name");
  actor.login_extended = row.boolean("extended");
  for (const json& group : json::parse(row.text("groups"))) {
    actor.groups.push_back({GroupId::trusted(group.at("id")), group.at("name"), group.at("type"), group.at("path"),
                            parse_group_role(group.at("role").get<std::string>()).value_or(GroupRole::kStudent)});
  }
  for (const json& one : json::parse(row.text("classes"))) {
    actor.classes.push_back({ClassId::trusted(one.at("id")), GroupId::trusted(one.at("group")), one.at("name"),
                             one.at("teaches"), one.at("path")});
  }
  return actor;
}

}  // namespace rapt::identity
