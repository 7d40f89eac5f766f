// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_errors.hpp"

#include <fmt/format.h>

#include "sinks/s3_xml.hpp"

namespace athanor {
namespace {

std::string code_of(HttpResponse const& response) {
    return xml_text(text_of(response), "Code").substr(0, 80);
}

std::string keys_of(ObjectUrl const& url) {
    return url.provider == ObjectProvider::gcs ? "GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY"
                                               : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
}

/// The region that the server names as the bucket's, or "".
std::string region_in(HttpResponse const& response) {
    std::string const region = response.header("x-amz-bucket-region");
    return region.empty() ? xml_text(text_of(response), "Region").substr(0, 40) : region;
}

std::string advice_for(std::string const& code, HttpResponse const& response,
                       ObjectUrl const& url) {
    if (code == "NoSuchBucket")
        return fmt::format("there is no bucket {}; make it, or choose another", url.bucket);
    if (code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch")
        return fmt::format("the key or its secret is wrong; check {}", keys_of(url));
    if (code == "RequestTimeTooSkewed") return "set this machine's clock";
    if (says_expired(response)) return "the session has run out; renew its credentials";
    if (code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" ||
        response.status == 301 || response.status == 307 || !region_in(response).empty()) {
        std::string const region = region_in(response);
        return fmt::format(
            "the bucket lies in another region{}{}; set AWS_REGION or the sink's "
            "\"region\"",
            region.empty() ? "" : ", ", region);
    }
    if (response.status == 401 || response.status == 403)
        return fmt::format("check {}, and what they may do in bucket {}", keys_of(url), url.bucket);
    if (response.status == 404)
        return "check bucket, endpoint and whether the server takes the bucket's name in the path";
    if (response.status == 429 || response.status == 503)
        return "the server wants fewer requests; try again later, with fewer ranks or larger "
               "commits";
    if (response.status >= 500) return "the server is in trouble; try again later";
    return "this request should not have failed so; is the endpoint an S3 server?";
}

}  // namespace

std::string_view text_of(HttpResponse const& response) {
    return {reinterpret_cast<char const*>(response.body.data()), response.body.size()};
}

bool is_worth_another_try(HttpResponse const& response) {
    switch (response.status) {
        case 0:
        case 408:
        case 409:
        case 425:
        case 429:
        case 500:
        case 502:
        case 503:
        case 504:
            return true;
        case 400:
            return code_of(response) == "RequestTimeout";
        default:
            return false;
    }
}

bool names_missing_bucket(HttpResponse const& response) {
    return response.status == 404 && code_of(response) == "NoSuchBucket";
}

bool says_expired(HttpResponse const& response) {
    std::string const code = code_of(response);
    return code == "ExpiredToken" || code == "ExpiredTokenException" ||
           code == "TokenRefreshRequired";
}

std::string explain(HttpResponse const& response, ObjectUrl const& url) {
    if (response.status == 0)
        return fmt::format("{}; check the network and the endpoint", response.failure);
    std::string const code = code_of(response);
    return fmt::format("status {}{}{}; {}", response.status, code.empty() ? "" : " ", code,
                       advice_for(code, response, url));
}

}  // namespace athanor
