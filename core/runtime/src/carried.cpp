// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/carried.hpp"

#include <utility>

#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/strand.hpp>

namespace rapt::runtime {

namespace asio = boost::asio;

namespace {

/// Hands everything on to the executor within.
class Carrier {
 public:
  Carrier(Executor inner, std::shared_ptr<const Carried> what) : inner_(std::move(inner)), what_(std::move(what)) {}

  [[nodiscard]] asio::execution_context& query(asio::execution::context_t which) const noexcept {
    return asio::query(inner_, which);
  }
  template <class Property>
  requires asio::can_require<const Executor&, Property>::value [[nodiscard]] Carrier require(
      const Property& property) const {
    return {asio::require(inner_, property), what_};
  }
  template <class Property>
  requires asio::can_prefer<const Executor&, Property>::value [[nodiscard]] Carrier prefer(
      const Property& property) const {
    return {asio::prefer(inner_, property), what_};
  }
  template <class Function>
  void execute(Function&& function) const {
    inner_.execute(std::forward<Function>(function));
  }
  bool operator==(const Carrier& other) const noexcept { return inner_ == other.inner_ && what_ == other.what_; }
  bool operator!=(const Carrier& other) const noexcept { return !(*this == other); }

  [[nodiscard]] const Executor& inner() const { return inner_; }
  [[nodiscard]] const Carried* what() const { return what_.get(); }

 private:
  Executor inner_;
  std::shared_ptr<const Carried> what_;
};

}  // namespace

Executor carrying(const Executor& executor, std::shared_ptr<const Carried> what) {
  return Carrier(bare(executor), std::move(what));
}

const Carried* carried(const Executor& executor) {
  if (const auto* own = executor.target<Carrier>()) return own->what();
  if (const auto* strand = executor.target<asio::strand<Executor>>()) return carried(strand->get_inner_executor());
  return nullptr;
}

Executor bare(const Executor& executor) {
  const auto* own = executor.target<Carrier>();
  return own == nullptr ? executor : own->inner();
}

}  // namespace rapt::runtime
