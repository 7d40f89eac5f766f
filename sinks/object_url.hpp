// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace athanor {

enum class ObjectProvider : std::uint8_t { s3, gcs };

/// A place in an object store: s3://BUCKET/PREFIX or gs://BUCKET/PREFIX.
struct ObjectUrl {
    ObjectProvider provider = ObjectProvider::s3;
    std::string bucket;
    std::string prefix;  ///< without a slash at either end; never empty

    [[nodiscard]] std::string text() const;
};

/// True for what parse_object_url() is meant for, right or wrong.
[[nodiscard]] bool is_object_url(std::string_view text);

/// Throws ConfigError when there is no such scheme, or the bucket's name or the prefix cannot be.
[[nodiscard]] ObjectUrl parse_object_url(std::string_view text);

}  // namespace athanor
