// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "pipeline.hpp"
#include "rapt/runtime/lane_parts.hpp"

namespace rapt::store {

/// What all lanes of a database have together. It may outlive the database.
class QuerySource {
 public:
  explicit QuerySource(Database::Options options) : options_(std::move(options)) {}
  [[nodiscard]] const Database::Options& options() const { return options_; }
  /// Connects on a thread that may block, and has `then` called there. False when the database is going.
  bool connect(std::function<void(Connected)> then);
  /// One more connection beyond a lane's first, if there may be one.
  bool take_helper();
  void give_helper();
  /// No connection is begun after this; waits for those that are.
  void stop();

 private:
  const Database::Options options_;
  std::mutex mutex_;
  unsigned helpers_ = 0;
  std::unique_ptr<boost::asio::thread_pool> threads_ = std::make_unique<boost::asio::thread_pool>(2);
};

/// The single statements of one loop. They share a connection, and with that their trips to the server, as long as
/// answers come fast; when one has waited for a while, further connections help. So a slow statement holds up only the
/// few that went with it. What may share a transaction goes at once when nothing is on its way; otherwise
/// it gathers until that has been answered, or takes long.
class QueryLane final : public runtime::LanePart {
 public:
  QueryLane(Executor executor, std::shared_ptr<QuerySource> source);
  ~QueryLane() override;

  /// Answers by query.done, on the loop, after submit() has returned.
  void submit(Query query);
  void end() override;
  void abandon() override;

 private:
  /// Where a thread that has connected leaves the connection, for as long as the lane is there.
  struct Mailbox {
    std::mutex mutex;
    QueryLane* lane = nullptr;
  };

  void refuse(Query query, Error error);
  void dispatch_soon();
  void dispatch();
  std::deque<Query>* next_queue(Steady::time_point now);
  Pipeline* free_pipeline(Steady::time_point now, Steady::time_point since);
  void send(Pipeline& pipeline, Query query);
  void send_sharing(Pipeline& pipeline);
  std::vector<Query> take_group(const Pipeline& pipeline);
  void refuse_all(const Error& error);
  void connect();
  void connected(Connected made);
  void answered(Query query, Pipeline::Outcome outcome);
  void try_again(Query query);
  void forget_closed();
  void ring_at(Steady::time_point when);
  void retire_idle();
  void leave();

  const Executor executor_;
  const std::shared_ptr<QuerySource> source_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::deque<Query> queue_, sharing_;
  std::vector<std::shared_ptr<Pipeline>> pipelines_;  ///< the first one works, the others help
  boost::asio::steady_timer timer_, idle_timer_;
  Steady::time_point rings_at_ = Steady::time_point::max();
  Steady::time_point not_before_{};  ///< of the next connection
  bool connecting_ = false;
  bool for_helper_ = false;  ///< the connection in the making is one of the helpers
  bool posted_ = false;
  bool ended_ = false;
};

}  // namespace rapt::store
