// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/error.hpp"

#include <stdexcept>
#include <utility>

#include "rapt/base/result.hpp"

namespace rapt {

namespace {

Error simple(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return error;
}

}  // namespace

Error Error::invalid(std::string path, std::string message) {
  Error error = simple(ErrorKind::kInvalid, path.empty() ? message : path + ": " + message);
  error.fields.push_back({std::move(path), std::move(message)});
  return error;
}

Error Error::not_found(std::string what) {
  return simple(ErrorKind::kNotFound, "There is no such " + std::move(what) + ".");
}

Error Error::conflict(std::string message) {
  return simple(ErrorKind::kConflict, std::move(message));
}

Error Error::forbidden(std::string message) {
  return simple(ErrorKind::kForbidden, std::move(message));
}

Error Error::unauthorized() {
  return simple(ErrorKind::kUnauthorized, "You are not logged in: log in and try again.");
}

Error Error::internal(std::string log_detail) {
  Error error = simple(ErrorKind::kInternal, "Something went wrong on our side. It has been recorded.");
  error.log_detail = std::move(log_detail);
  return error;
}

Error Error::unavailable(std::string part, std::string message, std::string log_detail) {
  Error error = simple(ErrorKind::kUnavailable, std::move(message));
  error.part = std::move(part);
  error.log_detail = std::move(log_detail);
  return error;
}

BoxedError::BoxedError(Error error) : error_(new Error(std::move(error))) {}

BoxedError::BoxedError(const BoxedError& other) : error_(other.error_ ? new Error(*other.error_) : nullptr) {}

const Error& BoxedError::get() const {
  static const Error none;
  return error_ ? *error_ : none;
}

Error BoxedError::take() {
  return error_ ? std::move(*error_) : Error();
}

void BoxedError::Delete::operator()(Error* error) const noexcept {
  delete error;
}

void throw_no_value(const Error& error, const boost::source_location& where) {
  throw std::logic_error(where.to_string() + ": the value of a failed result was taken: " + error.message +
                         (error.log_detail.empty() ? "" : " (" + error.log_detail + ")"));
}

}  // namespace rapt
