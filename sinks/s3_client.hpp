// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sinks/http_client.hpp"
#include "sinks/object_credentials.hpp"
#include "sinks/s3_xml.hpp"

namespace athanor {

/// An object, and which of its versions this is: its ETag, at Google its generation.
struct StoredObject {
    Bytes bytes;
    std::string version;
};

/// When an object may be written. Where a server knows no conditions, it is written always.
struct WriteCondition {
    enum class Kind : std::uint8_t { always, absent, unchanged } kind = Kind::always;
    std::string version = {};  ///< it must still have, where unchanged
};

/// The objects of one bucket, over HTTP. Keys count from the bucket's top.
/// Retries: connection errors, time-outs, 429, 408, 409 and 5xx are tried again after a random
///          pause that may double each time, for ObjectStoreOptions::retry_seconds; connection
///          errors before the first answer of all for 10 s, since the address is then likely wrong.
///          An expired session is tried once more, with the credentials read again.
/// Threads: every member may be called from any thread.
/// Throws:  StorageError that names the object, the status, the server's code and what to do, and
///          never a key.
class S3Client {
public:
    S3Client(ObjectUrl const& url, ObjectStoreOptions const& options);

    [[nodiscard]] std::optional<StoredObject> get(std::string const& key);
    /// Up to `length` bytes from `offset`; a negative offset counts from the end.
    [[nodiscard]] std::optional<StoredObject> get_range(std::string const& key, std::int64_t offset,
                                                        std::size_t length);
    /// The version of an object; nothing when there is none.
    [[nodiscard]] std::optional<std::string> version(std::string const& key);
    /// Writes the object and returns its version; nothing when the condition does not hold. After a
    /// dropped answer that is so, too: the caller must look whether the object is its own.
    std::optional<std::string> put(std::string const& key, std::span<std::byte const> bytes,
                                   WriteCondition const& condition = {});
    /// One page of keys that begin with `prefix`, those with a further '/' as folders if asked.
    [[nodiscard]] ObjectListing list(std::string const& prefix, bool folders,
                                     std::string const& page);
    /// Removes an object if it is there.
    void remove(std::string const& key);

    /// Shortens the time for which requests are tried again.
    void set_retry_seconds(double seconds) { retry_seconds_ = seconds; }

private:
    struct Request {
        std::string_view method;
        std::string const& key;
        NamedValues query = {};
        NamedValues headers = {};
        std::span<std::byte const> body = {};
        std::vector<int> accepted = {};  ///< statuses that are answers, beside 2xx
    };
    [[nodiscard]] HttpResponse perform(Request const& request);
    [[nodiscard]] HttpResponse send_once(Request const& request, double timeout_seconds);
    [[noreturn]] void fail(Request const& request, HttpResponse const& response,
                           int attempts) const;
    [[nodiscard]] bool reload_credentials(HttpResponse const& response);
    [[nodiscard]] std::string version_of(HttpResponse const& response) const;
    [[nodiscard]] bool put_in_parts(std::string const& key, std::span<std::byte const> bytes);

    ObjectUrl url_;
    ObjectStoreOptions options_;
    HttpClient http_;
    std::mutex mutex_;  ///< guards access_
    ObjectAccess access_;
    std::atomic<double> retry_seconds_;
    std::atomic<bool> was_answered_ = false;
    std::atomic<bool> knows_conditions_ = true;
};

}  // namespace athanor
