// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/object_url.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

constexpr std::string_view s3_scheme = "s3://";
constexpr std::string_view gcs_scheme = "gs://";

/// What S3 and GCS both take; GCS's underscores too.
bool is_bucket_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 222) return false;
    for (char const c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
            return false;
    return true;
}

/// Empty parts and "." or ".." change on their way through clients and servers.
bool is_prefix(std::string_view prefix) {
    if (prefix.empty() || prefix.size() > 512) return false;
    for (std::size_t begin = 0; begin <= prefix.size();) {
        std::size_t const end = std::min(prefix.find('/', begin), prefix.size());
        std::string_view const part = prefix.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return false;
        begin = end + 1;
    }
    for (char const c : prefix)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    return true;
}

}  // namespace

std::string ObjectUrl::text() const {
    return fmt::format("{}{}/{}", provider == ObjectProvider::s3 ? s3_scheme : gcs_scheme, bucket,
                       prefix);
}

bool is_object_url(std::string_view text) {
    return text.starts_with(s3_scheme) || text.starts_with(gcs_scheme);
}

ObjectUrl parse_object_url(std::string_view text) {
    if (!is_object_url(text))
        throw ConfigError(fmt::format(
            "\"{}\" is no object store; give s3://BUCKET/NAME.zarr or gs://BUCKET/NAME.zarr",
            text));
    ObjectUrl url;
    url.provider = text.starts_with(s3_scheme) ? ObjectProvider::s3 : ObjectProvider::gcs;
    std::string_view const rest = text.substr(s3_scheme.size());
    std::size_t const slash = std::min(rest.find('/'), rest.size());
    url.bucket = rest.substr(0, slash);
    std::string_view prefix = rest.substr(std::min(slash + 1, rest.size()));
    if (prefix.ends_with('/')) prefix.remove_suffix(1);
    url.prefix = prefix;
    if (!is_bucket_name(url.bucket))
        throw ConfigError(
            fmt::format("\"{}\": \"{}\" is no name of a bucket; give 3 or more of a-z 0-9 - . _",
                        text, url.bucket));
    if (!is_prefix(url.prefix))
        throw ConfigError(
            fmt::format("\"{}\": names no store in the bucket; give parts joined by single "
                        "slashes, as in {}{}/runs/x.zarr",
                        text, text.substr(0, s3_scheme.size()), url.bucket));
    return url;
}

}  // namespace athanor
