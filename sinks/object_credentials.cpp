// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/object_credentials.hpp"

#include <cstdlib>
#include <fstream>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

using Section = std::map<std::string, std::string>;

std::string trimmed(std::string_view text) {
    auto const begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

/// One section of an INI file as the AWS tools write it; empty when file or section is absent.
Section read_section(std::string const& file, std::string const& wanted) {
    Section section;
    std::ifstream stream(file);
    bool inside = false;
    for (std::string line; std::getline(stream, line);) {
        bool const indented = !line.empty() && (line[0] == ' ' || line[0] == '\t');
        line = trimmed(line);
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        if (line.front() == '[' && line.back() == ']') {
            inside = trimmed(std::string_view(line).substr(1, line.size() - 2)) == wanted;
        } else if (inside && !indented) {  // indented: settings below a service
            auto const equals = line.find('=');
            if (equals != std::string::npos)
                section[trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
        }
    }
    return section;
}

class Surroundings {
public:
    explicit Surroundings(EnvironmentLookup const& environment) : environment_(environment) {}

    /// The first of these variables that is set and not empty.
    [[nodiscard]] std::string first(std::initializer_list<char const*> names) const {
        for (char const* name : names)
            if (auto value = environment_(name); value && !value->empty()) return *value;
        return {};
    }
    /// The settings of the chosen AWS profile; those of the credentials file count first.
    [[nodiscard]] Section aws_profile() const {
        std::string const home = first({"HOME"});
        std::string profile = first({"AWS_PROFILE"});
        if (profile.empty()) profile = "default";
        std::string credentials = first({"AWS_SHARED_CREDENTIALS_FILE"});
        if (credentials.empty()) credentials = home + "/.aws/credentials";
        std::string config = first({"AWS_CONFIG_FILE"});
        if (config.empty()) config = home + "/.aws/config";
        Section settings = read_section(credentials, profile);
        settings.merge(read_section(config, profile == "default" ? profile : "profile " + profile));
        return settings;
    }

private:
    EnvironmentLookup const& environment_;
};

void set_aws_identity(SigningIdentity& identity, Surroundings const& around,
                      std::string const& place) {
    identity.dialect = SigningDialect::aws;
    identity.key_id = around.first({"AWS_ACCESS_KEY_ID"});
    identity.secret = around.first({"AWS_SECRET_ACCESS_KEY"});
    identity.session_token = around.first({"AWS_SESSION_TOKEN"});
    Section const profile = around.aws_profile();
    auto const setting = [&profile](char const* key) {
        auto const found = profile.find(key);
        return found != profile.end() ? found->second : std::string();
    };
    if (identity.key_id.empty() || identity.secret.empty()) {
        identity.key_id = setting("aws_access_key_id");
        identity.secret = setting("aws_secret_access_key");
        identity.session_token = setting("aws_session_token");
    }
    if (identity.region.empty())
        identity.region = around.first({"AWS_REGION", "AWS_DEFAULT_REGION"});
    if (identity.region.empty()) identity.region = setting("region");
    if (identity.region.empty()) identity.region = "us-east-1";
    if (identity.key_id.empty() || identity.secret.empty())
        throw StorageError(
            fmt::format("{}: there are no credentials; set AWS_ACCESS_KEY_ID and "
                        "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile that has them",
                        place));
}

void set_google_identity(SigningIdentity& identity, Surroundings const& around,
                         std::string const& place) {
    identity.dialect = SigningDialect::google;
    identity.key_id = around.first({"GS_ACCESS_KEY_ID"});
    identity.secret = around.first({"GS_SECRET_ACCESS_KEY"});
    if (identity.region.empty()) identity.region = "auto";
    if (identity.key_id.empty() || identity.secret.empty())
        throw StorageError(
            fmt::format("{}: there are no credentials; make an HMAC key for the bucket's project "
                        "and set GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY",
                        place));
}

std::string without_trailing_slash(std::string text) {
    while (text.ends_with('/')) text.pop_back();
    return text;
}

/// Throws ConfigError unless it is http(s)://HOST[:PORT].
void check_endpoint(std::string const& endpoint) {
    auto const scheme_end = endpoint.find("://");
    std::string const scheme = endpoint.substr(0, std::min(scheme_end, endpoint.size()));
    bool good = scheme_end != std::string::npos && (scheme == "http" || scheme == "https");
    if (good) {
        std::string const host = endpoint.substr(scheme_end + 3);
        good = !host.empty() && host.find_first_of("/?#@ ") == std::string::npos;
    }
    if (!good) {
        // What stands before an @ may be a password.
        auto const secret = endpoint.rfind('@');
        std::string const shown =
            secret == std::string::npos ? endpoint : "..." + endpoint.substr(secret);
        throw ConfigError(
            fmt::format("\"{}\" is no endpoint; give http://HOST:PORT or https://HOST", shown));
    }
}

}  // namespace

std::optional<std::string> process_environment(std::string const& name) {
    char const* const value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

ObjectStoreOptions options_from_environment(EnvironmentLookup const& environment) {
    ObjectStoreOptions options;
    if (auto const style = environment("ATHANOR_S3_PATH_STYLE"); style && !style->empty()) {
        if (*style != "true" && *style != "false")
            throw ConfigError(
                fmt::format("ATHANOR_S3_PATH_STYLE: \"{}\" is neither true nor false", *style));
        options.path_style = *style == "true";
    }
    if (auto const text = environment("ATHANOR_S3_RETRY_SECONDS"); text && !text->empty()) {
        char* end = nullptr;
        options.retry_seconds = std::strtod(text->c_str(), &end);
        if (*end != '\0' || !(options.retry_seconds >= 0.0 && options.retry_seconds <= 86400.0))
            throw ConfigError(fmt::format(
                "ATHANOR_S3_RETRY_SECONDS: \"{}\" is no time; give 0 to 86400 seconds", *text));
    }
    return options;
}

ObjectAccess find_object_access(ObjectUrl const& url, ObjectStoreOptions const& options,
                                EnvironmentLookup const& environment) {
    Surroundings const around(environment);
    bool const google = url.provider == ObjectProvider::gcs;
    std::string endpoint = options.endpoint;
    if (endpoint.empty())
        endpoint = google ? around.first({"GS_ENDPOINT_URL"})
                          : around.first({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    endpoint = without_trailing_slash(endpoint);
    if (!endpoint.empty()) check_endpoint(endpoint);

    ObjectAccess access;
    access.identity.region = options.region;
    if (google)
        set_google_identity(access.identity, around, url.text());
    else
        set_aws_identity(access.identity, around, url.text());
    // The certificate for *.HOST does not hold for a bucket with dots in its name.
    bool path_style = options.path_style.value_or(!endpoint.empty() || google ||
                                                  url.bucket.find('.') != std::string::npos);
    if (endpoint.empty())
        endpoint = google ? "https://storage.googleapis.com"
                          : fmt::format("https://s3.{}.amazonaws.com{}", access.identity.region,
                                        access.identity.region.starts_with("cn-") ? ".cn" : "");
    std::size_t const host_begin = endpoint.find("://") + 3;
    access.host = endpoint.substr(host_begin);
    if (!path_style) access.host = url.bucket + "." + access.host;
    access.scheme_and_host = endpoint.substr(0, host_begin) + access.host;
    access.path = path_style ? "/" + percent_encode(url.bucket, false) + "/" : "/";
    return access;
}

}  // namespace athanor
