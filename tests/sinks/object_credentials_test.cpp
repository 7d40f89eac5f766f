// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/object_credentials.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace athanor::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

ObjectAccess access_for(std::string const& url, Variables const& variables,
                        ObjectStoreOptions const& options = {}) {
    return find_object_access(parse_object_url(url), options, [&](std::string const& name) {
        auto const found = variables.find(name);
        return found != variables.end() ? std::optional(found->second) : std::nullopt;
    });
}

std::string error_for(std::string const& url, Variables const& variables,
                      ObjectStoreOptions const& options = {}) {
    try {
        static_cast<void>(access_for(url, variables, options));
        return "none";
    } catch (Error const& error) {
        return error.what();
    }
}

Variables const keys{{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "secret"}};

Variables with(Variables more) {
    more.insert(keys.begin(), keys.end());
    return more;
}

TEST(ObjectCredentials, TheEnvironmentGivesKeysAndRegion) {
    ObjectAccess const access = access_for(
        "s3://bucket/x", with({{"AWS_SESSION_TOKEN", "token"}, {"AWS_REGION", "eu-west-3"}}));

    EXPECT_EQ(access.identity.dialect, SigningDialect::aws);
    EXPECT_EQ(access.identity.key_id, "id");
    EXPECT_EQ(access.identity.secret, "secret");
    EXPECT_EQ(access.identity.session_token, "token");
    EXPECT_EQ(access.scheme_and_host, "https://bucket.s3.eu-west-3.amazonaws.com");
    EXPECT_EQ(access.host, "bucket.s3.eu-west-3.amazonaws.com");
    EXPECT_EQ(access.path, "/");
}

TEST(ObjectCredentials, AProfileGivesWhatTheEnvironmentLacks) {
    TemporaryFolder const folder;
    folder.write("credentials",
                 "[default]\naws_access_key_id = first\naws_secret_access_key=one\n"
                 "# a comment\n[work]\naws_access_key_id=second\naws_secret_access_key = two=2 \n"
                 "aws_session_token = three\n");
    folder.write("config",
                 "[default]\nregion=eu-north-1\n[profile work]\nregion = us-west-2\n"
                 "s3 =\n  region = not-this\n");
    Variables variables{{"AWS_SHARED_CREDENTIALS_FILE", folder / "credentials"},
                        {"AWS_CONFIG_FILE", folder / "config"}};

    ObjectAccess const usual = access_for("s3://bucket/x", variables);
    variables["AWS_PROFILE"] = "work";
    ObjectAccess const work = access_for("s3://bucket/x", variables);
    variables["AWS_DEFAULT_REGION"] = "eu-west-1";
    ObjectAccess const moved = access_for("s3://bucket/x", variables);

    EXPECT_EQ(usual.identity.key_id, "first");
    EXPECT_EQ(usual.identity.region, "eu-north-1");
    EXPECT_EQ(work.identity.secret, "two=2");
    EXPECT_EQ(work.identity.session_token, "three");
    EXPECT_EQ(work.identity.region, "us-west-2");
    EXPECT_EQ(moved.identity.region, "eu-west-1");
}

TEST(ObjectCredentials, AnEndpointHasTheBucketInThePath) {
    Variables const both = with({{"AWS_ENDPOINT_URL", "http://general"},
                                 {"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000/"}});

    ObjectAccess const path = access_for("s3://bucket/x", both);
    ObjectAccess const host = access_for("s3://bucket/x", both, {.path_style = false});
    ObjectAccess const given = access_for("s3://bucket/x", both, {.endpoint = "https://store.org"});
    ObjectAccess const dots = access_for("s3://a.bucket/x", keys);

    EXPECT_EQ(path.scheme_and_host + path.path, "http://127.0.0.1:9000/bucket/");
    EXPECT_EQ(path.host, "127.0.0.1:9000");
    EXPECT_EQ(host.scheme_and_host + host.path, "http://bucket.127.0.0.1:9000/");
    EXPECT_EQ(given.scheme_and_host + given.path, "https://store.org/bucket/");
    EXPECT_EQ(dots.scheme_and_host + dots.path, "https://s3.us-east-1.amazonaws.com/a.bucket/");
    EXPECT_THAT(error_for("s3://bucket/x", keys, {.endpoint = "127.0.0.1:9000"}),
                HasSubstr("is no endpoint; give http://HOST:PORT"));
    EXPECT_THAT(error_for("s3://bucket/x", keys, {.endpoint = "http://user:word@host"}),
                AllOf(HasSubstr("\"...@host\" is no endpoint"), Not(HasSubstr("word"))));
}

TEST(ObjectCredentials, GoogleHasKeysOfItsOwn) {
    ObjectAccess const access =
        access_for("gs://bucket/x", with({{"GS_ACCESS_KEY_ID", "goog"},
                                          {"GS_SECRET_ACCESS_KEY", "hmac"},
                                          {"AWS_ENDPOINT_URL", "http://127.0.0.1:9000"}}));

    EXPECT_EQ(access.identity.dialect, SigningDialect::google);
    EXPECT_EQ(access.identity.key_id, "goog");
    EXPECT_EQ(access.identity.region, "auto");
    EXPECT_EQ(access.scheme_and_host + access.path, "https://storage.googleapis.com/bucket/");
    EXPECT_THAT(error_for("gs://bucket/x", keys),
                HasSubstr("there are no credentials; make an HMAC key"));
}

TEST(ObjectCredentials, OptionsComeFromTheEnvironment) {
    auto const options_for = [](Variables const& variables) {
        return options_from_environment([&](std::string const& name) {
            auto const found = variables.find(name);
            return found != variables.end() ? std::optional(found->second) : std::nullopt;
        });
    };

    EXPECT_EQ(options_for({}), ObjectStoreOptions{});
    EXPECT_EQ(
        options_for({{"ATHANOR_S3_PATH_STYLE", "false"}, {"ATHANOR_S3_RETRY_SECONDS", "2.5"}}),
        (ObjectStoreOptions{.path_style = false, .retry_seconds = 2.5}));
    for (char const* wrong : {"1 minute", "-1", "nan", "1e9"})
        EXPECT_THROW(options_for({{"ATHANOR_S3_RETRY_SECONDS", wrong}}), ConfigError) << wrong;
    EXPECT_THROW(options_for({{"ATHANOR_S3_PATH_STYLE", "1"}}), ConfigError);
}

TEST(ObjectCredentials, HalfAPairIsNoneAndNoSecretIsPrinted) {
    EXPECT_THAT(error_for("s3://bucket/x", {{"AWS_SECRET_ACCESS_KEY", "hush"}}),
                AllOf(HasSubstr("s3://bucket/x: there are no credentials; set AWS_ACCESS_KEY_ID"),
                      Not(HasSubstr("hush"))));
}

}  // namespace
}  // namespace athanor::test
