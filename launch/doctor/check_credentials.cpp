// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <fmt/format.h>

#include "launch/doctor/check_folder.hpp"
#include "runtime/error.hpp"
#include "sinks/object_credentials.hpp"

namespace athanor {
namespace {

/// The host of an address, without what may stand before it: a name and a password.
std::string host_of(std::string const& text) {
    std::size_t const at = text.rfind('@');
    return at == std::string::npos ? text : text.substr(at + 1);
}

Finding check_provider(std::string const& scheme, std::string const& variable) {
    std::string const topic = scheme + "://", any_place = topic + "any-bucket/any-name";
    // Messages begin with the place that was asked about, and ours stands for any.
    auto const without_place = [&](std::string const& message) {
        return message.starts_with(any_place + ": ") ? message.substr(any_place.size() + 2)
                                                     : message;
    };
    try {
        ObjectAccess const access =
            find_object_access(parse_object_url(any_place), options_from_environment());
        std::string const origin = process_environment(variable)
                                       ? fmt::format("the environment ({})", variable)
                                       : std::string("a profile");
        return {FindingLevel::good, topic,
                fmt::format("keys from {}, region {}, server {}; not tried", origin,
                            access.identity.region, host_of(access.host))};
    } catch (StorageError const& error) {
        return {FindingLevel::note, topic, without_place(error.what())};
    } catch (ConfigError const& error) {
        return {FindingLevel::warning, topic, without_place(error.what()),
                "correct the variable, or unset it"};
    }
}

}  // namespace

Findings check_credentials() {
    return {check_provider("s3", "AWS_ACCESS_KEY_ID"), check_provider("gs", "GS_ACCESS_KEY_ID")};
}

}  // namespace athanor
