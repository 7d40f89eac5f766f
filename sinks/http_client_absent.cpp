// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/error.hpp"
#include "sinks/http_client.hpp"

namespace athanor {

struct HttpClient::Connections {};

std::string HttpResponse::header(std::string_view) const { return {}; }

HttpClient::HttpClient(std::string) {
    throw ConfigError(
        "this program was built without libcurl, which s3:// and gs:// need; install "
        "libcurl4-openssl-dev and build it again, or write to a folder");
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(HttpRequest const&) { return {}; }

}  // namespace athanor
