// SPDX-License-Identifier: AGPL-3.0-or-later
#include "guest_talk.hpp"

#include <sys/ioctl.h>

#include <charconv>
#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rapt::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// A row is in memory before the sink sees it, and a guest can make one of a gigabyte.
constexpr int kMaxRowBytes = 4 << 20;

GuestType type_of(unsigned type) {
  switch (type) {
    case 16:  // bool
      return GuestType::kBoolean;
    case 20:    // int8
    case 21:    // int2
    case 23:    // int4
    case 26:    // oid
    case 700:   // float4
    case 701:   // float8
    case 1700:  // numeric
      return GuestType::kNumber;
    default:
      return GuestType::kText;
  }
}

/// What the sink makes of one result's columns, rows and end.
class Pour {
 public:
  explicit Pour(GuestSink& sink) : sink_(sink) {}

  bool take(const PGresult* result) {
    if (!told_ && !tell_columns(result)) return false;
    std::vector<std::optional<std::string_view>> cells(static_cast<std::size_t>(PQnfields(result)));
    for (int row = 0; row < PQntuples(result); ++row) {
      for (int i = 0; i < PQnfields(result); ++i) {
        auto& cell = cells[static_cast<std::size_t>(i)];
        cell = std::nullopt;
        if (PQgetisnull(result, row, i) == 0)
          cell = std::string_view(PQgetvalue(result, row, i), static_cast<std::size_t>(PQgetlength(result, row, i)));
      }
      if (!sink_.row(cells)) return false;
    }
    return true;
  }
  void end(PGresult* result) {
    const std::string_view text = PQcmdTuples(result);
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    sink_.done(count);
  }

 private:
  bool tell_columns(const PGresult* result) {
    told_ = true;
    std::vector<GuestColumn> columns;
    for (int i = 0; i < PQnfields(result); ++i) columns.push_back({PQfname(result, i), type_of(PQftype(result, i))});
    return sink_.columns(columns);
  }

  GuestSink& sink_;
  bool told_ = false;
};

}  // namespace

GuestTalk::GuestTalk(PGconn* connection, const Executor& executor, Steady::time_point deadline)
    : connection_(connection), watched_(std::make_shared<Watched>(executor)), timer_(executor, deadline) {
  watched_->descriptor.assign(PQsocket(connection));
  timer_.async_wait([watched = watched_](const error_code& fault) {
    if (fault) return;
    watched->late = true;
    error_code ignored;  // it may have been let go of
    watched->descriptor.cancel(ignored);
  });
}

/// The descriptor is libpq's.
GuestTalk::~GuestTalk() {
  watched_->descriptor.release();
}

Task<bool> GuestTalk::ready(Wait what) {
  if (watched_->late) co_return false;
  const auto [fault] = co_await watched_->descriptor.async_wait(what, asio::as_tuple(asio::use_awaitable));
  co_return !fault;
}

GuestOutcome GuestTalk::broken() const {
  GuestOutcome out;
  out.kind = watched_->late ? GuestOutcome::Kind::kLate : GuestOutcome::Kind::kAway;
  if (!watched_->late) out.detail = text_of(connection_);
  return out;
}

Task<bool> GuestTalk::flushed() {
  for (;;) {
    const int left = PQflush(connection_);
    if (left <= 0) co_return left == 0;
    const bool writable = co_await ready(Wait::wait_write);
    if (!writable || PQconsumeInput(connection_) == 0) co_return false;
  }
}

bool GuestTalk::send(const GuestStatement& statement) {
  std::vector<const char*> values;
  values.reserve(statement.params.size());
  for (const auto& value : statement.params) values.push_back(value ? value->c_str() : nullptr);
  return PQsendQueryParams(connection_, statement.sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                           nullptr, nullptr, 0) == 1 &&
         PQsetSingleRowMode(connection_) == 1;
}

Task<GuestOutcome> GuestTalk::results(GuestSink* sink) {
  GuestOutcome out;
  std::optional<Pour> pour;
  if (sink != nullptr) pour.emplace(*sink);
  for (int received = 0;;) {
    while (PQisBusy(connection_) != 0) {
      const bool readable = co_await ready(Wait::wait_read);
      int bytes = 0;
      if (!readable || ::ioctl(PQsocket(connection_), FIONREAD, &bytes) != 0) co_return broken();
      received += bytes;
      if (received > kMaxRowBytes) out.kind = GuestOutcome::Kind::kTooLarge;
      if (out.kind == GuestOutcome::Kind::kTooLarge) co_return out;
      if (PQconsumeInput(connection_) == 0) co_return broken();
    }
    received = 0;
    const PgResult result(PQgetResult(connection_));
    if (!result) co_return out;
    const auto status = PQresultStatus(result.get());
    const bool rows = status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!rows) {
      out.kind = GuestOutcome::Kind::kFault;
      out.fault = fault_of(result.get());
      // COPY would have the connection for itself; nothing that guests may say leads there.
      if (status != PGRES_FATAL_ERROR || is_servers_fault(out.fault)) co_return broken();
    } else if (pour) {
      if (!pour->take(result.get())) {
        out.kind = GuestOutcome::Kind::kTooLarge;
        co_return out;
      }
      if (status != PGRES_SINGLE_TUPLE) pour->end(result.get());
    }
  }
}

Task<GuestOutcome> GuestTalk::exec(const GuestStatement& statement, GuestSink* sink) {
  if (!send(statement)) co_return broken();
  const bool sent = co_await flushed();
  if (!sent) co_return broken();
  co_return co_await results(sink);
}

Task<bool> GuestTalk::drain() {
  const auto outcome = co_await results(nullptr);
  co_return outcome.kind == GuestOutcome::Kind::kDone&& PQstatus(connection_) ==
      CONNECTION_OK&& PQtransactionStatus(connection_) == PQTRANS_IDLE;
}

}  // namespace rapt::store
