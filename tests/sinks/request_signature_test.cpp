// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/request_signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sinks/sha256.hpp"

namespace athanor::test {
namespace {

using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr std::time_t published_time = 1369353600;  // 2013-05-24 00:00:00 UTC

/// The identity of the examples in the Amazon S3 API reference, "Examples: Signature Calculations".
SigningIdentity published_identity() {
    return {SigningDialect::aws, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "", "us-east-1"};
}

RequestToSign published_request(std::string method, std::string path) {
    RequestToSign request;
    request.method = std::move(method);
    request.host = "examplebucket.s3.amazonaws.com";
    request.path = std::move(path);
    request.content_sha256 = to_hex(sha256(""));
    return request;
}

std::string authorization(RequestToSign const& request, SigningIdentity const& identity) {
    for (auto const& [name, value] : sign_request(request, identity, published_time))
        if (name == "authorization") return value;
    return {};
}

TEST(RequestSignature, GettingARangeIsSignedAsPublished) {
    RequestToSign request = published_request("GET", "/test.txt");
    request.headers = {{"range", "bytes=0-9"}};

    EXPECT_EQ(authorization(request, published_identity()),
              "AWS4-HMAC-SHA256 "
              "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(RequestSignature, PuttingAnObjectIsSignedAsPublished) {
    RequestToSign request = published_request("PUT", "/" + percent_encode("test$file.text", true));
    request.headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                       {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
    request.content_sha256 = to_hex(sha256("Welcome to Amazon S3."));

    EXPECT_THAT(
        authorization(request, published_identity()),
        EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(RequestSignature, QueriesAreSignedAsPublished) {
    RequestToSign lifecycle = published_request("GET", "/");
    lifecycle.query = {{"lifecycle", ""}};
    RequestToSign listing = published_request("GET", "/");
    listing.query = {{"prefix", "J"}, {"max-keys", "2"}};  // not sorted

    EXPECT_THAT(
        authorization(lifecycle, published_identity()),
        EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
    EXPECT_THAT(
        authorization(listing, published_identity()),
        EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(RequestSignature, ASessionTokenIsSentAndSigned) {
    SigningIdentity identity = published_identity();
    identity.session_token = "token";

    auto const headers = sign_request(published_request("GET", "/"), identity, published_time);

    EXPECT_THAT(headers, Contains(Pair("x-amz-security-token", "token")));
    EXPECT_THAT(headers,
                Contains(Pair("authorization", HasSubstr("x-amz-date;x-amz-security-token,"))));
}

TEST(RequestSignature, GooglesDialectHasItsOwnWords) {
    SigningIdentity identity = published_identity();
    identity.dialect = SigningDialect::google;
    identity.region = "auto";

    auto const headers = sign_request(published_request("GET", "/"), identity, published_time);

    EXPECT_THAT(headers, Contains(Pair("x-goog-date", "20130524T000000Z")));
    EXPECT_THAT(headers,
                Contains(Pair("authorization",
                              StartsWith("GOOG4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
                                         "20130524/auto/storage/goog4_request, "
                                         "SignedHeaders=host;x-goog-content-sha256;"
                                         "x-goog-date, "))));
}

TEST(RequestSignature, QueriesAreEncodedAndSorted) {
    EXPECT_EQ(encode_query({{"uploads", ""}}), "uploads=");
    EXPECT_EQ(encode_query({{"prefix", "a/b c+ü"}, {"delimiter", "/"}, {"list-type", "2"}}),
              "delimiter=%2F&list-type=2&prefix=a%2Fb%20c%2B%C3%BC");
    EXPECT_EQ(percent_encode("runs/a b~-._.zarr", true), "runs/a%20b~-._.zarr");
}

}  // namespace
}  // namespace athanor::test
