// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/object_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

std::string error_of(std::string_view text) {
    try {
        static_cast<void>(parse_object_url(text));
        return "none";
    } catch (ConfigError const& error) {
        return error.what();
    }
}

TEST(ObjectUrl, BucketAndPrefixAreTakenApart) {
    ObjectUrl const s3 = parse_object_url("s3://my-bucket/runs/x.zarr/");
    ObjectUrl const gcs = parse_object_url("gs://my_bucket/x");

    EXPECT_EQ(s3.provider, ObjectProvider::s3);
    EXPECT_EQ(s3.bucket, "my-bucket");
    EXPECT_EQ(s3.prefix, "runs/x.zarr");
    EXPECT_EQ(s3.text(), "s3://my-bucket/runs/x.zarr");
    EXPECT_EQ(gcs.provider, ObjectProvider::gcs);
    EXPECT_EQ(gcs.text(), "gs://my_bucket/x");
    EXPECT_FALSE(is_object_url("out/s3://x"));
}

TEST(ObjectUrl, WhatNamesNoStoreIsRefused) {
    EXPECT_EQ(error_of("http://bucket/x"),
              "\"http://bucket/x\" is no object store; give s3://BUCKET/NAME.zarr or "
              "gs://BUCKET/NAME.zarr");
    EXPECT_EQ(error_of("s3://My/x"),
              "\"s3://My/x\": \"My\" is no name of a bucket; give 3 or more of a-z 0-9 - . _");
    for (char const* text : {"s3://bucket", "s3://bucket/", "s3://bucket/a//b", "s3://bucket/../x",
                             "s3://bucket/a/./b", "s3://bucket//x", "s3://bucket/a\tb"})
        EXPECT_THAT(error_of(text), ::testing::HasSubstr("names no store in the bucket")) << text;
}

}  // namespace
}  // namespace athanor::test
