// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <boost/system/result.hpp>

#include "rapt/base/error.hpp"

namespace rapt {

/// A value or an Error. `if (!result) return result.error();`
template <class T>
using Result = boost::system::result<T, Error>;

/// Thrown when value() is called on a failed Result: a bug in the caller.
[[noreturn]] BOOST_NORETURN void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace rapt

/// Leaves the enclosing function or coroutine with the error of a failed Result.
#define RAPT_TRY(expression) \
  if (auto rapt_try_result = (expression); !rapt_try_result) return std::move(rapt_try_result).error()
#define RAPT_CO_TRY(expression) \
  if (auto rapt_try_result = (expression); !rapt_try_result) co_return std::move(rapt_try_result).error()
