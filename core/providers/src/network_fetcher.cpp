// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/client.hpp"
#include "rapt/providers/fetcher.hpp"

namespace rapt::providers {
namespace {

constexpr std::chrono::seconds kWhole{10};
constexpr std::chrono::seconds kConnect{5};
constexpr std::size_t kMaxAnswer = std::size_t{256} * 1024;

}  // namespace

struct NetworkFetcher::Impl {
  Options options;
  // Of its own, and two: a connection that was made under other rules is not used again here.
  http::Client public_client{}, private_client{};
};

NetworkFetcher::NetworkFetcher(Options options) : impl_(new Impl{std::move(options)}) {}
NetworkFetcher::~NetworkFetcher() = default;

Task<Result<Answered>> NetworkFetcher::fetch(Fetch fetch, bool private_addresses) {
  const bool everywhere = private_addresses || impl_->options.private_addresses;
  http::ClientRequest request;
  request.method = std::move(fetch.method);
  request.url = std::move(fetch.url);
  request.body = std::move(fetch.body);
  for (const auto& [name, value] : fetch.headers) request.headers.add(name, value);
  request.connect_timeout = kConnect;
  request.total_timeout = kWhole;
  request.idle_timeout = kWhole;
  request.max_body_bytes = kMaxAnswer;
  request.https_only = true;
  request.public_addresses_only = !everywhere;
  request.extra_ca_file = impl_->options.ca_file;
  http::Client& client = everywhere ? impl_->private_client : impl_->public_client;
  auto response = co_await client.fetch(std::move(request));
  if (!response) co_return response.error();
  Answered answered;
  answered.status = response->status;
  answered.content_type = std::string(response->headers.get("Content-Type").value_or(""));
  answered.body = std::move(response->body);
  co_return answered;
}

}  // namespace rapt::providers
