// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sinks/object_url.hpp"
#include "sinks/request_signature.hpp"

namespace athanor {

struct ObjectStoreOptions {
    std::string endpoint = {};             ///< "http://HOST:PORT"; "": see find_object_access()
    std::string region = {};               ///< "": see find_object_access()
    std::optional<bool> path_style = {};   ///< HOST/BUCKET/KEY; default: where an endpoint is given
    double retry_seconds = 60.0;           ///< how long one request is tried again [s]
    std::int64_t part_bytes = 16LL << 20;  ///< larger objects go in parts of this size
    bool operator==(ObjectStoreOptions const&) const = default;
};

/// Where the requests for one bucket go, and who signs them.
struct ObjectAccess {
    SigningIdentity identity;
    std::string scheme_and_host;  ///< "https://bucket.s3.us-east-1.amazonaws.com"
    std::string host;             ///< of it, with the port, as the Host header has it
    std::string path;             ///< before the key: "/" or "/bucket/"
};

/// A variable of the environment, or nothing; another function stands in for it in tests.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string const&)>;
[[nodiscard]] std::optional<std::string> process_environment(std::string const& name);

/// path_style from ATHANOR_S3_PATH_STYLE (true or false), retry_seconds from
/// ATHANOR_S3_RETRY_SECONDS. Throws ConfigError for other values.
[[nodiscard]] ObjectStoreOptions options_from_environment(
    EnvironmentLookup const& environment = process_environment);

/// Keys, region and address, each from the first place that has it.
/// s3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN), else the profile
///     AWS_PROFILE ("default") of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) or of
///     AWS_CONFIG_FILE (~/.aws/config); region of the options, AWS_REGION, AWS_DEFAULT_REGION,
///     the profile, "us-east-1"; endpoint of the options, AWS_ENDPOINT_URL_S3,
///     AWS_ENDPOINT_URL, Amazon.
/// gs: the HMAC keys GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY; endpoint of the options,
///     GS_ENDPOINT_URL, Google; region of the options or "auto".
/// Throws: ConfigError for an endpoint that is no URL, StorageError when there are no keys. No
///         message holds a key.
[[nodiscard]] ObjectAccess find_object_access(
    ObjectUrl const& url, ObjectStoreOptions const& options,
    EnvironmentLookup const& environment = process_environment);

}  // namespace athanor
