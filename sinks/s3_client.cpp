// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_client.hpp"

#include <algorithm>
#include <ctime>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/entropy.hpp"
#include "sinks/s3_errors.hpp"
#include "sinks/sha256.hpp"

namespace athanor {
namespace {

constexpr double first_pause = 0.1;                ///< [s]
constexpr double longest_pause = 5.0;              ///< [s]
constexpr double seconds_until_first_answer = 10;  ///< [s]
/// What the slowest links may take for one request; S3Client::Retries counts from its start.
constexpr double least_bytes_per_second = 256.0 * 1024.0;

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A pause before attempt 1, 2, ...: anything up to a bound that doubles, so that clients that
/// failed together do not come back together.
double random_pause(int attempt) {
    double const bound = std::min(longest_pause, first_pause * (1 << std::min(attempt, 10)));
    return bound * static_cast<double>(system_entropy() >> 11) * 0x1p-53;
}

std::string ca_bundle() { return process_environment("AWS_CA_BUNDLE").value_or(""); }

std::string range_text(std::int64_t offset, std::size_t length) {
    if (offset < 0) return fmt::format("bytes={}", offset);  // the last -offset bytes
    return fmt::format("bytes={}-{}", offset, offset + static_cast<std::int64_t>(length) - 1);
}

}  // namespace

S3Client::S3Client(ObjectUrl const& url, ObjectStoreOptions const& options)
    : url_(url),
      options_(options),
      http_(ca_bundle()),
      access_(find_object_access(url, options)),
      retry_seconds_(options.retry_seconds) {}

std::string S3Client::version_of(HttpResponse const& response) const {
    return response.header(url_.provider == ObjectProvider::gcs ? "x-goog-generation" : "etag");
}

HttpResponse S3Client::send_once(Request const& request, double timeout_seconds) {
    ObjectAccess access;
    {
        std::lock_guard const guard(mutex_);
        access = access_;
    }
    RequestToSign to_sign;
    to_sign.method = request.method;
    to_sign.host = access.host;
    to_sign.path = access.path + percent_encode(request.key, true);
    to_sign.query = request.query;
    to_sign.headers = request.headers;
    if (request.method == "PUT" || request.method == "POST")
        to_sign.headers.emplace_back("content-type", "application/octet-stream");
    to_sign.content_sha256 = to_hex(sha256(request.body));
    HttpRequest http;
    http.method = request.method;
    http.url = access.scheme_and_host + to_sign.path;
    if (!request.query.empty()) http.url += "?" + encode_query(request.query);
    http.headers = sign_request(to_sign, access.identity, std::time(nullptr));
    http.body = request.body;
    http.timeout_seconds = timeout_seconds;
    return http_.send(http);
}

HttpResponse S3Client::perform(Request const& request) {
    auto const begin = std::chrono::steady_clock::now();
    bool reloaded = false;
    for (int attempt = 1;; ++attempt) {
        double const patience = was_answered_
                                    ? retry_seconds_.load()
                                    : std::min(seconds_until_first_answer, retry_seconds_.load());
        double const transfer = static_cast<double>(request.body.size()) / least_bytes_per_second;
        HttpResponse response = send_once(request, std::max(30.0, patience) + transfer);
        if (response.status != 0) was_answered_ = true;
        if (response.status >= 200 && response.status < 300) return response;
        for (int const status : request.accepted)
            if (response.status == status && !names_missing_bucket(response)) return response;
        if (!reloaded && reload_credentials(response)) {
            reloaded = true;
            continue;
        }
        double const pause = random_pause(attempt);
        if (!is_worth_another_try(response) || seconds_since(begin) + pause > patience)
            fail(request, response, attempt);
        std::this_thread::sleep_for(std::chrono::duration<double>(pause));
    }
}

bool S3Client::reload_credentials(HttpResponse const& response) {
    if (!says_expired(response)) return false;
    ObjectAccess access = find_object_access(url_, options_);
    std::lock_guard const guard(mutex_);
    bool const changed = access.identity.session_token != access_.identity.session_token;
    access_ = std::move(access);
    return changed;
}

void S3Client::fail(Request const& request, HttpResponse const& response, int attempts) const {
    std::string const place = url_.text();
    std::string const bucket = place.substr(0, place.size() - url_.prefix.size());
    std::string const tries = attempts > 1 ? fmt::format(" after {} attempts", attempts) : "";
    throw StorageError(fmt::format("{}: {} failed{}: {}",
                                   request.key.empty() ? place : bucket + request.key,
                                   request.method, tries, explain(response, url_)));
}

std::optional<StoredObject> S3Client::get(std::string const& key) {
    HttpResponse response = perform({.method = "GET", .key = key, .accepted = {404}});
    if (response.status == 404) return std::nullopt;
    std::string version = version_of(response);
    return StoredObject{std::move(response.body), std::move(version)};
}

std::optional<StoredObject> S3Client::get_range(std::string const& key, std::int64_t offset,
                                                std::size_t length) {
    if (length == 0) {
        auto version = this->version(key);
        return version ? std::optional(StoredObject{{}, *version}) : std::nullopt;
    }
    HttpResponse response = perform({.method = "GET",
                                     .key = key,
                                     .headers = {{"range", range_text(offset, length)}},
                                     .accepted = {404, 416}});
    if (response.status == 404) return std::nullopt;
    if (response.status == 416) return StoredObject{};  // begins beyond the end, or is empty
    Bytes& bytes = response.body;
    if (response.status == 200) {  // a server without ranges: cut it out here
        auto const size = static_cast<std::int64_t>(bytes.size());
        auto const first = std::clamp<std::int64_t>(offset < 0 ? size + offset : offset, 0, size);
        bytes.erase(bytes.begin(), bytes.begin() + first);
    }
    bytes.resize(std::min(bytes.size(), length));
    return StoredObject{std::move(bytes), version_of(response)};
}

std::optional<std::string> S3Client::version(std::string const& key) {
    HttpResponse const response = perform({.method = "HEAD", .key = key, .accepted = {404}});
    if (response.status == 404) return std::nullopt;
    return version_of(response);
}

std::optional<std::string> S3Client::put(std::string const& key, std::span<std::byte const> bytes,
                                         WriteCondition const& condition) {
    using Kind = WriteCondition::Kind;
    if (condition.kind == Kind::always &&
        bytes.size() > static_cast<std::size_t>(options_.part_bytes)) {
        // A completion whose answer was lost leaves no upload behind to complete again.
        for (int round = 0; round < 3; ++round)
            if (put_in_parts(key, bytes)) return "";
        throw StorageError(
            fmt::format("{}/{}: the upload in parts was lost three times; is "
                        "something aborting uploads in this bucket?",
                        url_.bucket, key));
    }
    Request request{.method = "PUT", .key = key, .body = bytes};
    bool const conditional = condition.kind != Kind::always && knows_conditions_;
    if (conditional) {
        bool const absent = condition.kind == Kind::absent;
        if (url_.provider == ObjectProvider::gcs)
            request.headers = {{"x-goog-if-generation-match", absent ? "0" : condition.version}};
        else if (absent)
            request.headers = {{"if-none-match", "*"}};
        else
            request.headers = {{"if-match", condition.version}};
        request.accepted = {404, 412, 501};
    }
    HttpResponse const response = perform(request);
    if (response.status == 501) {
        knows_conditions_ = false;
        return put(key, bytes, condition);
    }
    if (response.status == 404 || response.status == 412) return std::nullopt;
    return version_of(response);
}

/// False when the upload was gone before it was complete.
bool S3Client::put_in_parts(std::string const& key, std::span<std::byte const> bytes) {
    HttpResponse const begun = perform({.method = "POST", .key = key, .query = {{"uploads", ""}}});
    std::string const id = xml_text(text_of(begun), "UploadId");
    if (id.empty())
        throw StorageError(fmt::format("{}/{}: the server names no upload", url_.bucket, key));
    try {
        std::vector<std::string> etags;
        auto const part_bytes = static_cast<std::size_t>(options_.part_bytes);
        for (std::size_t at = 0; at < bytes.size(); at += part_bytes) {
            HttpResponse const part = perform(
                {.method = "PUT",
                 .key = key,
                 .query = {{"partNumber", std::to_string(etags.size() + 1)}, {"uploadId", id}},
                 .body = bytes.subspan(at, std::min(part_bytes, bytes.size() - at)),
                 .accepted = {404}});
            if (part.status == 404) return false;
            etags.push_back(part.header("etag"));
        }
        std::string const document = completion_document(etags);
        HttpResponse const done = perform({.method = "POST",
                                           .key = key,
                                           .query = {{"uploadId", id}},
                                           .body = std::as_bytes(std::span(document)),
                                           .accepted = {404}});
        // An error may also come as the body of a 200, when it happens late.
        return done.status != 404 && xml_text(text_of(done), "Code").empty();
    } catch (...) {
        try {  // parts that nobody completes cost money
            static_cast<void>(perform(
                {.method = "DELETE", .key = key, .query = {{"uploadId", id}}, .accepted = {404}}));
        } catch (StorageError const&) {  // the first error is the one to hear of
        }
        throw;
    }
}

ObjectListing S3Client::list(std::string const& prefix, bool folders, std::string const& page) {
    NamedValues query{{"list-type", "2"}, {"prefix", prefix}};
    if (folders) query.emplace_back("delimiter", "/");
    if (!page.empty()) query.emplace_back("continuation-token", page);
    std::string const bucket_itself;
    HttpResponse const response =
        perform({.method = "GET", .key = bucket_itself, .query = std::move(query)});
    try {
        return parse_listing(text_of(response));
    } catch (StorageError const& error) {
        throw StorageError(fmt::format("{}: {}", url_.text(), error.what()));
    }
}

void S3Client::remove(std::string const& key) {
    static_cast<void>(perform({.method = "DELETE", .key = key, .accepted = {404}}));
}

}  // namespace athanor
