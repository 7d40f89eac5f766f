// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/http_client.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

struct EasyDeleter {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

void append(HeaderList& list, std::string const& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
}

/// libcurl calls back through C: no exception may pass.
std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) noexcept {
    try {
        auto& body = static_cast<HttpResponse*>(to)->body;
        auto const* bytes = reinterpret_cast<std::byte const*>(data);
        body.insert(body.end(), bytes, bytes + size * count);
        return size * count;
    } catch (...) {
        return 0;
    }
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) noexcept {
    try {
        auto& response = *static_cast<HttpResponse*>(to);
        std::string_view line(data, size * count);
        if (line.starts_with("HTTP/")) response.headers.clear();  // what comes after a 100
        auto const colon = line.find(':');
        if (colon != std::string_view::npos) {
            std::string name(line.substr(0, colon));
            for (char& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            line.remove_prefix(colon + 1);
            auto const begin = line.find_first_not_of(" \t\r\n");
            if (begin == std::string_view::npos) return size * count;
            auto const end = line.find_last_not_of(" \t\r\n");
            response.headers.emplace_back(std::move(name), line.substr(begin, end - begin + 1));
        }
        return size * count;
    } catch (...) {
        return 0;
    }
}

}  // namespace

std::string HttpResponse::header(std::string_view name) const {
    for (auto const& [known, value] : headers)
        if (known == name) return value;
    return {};
}

struct HttpClient::Connections {
    std::string ca_bundle;
    std::mutex mutex;        ///< guards idle
    std::vector<Easy> idle;  ///< each keeps its connection open

    Easy take() {
        {
            std::lock_guard const guard(mutex);
            if (!idle.empty()) {
                Easy easy = std::move(idle.back());
                idle.pop_back();
                return easy;
            }
        }
        Easy easy(curl_easy_init());
        if (easy == nullptr) throw std::bad_alloc();
        return easy;
    }
    void give_back(Easy easy) {
        std::lock_guard const guard(mutex);
        idle.push_back(std::move(easy));
    }
};

HttpClient::HttpClient(std::string ca_bundle) : connections_(std::make_unique<Connections>()) {
    static CURLcode const started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK)
        throw StorageError(std::string("libcurl does not start: ") + curl_easy_strerror(started));
    connections_->ca_bundle = std::move(ca_bundle);
}

HttpClient::~HttpClient() = default;

namespace {

HeaderList header_list(HttpRequest const& request) {
    HeaderList list;
    for (auto const& [name, value] : request.headers) append(list, name + ": " + value);
    // Without headers that libcurl would add: nobody has signed them.
    append(list, "Expect:");
    auto const is_type = [](auto const& header) { return header.first == "content-type"; };
    if (std::none_of(request.headers.begin(), request.headers.end(), is_type))
        append(list, "Content-Type:");
    return list;
}

void set_request(CURL* easy, HttpRequest const& request, HttpResponse& response) {
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "PUT" || request.method == "POST") {
        auto const* body = reinterpret_cast<char const*>(request.body.data());
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.empty() ? "" : body);
    } else if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &response);
}

void set_limits(CURL* easy, double timeout_seconds) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);  // we have threads
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, 20L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::max(1.0, timeout_seconds * 1000.0)));
}

}  // namespace

HttpResponse HttpClient::send(HttpRequest const& request) {
    HttpResponse response;
    HeaderList const headers = header_list(request);
    std::array<char, CURL_ERROR_SIZE> message{};
    Easy easy = connections_->take();
    curl_easy_reset(easy.get());  // keeps the connection
    set_request(easy.get(), request, response);
    set_limits(easy.get(), request.timeout_seconds);
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, message.data());
    if (!connections_->ca_bundle.empty())
        curl_easy_setopt(easy.get(), CURLOPT_CAINFO, connections_->ca_bundle.c_str());
    CURLcode const code = curl_easy_perform(easy.get());
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        response.status = static_cast<int>(status);
        connections_->give_back(std::move(easy));
    } else {  // and the connection goes
        response.failure = message[0] != '\0' ? message.data() : curl_easy_strerror(code);
    }
    return response;
}

}  // namespace athanor
