// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/sha256.hpp"

#include <gtest/gtest.h>

namespace athanor::test {
namespace {

TEST(Sha256, MessagesHaveTheirPublishedDigests) {  // FIPS 180-4, examples of the NIST
    EXPECT_EQ(to_hex(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(to_hex(sha256(std::string(1000000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PaddingAtTheEdgesOfABlockIsRight) {  // sha256sum of 55, 56, 63, 64 and 65 letters b
    EXPECT_EQ(to_hex(sha256(std::string(55, 'b'))),
              "eb2c86e932179f4ba13fe8715a26124b77d6bad290b9b4c1cc140cf633300c19");
    EXPECT_EQ(to_hex(sha256(std::string(56, 'b'))),
              "a5fc6e203a4c2b657d0d153885932414b2ffc6a93f0f8bf8b3183315e5a7212c");
    EXPECT_EQ(to_hex(sha256(std::string(63, 'b'))),
              "94e419fabac7f930810f9636354042f8c1426d2f834d4ab65c93dc1e69326b13");
    EXPECT_EQ(to_hex(sha256(std::string(64, 'b'))),
              "a0fab1377f49a759b57f63318262ebe89fabfc990e8e93ceac2984561482b9d4");
    EXPECT_EQ(to_hex(sha256(std::string(65, 'b'))),
              "74b128f30cf83de43ddf4aafc40c7b50a7443d3c73a89a7cfca17e15e43d51ab");
}

TEST(Sha256, KeyedHashesAreThePublishedOnes) {  // RFC 4231, cases 1, 2 and 6
    EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace athanor::test
