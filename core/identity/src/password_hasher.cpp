// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/password_hasher.hpp"

#include <atomic>

#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/security/password.hpp"
#include "rapt/security/password_policy.hpp"

namespace rapt::identity {
namespace {

constexpr int kRetrySeconds = 2;

/// Says when to come again: the queue is short, and each entry takes some tens of milliseconds.
template <class T>
Result<T> with_retry(Result<T> result) {
  if (result || result.error().kind != ErrorKind::kUnavailable) return result;
  Error busy = result.error();
  busy.retry_after_seconds = kRetrySeconds;
  return busy;
}

Error password_error(const std::string& fault) {
  Error error = Error::invalid("password", fault);
  error.message = "The password " + fault + ".";
  return error;
}

}  // namespace

struct PasswordHasher::Impl {
  explicit Impl(Options options) : pool({"passwords", options.threads, options.max_queued}) {
    // Made now, so that the first unknown account is not slower than the later ones.
    (void)security::dummy_hash();
  }

  Result<std::string> hash(const std::string& password) {
    ++hashes;
    return security::hash_password(password);
  }

  Result<Verdict> verify(const std::string& password, const std::optional<std::string>& stored) {
    ++verifications;
    const bool usable = stored && stored->starts_with("$argon2id$");
    Verdict verdict;
    verdict.right = security::verify_password(password, usable ? *stored : security::dummy_hash()) && usable;
    if (verdict.right && security::is_outdated(*stored)) {
      ++hashes;
      verdict.renewed = security::hash_password(password);
    }
    return verdict;
  }

  Result<void> check(const std::string& password, const std::vector<std::string>& words) {
    ++checks;
    if (const auto fault = security::password_fault(password, words); !fault.empty()) return password_error(fault);
    return {};
  }

  std::atomic<std::int64_t> hashes{0}, verifications{0}, checks{0};
  runtime::BlockingPool pool;  ///< last: its threads use the counters
};

PasswordHasher::PasswordHasher() : PasswordHasher(Options{}) {}
PasswordHasher::PasswordHasher(Options options) : impl_(std::make_unique<Impl>(options)) {}
PasswordHasher::~PasswordHasher() = default;

Task<Result<std::string>> PasswordHasher::hash(std::string password) {
  auto work = [impl = impl_.get(), secret = std::move(password)] { return impl->hash(secret); };
  auto done = co_await impl_->pool.run(std::move(work));
  co_return with_retry(std::move(done));
}

Task<Result<PasswordHasher::Verdict>> PasswordHasher::verify(std::string password, std::optional<std::string> stored) {
  auto work = [impl = impl_.get(), secret = std::move(password), hash = std::move(stored)] {
    return impl->verify(secret, hash);
  };
  auto done = co_await impl_->pool.run(std::move(work));
  co_return with_retry(std::move(done));
}

Task<Result<void>> PasswordHasher::check_password(std::string password, std::vector<std::string> words) {
  auto work = [impl = impl_.get(), secret = std::move(password), list = std::move(words)] {
    return impl->check(secret, list);
  };
  auto done = co_await impl_->pool.run(std::move(work));
  co_return with_retry(std::move(done));
}

PasswordHasher::Work PasswordHasher::work() const {
  return {impl_->hashes, impl_->verifications, impl_->checks};
}

}  // namespace rapt::identity
