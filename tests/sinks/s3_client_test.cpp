// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_client.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/sinks/storage_contract.hpp"
#include "tests/support/s3_server.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = WriteCondition::Kind;

class S3ClientTest : public ::testing::Test {
protected:
    void SetUp() override {
        ATHANOR_NEEDS_S3_SERVER();
        url_ = parse_object_url(S3Server::get().new_url());
    }
    void TearDown() override {
        if (S3Server::is_available()) S3Server::get().clear_faults();
    }
    std::string key(std::string const& name) const { return url_.prefix + "/" + name; }
    int requests_of(std::string const& method, std::string const& name) {
        auto const all = S3Server::get().requests();
        return static_cast<int>(std::count_if(all.begin(), all.end(), [&](auto const& request) {
            return request.starts_with(method) && request.find(name) != std::string::npos;
        }));
    }
    ObjectUrl url_;
};

std::string message_of(auto const& body) {
    try {
        body();
        return "none";
    } catch (Error const& error) {
        return error.what();
    }
}

TEST_F(S3ClientTest, KeysMayHaveAnyCharacter) {
    S3Client client(url_, {});
    std::string const strange = key("a b+c&d=e%20ü~'(!)*$@,;:");

    client.put(strange, bytes_of("value"));

    EXPECT_EQ(client.get(strange)->bytes, bytes_of("value"));
    EXPECT_EQ(client.list(url_.prefix + "/", true, "").keys, std::vector{strange});
}

TEST_F(S3ClientTest, WhatPassesIsTriedAgain) {
    S3Client client(url_, {});
    for (char const* fault :
         {"503:SlowDown", "429:TooManyRequests", "500:InternalError", "502", "504",
          "409:ConditionalRequestConflict", "400:RequestTimeout", "drop", "cut"}) {
        SCOPED_TRACE(fault);
        S3Server::get().add_faults(
            fmt::format("PUT /x {0} 1\nGET /x {0} 1\nDELETE /x {0} 1\n"
                        "HEAD /x {0} 1",
                        fault));
        client.put(key("x"), bytes_of(fault));
        EXPECT_EQ(client.get(key("x"))->bytes, bytes_of(fault));
        // A HEAD has no body and so no code: an expired request cannot be told from a bad one.
        if (std::string_view(fault) != "400:RequestTimeout") {
            EXPECT_TRUE(client.version(key("x")).has_value());
        }
        client.remove(key("x"));
        S3Server::get().clear_faults();
        EXPECT_EQ(client.get(key("x")), std::nullopt);
    }
}

TEST_F(S3ClientTest, WhatDoesNotPassIsReportedAtOnce) {
    S3Client client(url_, {});
    S3Server::get().forget_requests();
    S3Server::get().add_faults(
        "PUT /x 403:AccessDenied 1\nPUT /x 301:PermanentRedirect 1\n"
        "PUT /x 400:EntityTooLarge 1");
    auto const put = [&] { client.put(key("x"), {}); };

    EXPECT_THAT(message_of(put), HasSubstr("status 403 AccessDenied; check AWS_ACCESS_KEY_ID"));
    EXPECT_THAT(message_of(put), HasSubstr("lies in another region; set AWS_REGION"));
    EXPECT_THAT(message_of(put), HasSubstr("status 400 EntityTooLarge"));
    EXPECT_EQ(S3Server::get().requests().size(), 3U);
}

TEST_F(S3ClientTest, AWrongSecretIsNamedAndNotShown) {
    ::setenv("AWS_SECRET_ACCESS_KEY", "wrongsecret", 1);
    S3Client client(url_, {});
    ::setenv("AWS_SECRET_ACCESS_KEY", "testsecret", 1);

    EXPECT_THAT(message_of([&] { client.put(key("x"), {}); }),
                AllOf(HasSubstr("PUT failed: status 403 SignatureDoesNotMatch; the key or its "
                                "secret is wrong; check AWS_ACCESS_KEY_ID"),
                      Not(HasSubstr("wrongsecret")), Not(HasSubstr("testkey"))));
}

TEST_F(S3ClientTest, AMissingBucketIsNoMissingObject) {
    url_.bucket = "not-there";
    S3Client client(url_, {});

    EXPECT_THAT(message_of([&] { static_cast<void>(client.get(key("x"))); }),
                HasSubstr("status 404 NoSuchBucket; there is no bucket not-there; make it"));
    EXPECT_THAT(message_of([&] { client.put(key("x"), {}); }), HasSubstr("NoSuchBucket"));
    EXPECT_THAT(message_of([&] { static_cast<void>(client.list("", true, "")); }),
                HasSubstr("NoSuchBucket"));
}

TEST_F(S3ClientTest, AnExpiredSessionIsRenewedFromTheEnvironment) {
    ::setenv("AWS_SESSION_TOKEN", "old", 1);
    S3Client client(url_, {});
    ::setenv("AWS_SESSION_TOKEN", "new", 1);
    S3Server::get().add_faults("PUT /x 400:ExpiredToken 1");

    EXPECT_EQ(message_of([&] { client.put(key("x"), {}); }), "none");
    S3Server::get().add_faults("PUT /x 400:ExpiredToken 1");
    EXPECT_THAT(message_of([&] { client.put(key("x"), {}); }),
                HasSubstr("the session has run out; renew its credentials"));
    ::unsetenv("AWS_SESSION_TOKEN");
}

TEST_F(S3ClientTest, ConditionsHold) {
    S3Client client(url_, {});

    auto const version = client.put(key("x"), bytes_of("1"), {Kind::absent, {}});
    auto const again = client.put(key("x"), bytes_of("2"), {Kind::absent, {}});
    auto const next = client.put(key("x"), bytes_of("3"), {Kind::unchanged, *version});
    auto const late = client.put(key("x"), bytes_of("4"), {Kind::unchanged, *version});
    auto const gone = client.put(key("y"), bytes_of("5"), {Kind::unchanged, *version});

    EXPECT_TRUE(version && next);
    EXPECT_FALSE(again || late || gone);
    EXPECT_EQ(client.get(key("x"))->bytes, bytes_of("3"));
}

TEST_F(S3ClientTest, AServerWithoutConditionsIsWrittenWithoutThem) {
    S3Client client(url_, {});
    S3Server::get().add_faults("PUT /x 501:NotImplemented 1");

    EXPECT_TRUE(client.put(key("x"), bytes_of("1"), {Kind::absent, {}}).has_value());
    EXPECT_TRUE(client.put(key("x"), bytes_of("2"), {Kind::absent, {}}).has_value());
}

Bytes long_object(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t k = 0; k < size; ++k) bytes[k] = static_cast<std::byte>(k * 31 + k / 997);
    return bytes;
}

TEST_F(S3ClientTest, LargeObjectsGoInParts) {
    S3Client client(url_, {.part_bytes = 5 << 20});
    Bytes const large = long_object((11 << 20) + 7);
    S3Server::get().forget_requests();
    S3Server::get().add_faults("PUT partNumber=2 drop 1\nPOST uploads= 503:SlowDown 1");

    client.put(key("large"), large);

    EXPECT_EQ(client.get(key("large"))->bytes, large);
    EXPECT_EQ(client.get_range(key("large"), -3, 3)->bytes, Bytes(large.end() - 3, large.end()));
    EXPECT_EQ(requests_of("PUT", "partNumber="), 4);  // three, and one again
}

TEST_F(S3ClientTest, ACompletionWhoseAnswerIsLostIsDoneAgain) {
    S3Client client(url_, {.part_bytes = 5 << 20});
    Bytes const large = long_object((5 << 20) + 1);
    S3Server::get().add_faults("POST ?uploadId= drop 1");

    client.put(key("large"), large);

    EXPECT_EQ(client.get(key("large"))->bytes, large);
}

TEST_F(S3ClientTest, AnUploadThatFailsIsAborted) {
    S3Client client(url_, {.part_bytes = 5 << 20});
    S3Server::get().forget_requests();
    S3Server::get().add_faults("PUT partNumber=2 403:AccessDenied 1");

    EXPECT_THROW(client.put(key("large"), long_object(6 << 20)), StorageError);

    EXPECT_EQ(requests_of("DELETE", "?uploadId="), 1);
    EXPECT_EQ(client.get(key("large")), std::nullopt);
}

TEST_F(S3ClientTest, TheTimeForTryingAgainEnds) {
    S3Client client(url_, {.retry_seconds = 0.5});
    S3Server::get().add_faults("PUT /x 503:SlowDown 1000");

    EXPECT_THAT(
        message_of([&] { client.put(key("x"), {}); }),
        AllOf(HasSubstr("PUT failed after "), HasSubstr("attempts: status 503 SlowDown; "
                                                        "the server wants fewer requests")));
}

TEST_F(S3ClientTest, AServerThatNeverAnswersIsReportedWithItsAddress) {
    S3Client client(url_, {.endpoint = "http://127.0.0.1:1", .retry_seconds = 0.3});

    EXPECT_THAT(
        message_of([&] { client.put(key("x"), {}); }),
        AllOf(HasSubstr("127.0.0.1 port 1"), HasSubstr("check the network and the endpoint")));
}

TEST_F(S3ClientTest, AServerThatDiesAndComesBackIsWaitedFor) {
    std::vector<std::string> const arguments{"relay", "--to",
                                             std::to_string(S3Server::get().port())};
    auto relay = std::make_unique<ServerProcess>(arguments);
    int const port = relay->port();
    S3Client client(url_, {.endpoint = fmt::format("http://127.0.0.1:{}", port)});
    client.put(key("before"), bytes_of("1"));

    relay.reset();
    auto written = std::async(std::launch::async, [&] { client.put(key("after"), bytes_of("2")); });
    auto const state = written.wait_for(std::chrono::milliseconds(700));
    auto same_port = arguments;
    same_port.insert(same_port.end(), {"--port", std::to_string(port)});
    relay = std::make_unique<ServerProcess>(same_port);

    EXPECT_EQ(state, std::future_status::timeout);
    EXPECT_NO_THROW(written.get());
    EXPECT_EQ(client.get(key("after"))->bytes, bytes_of("2"));
}

}  // namespace
}  // namespace athanor::test
