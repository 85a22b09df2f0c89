// SPDX-License-Identifier: AGPL-3.0-or-later
#include "transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>

#include "message.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"

namespace rapt::mail {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kWholeSeconds = 30;

struct EndCurl {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EndCurl>;
using List = std::unique_ptr<curl_slist, EndCurl>;

struct Reading {
  const std::string& text;
  std::size_t at = 0;
};

std::size_t read_more(char* out, std::size_t size, std::size_t count, void* reading) {
  auto& from = *static_cast<Reading*>(reading);
  const std::size_t length = std::min(size * count, from.text.size() - from.at);
  std::memcpy(out, from.text.data() + from.at, length);
  from.at += length;
  return length;
}

Error away(std::string why) {
  return Error::unavailable("mail", "The mail server did not take the mail: " + std::move(why) + ".");
}

Result<void> outcome_of(CURL* easy, CURLcode code, const char* detail) {
  if (code == CURLE_OK) return {};
  long reply = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply);
  const std::string why = printable(*detail != '\0' ? detail : curl_easy_strerror(code));
  if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
    return Error::invalid("MAIL_URL", "MAIL_URL cannot be used: " + why + ".");
  if (code == CURLE_LOGIN_DENIED) return away("it refuses the user or the password of MAIL_URL");
  if (code == CURLE_USE_SSL_FAILED) return away("it offers no encryption, and a password is not sent without");
  if (reply >= 500 && reply < 600 && (code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY))
    return Error::invalid("email", "The mail server refuses this mail for good: " + why + ".");
  return away(why);
}

Result<void> by_smtp(const Transport& transport, const std::string& to, const std::string& message) {
  const Easy easy(curl_easy_init());
  if (!easy) return away("out of memory");
  const List to_list(curl_slist_append(nullptr, ("<" + to + ">").c_str()));
  const std::string from = "<" + address_in(transport.from) + ">";
  const bool secret = transport.url.find('@') != std::string::npos;
  char detail[CURL_ERROR_SIZE] = "";
  Reading reading{message};
  curl_easy_setopt(easy.get(), CURLOPT_URL, transport.url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy.get(), CURLOPT_USE_SSL, static_cast<long>(secret ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, to_list.get());
  curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, &read_more);
  curl_easy_setopt(easy.get(), CURLOPT_READDATA, &reading);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, kWholeSeconds);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(easy.get());
  return outcome_of(easy.get(), code, detail);
}

Result<void> into_folder(const std::string& folder, const std::string& id, const std::string& message) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (fault) return Error::unavailable("mail", "The folder of MAIL_URL cannot be made: " + fault.message() + ".");
  return write_file_atomically(std::filesystem::path(folder) / (id + ".eml"), message, 0600);
}

}  // namespace

Result<void> deliver(const Transport& transport, const std::string& id, const std::string& to,
                     const std::string& message) {
  constexpr std::string_view kFile = "file:";
  if (transport.url.empty())
    return Error::unavailable("mail", "No mail can be sent: set MAIL_URL to the school's mail server.");
  if (transport.url.starts_with(kFile)) return into_folder(transport.url.substr(kFile.size()), id, message);
  return by_smtp(transport, to, message);
}

}  // namespace rapt::mail
