// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/s3_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/error.hpp"

namespace athanor::test {
namespace {

using ::testing::ElementsAre;

TEST(S3Xml, AListingHasKeysFoldersAndTheNextPage) {
    ObjectListing const listing = parse_listing(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>x/</Prefix>
<KeyCount>3</KeyCount><IsTruncated>true</IsTruncated>
<NextContinuationToken>a&#43;b==</NextContinuationToken>
<Contents><Key>x/a &amp; b&lt;&#x2F;&quot;&#228;</Key><Size>3</Size></Contents>
<Contents><Key>x/c</Key></Contents><CommonPrefixes><Prefix>x/core/</Prefix></CommonPrefixes>
</ListBucketResult>)");

    EXPECT_THAT(listing.keys, ElementsAre("x/a & b</\"ä", "x/c"));
    EXPECT_THAT(listing.folders, ElementsAre("x/core/"));
    EXPECT_EQ(listing.next_page, "a+b==");
}

TEST(S3Xml, AnEmptyListingIsOne) {
    EXPECT_TRUE(parse_listing("<ListBucketResult/>").keys.empty());
    EXPECT_TRUE(parse_listing("<ListBucketResult><Prefix/></ListBucketResult>").folders.empty());
}

TEST(S3Xml, WhatIsNoListingIsRefused) {
    for (char const* text :
         {"", "<html><body>welcome</body></html>", "<ListBucketResult><Contents><Key>x</Key>",
          "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"})
        EXPECT_THROW(static_cast<void>(parse_listing(text)), StorageError) << text;
}

TEST(S3Xml, TextOfAnElementNeedsItsWholeName) {
    EXPECT_EQ(xml_text("<Error><CodeName>x</CodeName><Code a=\"1\">y</Code></Error>", "Code"), "y");
    EXPECT_EQ(xml_text("<Error></Error>", "Code"), "");
    EXPECT_EQ(xml_text("<Code>&unknown;&#xFFFFFFFFF;&", "Code"), "");
    EXPECT_EQ(xml_text("<Code>&unknown;&</Code>", "Code"), "?&");
}

TEST(S3Xml, PartsAreNamedInOrder) {
    EXPECT_EQ(completion_document({"\"e1\"", "\"e2\""}),
              "<CompleteMultipartUpload>"
              "<Part><PartNumber>1</PartNumber><ETag>&quot;e1&quot;</ETag></Part>"
              "<Part><PartNumber>2</PartNumber><ETag>&quot;e2&quot;</ETag></Part>"
              "</CompleteMultipartUpload>");
}

}  // namespace
}  // namespace athanor::test
