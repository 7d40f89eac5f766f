// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "sinks/request_signature.hpp"
#include "sinks/storage.hpp"

namespace athanor {

struct HttpRequest {
    std::string method;
    std::string url;
    NamedValues headers;
    std::span<std::byte const> body = {};
    double timeout_seconds = 60.0;  ///< for all of it [s]
};

struct HttpResponse {
    int status = 0;       ///< 0: there was no answer
    std::string failure;  ///< why there was none
    NamedValues headers;  ///< names in lower case
    Bytes body;

    /// The value of a header, or "".
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// Sends HTTP requests, over connections that it keeps.
/// Threads: send() may be called from any thread; each call has a connection to itself.
/// Timeout: 10 s to connect, 20 s without a byte, and the request's own for all of it.
/// See:     http_client_absent.cpp, for builds without libcurl.
/// Throws:  ConfigError in a build without libcurl; send() itself throws nothing but bad_alloc.
class HttpClient {
public:
    /// `ca_bundle`: a file of certificates to trust instead of the system's; "" for those.
    explicit HttpClient(std::string ca_bundle);
    ~HttpClient();
    HttpClient(HttpClient const&) = delete;
    HttpClient& operator=(HttpClient const&) = delete;

    [[nodiscard]] HttpResponse send(HttpRequest const& request);

private:
    struct Connections;
    std::unique_ptr<Connections> connections_;
};

}  // namespace athanor
