// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/assert/source_location.hpp>
#include <boost/variant2/variant.hpp>

#include "rapt/base/error.hpp"

namespace rapt {

/// An Error behind one pointer: results stand by the dozen in the frames of tasks that wait, and few of them fail.
class BoxedError {
 public:
  /// Null: none.
  BoxedError() = default;
  BoxedError(Error error);  // NOLINT(google-explicit-constructor): a failed Result is made of an Error
  BoxedError(const BoxedError& other);
  BoxedError(BoxedError&& other) noexcept = default;
  BoxedError& operator=(BoxedError other) noexcept {
    error_.swap(other.error_);
    return *this;
  }
  ~BoxedError() = default;
  [[nodiscard]] bool any() const { return error_ != nullptr; }
  /// Where there is none: Error().
  [[nodiscard]] const Error& get() const;
  [[nodiscard]] Error take();

 private:
  struct Delete {
    void operator()(Error* error) const noexcept;
  };
  std::unique_ptr<Error, Delete> error_;
};

/// A value was taken that is not there: a bug in the caller.
[[noreturn]] void throw_no_value(const Error& error, const boost::source_location& where);

template <class T>
class Result;

/// What a Result<T> takes for a value, and what for an error: neither is guessed where something could be both.
template <class A, class T>
concept ValueOf = std::is_convertible_v<A, T> && !std::is_constructible_v<BoxedError, A> &&
                  !std::is_same_v<std::remove_cvref_t<A>, Result<T>>;
template <class A, class T>
concept ErrorOf = std::is_convertible_v<A, BoxedError> && !std::is_constructible_v<T, A> &&
                  !std::is_same_v<std::remove_cvref_t<A>, Result<T>>;

/// A value or an Error. `if (!result) return result.error();`
template <class T>
class Result {
  using Place = boost::source_location;

 public:
  using value_type = T;

  Result() requires std::is_default_constructible_v<T> : either_(boost::variant2::in_place_index_t<0>{}) {}
  template <ValueOf<T> A = T>
  Result(A&& value)  // NOLINT(google-explicit-constructor)
      : either_(boost::variant2::in_place_index_t<0>{}, std::forward<A>(value)) {}
  template <ErrorOf<T> A>
  Result(A&& error)  // NOLINT(google-explicit-constructor)
      : either_(boost::variant2::in_place_index_t<1>{}, std::forward<A>(error)) {}
  template <class... A>
  explicit Result(std::in_place_t /*value*/, A&&... made_of)
      : either_(boost::variant2::in_place_index_t<0>{}, std::forward<A>(made_of)...) {}

  [[nodiscard]] bool has_value() const noexcept { return either_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value(const Place& where = BOOST_CURRENT_LOCATION) & {
    if (!has_value()) throw_no_value(error(), where);
    return **this;
  }
  [[nodiscard]] const T& value(const Place& where = BOOST_CURRENT_LOCATION) const& {
    if (!has_value()) throw_no_value(error(), where);
    return **this;
  }
  [[nodiscard]] T value(const Place& where = BOOST_CURRENT_LOCATION) && { return std::move(value(where)); }

  /// Only of one that has a value.
  T* operator->() noexcept { return boost::variant2::get_if<0>(&either_); }
  const T* operator->() const noexcept { return boost::variant2::get_if<0>(&either_); }
  T& operator*() & noexcept { return boost::variant2::unsafe_get<0>(either_); }
  const T& operator*() const& noexcept { return boost::variant2::unsafe_get<0>(either_); }
  T operator*() && noexcept(std::is_nothrow_move_constructible_v<T>) { return std::move(**this); }

  /// Of one that has a value: Error().
  [[nodiscard]] const Error& error() const& {
    return has_value() ? BoxedError().get() : boost::variant2::unsafe_get<1>(either_).get();
  }
  [[nodiscard]] Error error() && { return has_value() ? Error() : boost::variant2::unsafe_get<1>(either_).take(); }

 private:
  boost::variant2::variant<T, BoxedError> either_;
};

template <>
class Result<void> {
 public:
  using value_type = void;

  Result() = default;
  template <ErrorOf<void> A>
  Result(A&& error)  // NOLINT(google-explicit-constructor)
      : error_(std::forward<A>(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return !error_.any(); }
  explicit operator bool() const noexcept { return has_value(); }
  void value(const boost::source_location& where = BOOST_CURRENT_LOCATION) const {
    if (error_.any()) throw_no_value(error_.get(), where);
  }
  /// Of one that has not failed: Error().
  [[nodiscard]] const Error& error() const& { return error_.get(); }
  [[nodiscard]] Error error() && { return error_.take(); }

 private:
  BoxedError error_;
};

}  // namespace rapt

/// Leaves the enclosing function or coroutine with the error of a failed Result.
#define RAPT_TRY(expression) \
  if (auto rapt_try_result = (expression); !rapt_try_result) return std::move(rapt_try_result).error()
#define RAPT_CO_TRY(expression) \
  if (auto rapt_try_result = (expression); !rapt_try_result) co_return std::move(rapt_try_result).error()
