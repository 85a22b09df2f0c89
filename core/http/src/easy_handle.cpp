// SPDX-License-Identifier: AGPL-3.0-or-later
#include "easy_handle.hpp"

#include <sys/socket.h>

#include <new>
#include <utility>

#include "field_text.hpp"
#include "public_address.hpp"

namespace rapt::http {

namespace {

/// What is read at once. Each transfer has that much for itself, for as long as it takes, and libcurl adds a byte.
constexpr long kReadBuffer = 2047;

Error upstream(ErrorKind kind, const std::string& peer, std::string message, std::string detail) {
  Error error;
  error.kind = kind;
  error.part = peer;
  error.message = std::move(message);
  error.log_detail = std::move(detail);
  return error;
}

/// `refused` becomes true when an address was not public.
curl_socket_t open_public(void* refused, curlsocktype /*purpose*/, curl_sockaddr* address) {
  if (!is_public(address->addr)) {
    *static_cast<bool*>(refused) = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace

EasyHandle::EasyHandle(std::shared_ptr<Transfer> transfer)
    : transfer_(std::move(transfer)), kind_(kind_of(transfer_->request)), easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  set_request();
  set_limits();
}

EasyHandle::~EasyHandle() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(fields_);
}

std::optional<EasyHandle::Kind> EasyHandle::kind_of(const ClientRequest& request) {
  const bool ordinary = request.method == "POST" && !request.public_addresses_only && request.extra_ca_file.empty() &&
                        request.unix_socket.empty() && !request.only_extra_ca && !request.aws_signature &&
                        request.url.find_first_of("?@") == std::string::npos;
  if (!ordinary) return std::nullopt;
  return Kind{request.url, request.connect_timeout, request.https_only, request.decode_body};
}

bool EasyHandle::rest() {
  if (!kind_) return false;
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, nullptr);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, nullptr);
  curl_slist_free_all(std::exchange(fields_, nullptr));
  transfer_.reset();
  return true;
}

bool EasyHandle::suits(const ClientRequest& request) const {
  return kind_ == kind_of(request);
}

void EasyHandle::follow(std::shared_ptr<Transfer> transfer) {
  transfer_ = std::move(transfer);
  began_ = too_large_ = refused_ = false;
  fault_text_[0] = '\0';
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, transfer_.get());
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer_->request.total_timeout.count()));
  set_body();
  set_fields();
}

void EasyHandle::set_request() {
  const ClientRequest& request = transfer_->request;
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, transfer_.get());
  curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
  if (request.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else {
    if (!request.body.empty() || request.method == "POST") set_body();
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  set_fields();
  if (request.decode_body) curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  if (request.aws_signature) set_signature(*request.aws_signature);
}

void EasyHandle::set_body() {
  const std::string& body = transfer_->request.body;
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body.c_str());
}

void EasyHandle::set_fields() {
  const ClientRequest& request = transfer_->request;
  fields_ = curl_slist_append(fields_, "Expect:");
  if (!request.headers.get("Content-Type")) fields_ = curl_slist_append(fields_, "Content-Type:");
  for (const auto& [name, value] : request.headers.all()) {
    // libcurl takes "Name;" for a field without a value.
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    fields_ = curl_slist_append(fields_, line.c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, fields_);
}

void EasyHandle::set_signature(const AwsSignature& signature) {
  const std::string how = "aws:amz:" + signature.region + ":" + signature.service;
  curl_easy_setopt(easy_, CURLOPT_AWS_SIGV4, how.c_str());
  curl_easy_setopt(easy_, CURLOPT_USERNAME, signature.access_key_id.c_str());
  curl_easy_setopt(easy_, CURLOPT_PASSWORD, signature.secret_access_key.c_str());
}

void EasyHandle::set_limits() {
  const ClientRequest& request = transfer_->request;
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, request.https_only ? "https" : "http,https");
  if (request.public_addresses_only) {
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &open_public);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, &refused_);
  }
  if (!request.unix_socket.empty()) curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  // The folder of the system's authorities stays as it is; this takes the place of their file, which says the same.
  if (!request.extra_ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, request.extra_ca_file.c_str());
  if (request.only_extra_ca) curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // A class that asks at once shares one handshake: the first connection tells whether it can carry several.
  if (equals_ignoring_case(std::string_view(request.url).substr(0, 8), "https://"))
    curl_easy_setopt(easy_, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, kReadBuffer);
  // Who gives up does not wait for the thread that looks a name up: the loop has others to serve.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, fault_text_);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &EasyHandle::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &EasyHandle::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
}

std::size_t EasyHandle::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  static_cast<EasyHandle*>(self)->transfer_->header_line({bytes, size * count});
  return size * count;
}

/// An answer may take minutes, and a prompt is large. Once an answer has begun, libcurl sends a request no second time.
void EasyHandle::forget_request() {
  curl_off_t sent = 0;
  const auto known = curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (known == CURLE_OK && static_cast<std::size_t>(sent) == transfer_->request.body.size()) transfer_->request_sent();
}

std::size_t EasyHandle::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto* handle = static_cast<EasyHandle*>(self);
  if (!std::exchange(handle->began_, true)) handle->forget_request();
  switch (handle->transfer_->piece({bytes, size * count})) {
    case Transfer::Taken::kYes:
      return size * count;
    case Transfer::Taken::kPause:
      return CURL_WRITEFUNC_PAUSE;
    case Transfer::Taken::kTooLarge:
      break;
  }
  handle->too_large_ = true;
  return CURL_WRITEFUNC_ERROR;
}

bool EasyHandle::was_sent() const {
  long bytes = 0;
  return curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes) == CURLE_OK && bytes > 0;
}

/// The first word of a failure's detail, by which callers tell kinds of it apart.
const char* EasyHandle::word_for(CURLcode code) const {
  if (too_large_) return "too large";
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "dns";
    case CURLE_COULDNT_CONNECT:
      return refused_ ? "refused" : "connect";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return "tls";
    default:
      return "protocol";
  }
}

Result<void> EasyHandle::outcome(CURLcode code) const {
  // What a paused transfer had buffered is refused within curl_easy_pause(), and libcurl may end well all the same.
  if (code == CURLE_OK && !too_large_) return {};
  const std::string& peer = transfer_->peer;
  const std::string detail = word_for(code) + std::string(": ") + curl_easy_strerror(code) + ": " + fault_text_;
  if (too_large_) {
    return upstream(ErrorKind::kUpstream, peer, "The answer of " + peer + " is larger than it may be.", detail);
  }
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return Error::invalid("url", "is no http or https address");
    case CURLE_UNSUPPORTED_PROTOCOL:  // the scheme was checked before: what came back is older than HTTP/1.0
    case CURLE_WEIRD_SERVER_REPLY:
      return upstream(ErrorKind::kUpstream, peer, peer + " did not answer in HTTP.", detail);
    case CURLE_OPERATION_TIMEDOUT:
      if (!was_sent()) return upstream(ErrorKind::kUpstream, peer, peer + " cannot be reached.", detail);
      return upstream(ErrorKind::kTimeout, peer, peer + " did not answer in time.", detail);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return upstream(ErrorKind::kUpstream, peer, peer + " cannot be reached.", detail);
    case CURLE_PEER_FAILED_VERIFICATION:
      return upstream(ErrorKind::kUpstream, peer, "The certificate of " + peer + " could not be verified.", detail);
    default:
      return upstream(ErrorKind::kUpstream, peer, "The connection to " + peer + " was lost.", detail);
  }
}

}  // namespace rapt::http
