// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace athanor {

/// Names and values: of a query, not encoded, or of headers, names in lower case.
using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// Two dialects of one scheme. Google's takes requests of the first as well, but no conditional
/// writes with them: it refuses headers of both families in one request.
enum class SigningDialect : std::uint8_t {
    aws,    ///< AWS4-HMAC-SHA256, x-amz-*
    google  ///< GOOG4-HMAC-SHA256, x-goog-*
};

/// Who signs, and for which place.
struct SigningIdentity {
    SigningDialect dialect = SigningDialect::aws;
    std::string key_id;
    std::string secret;
    std::string session_token;  ///< "" for lasting keys
    std::string region;
};

struct RequestToSign {
    std::string method;
    std::string host;  ///< as the Host header has it
    std::string path;  ///< encoded, as it is sent
    NamedValues query;
    NamedValues headers;
    std::string content_sha256;  ///< of the body, hexadecimal
};

/// Every byte but A-Z a-z 0-9 - . _ ~ (and '/', where it is kept) becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view text, bool keep_slash);
/// Encoded and sorted, every name with a '=': "list-type=2&prefix=a%2F".
[[nodiscard]] std::string encode_query(NamedValues const& query);
/// "x-amz-" or "x-goog-".
[[nodiscard]] std::string_view header_prefix(SigningDialect dialect);

/// All headers to send with the request: its own, date, hash, token and signature.
/// Source: Amazon S3 API reference, "Authenticating Requests (AWS Signature Version 4)"; Cloud
///         Storage, "V4 signing process with your own program".
[[nodiscard]] NamedValues sign_request(RequestToSign const& request,
                                       SigningIdentity const& identity, std::time_t now);

}  // namespace athanor
