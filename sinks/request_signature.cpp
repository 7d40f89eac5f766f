// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/request_signature.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sinks/sha256.hpp"

namespace athanor {
namespace {

/// What differs between the dialects.
struct DialectWords {
    std::string_view scheme;  ///< also the start of the secret that keys are derived from
    std::string_view header_prefix;
    std::string_view service;
    std::string_view last;  ///< part of the scope
};
constexpr DialectWords aws_words{"AWS4", "x-amz-", "s3", "aws4_request"};
constexpr DialectWords google_words{"GOOG4", "x-goog-", "storage", "goog4_request"};

DialectWords const& words_of(SigningDialect dialect) {
    return dialect == SigningDialect::aws ? aws_words : google_words;
}

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string time_stamp(std::time_t now) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                       utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

/// Without blanks at the ends, and one where several stood.
std::string trimmed(std::string_view value) {
    std::string out;
    for (char const c : value)
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace

std::string percent_encode(std::string_view text, bool keep_slash) {
    std::string out;
    for (char const c : text) {
        if (is_unreserved(c) || (keep_slash && c == '/'))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string encode_query(NamedValues const& query) {
    NamedValues encoded;
    for (auto const& [name, value] : query)
        encoded.emplace_back(percent_encode(name, false), percent_encode(value, false));
    std::sort(encoded.begin(), encoded.end());
    std::string out;
    for (auto const& [name, value] : encoded)
        out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
    return out;
}

std::string_view header_prefix(SigningDialect dialect) { return words_of(dialect).header_prefix; }

NamedValues sign_request(RequestToSign const& request, SigningIdentity const& identity,
                         std::time_t now) {
    DialectWords const& words = words_of(identity.dialect);
    std::string const prefix(words.header_prefix);
    std::string const stamp = time_stamp(now);
    std::string const day = stamp.substr(0, 8);
    NamedValues headers = request.headers;
    headers.emplace_back("host", request.host);
    headers.emplace_back(prefix + "content-sha256", request.content_sha256);
    headers.emplace_back(prefix + "date", stamp);
    if (!identity.session_token.empty())
        headers.emplace_back(prefix + "security-token", identity.session_token);
    std::sort(headers.begin(), headers.end());
    std::string lines, names;
    for (auto const& [name, value] : headers) {
        lines += fmt::format("{}:{}\n", name, trimmed(value));
        names += (names.empty() ? "" : ";") + name;
    }
    std::string const canonical =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path,
                    encode_query(request.query), lines, names, request.content_sha256);
    std::string const scope =
        fmt::format("{}/{}/{}/{}", day, identity.region, words.service, words.last);
    std::string const to_sign = fmt::format("{}-HMAC-SHA256\n{}\n{}\n{}", words.scheme, stamp,
                                            scope, to_hex(sha256(canonical)));
    auto key = hmac_sha256(std::string(words.scheme) + identity.secret, day);
    for (std::string_view const part :
         {std::string_view(identity.region), words.service, words.last})
        key = hmac_sha256(key, part);
    headers.emplace_back(
        "authorization",
        fmt::format("{}-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}", words.scheme,
                    identity.key_id, scope, names, to_hex(hmac_sha256(key, to_sign))));
    return headers;
}

}  // namespace athanor
