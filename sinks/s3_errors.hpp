// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sinks/http_client.hpp"
#include "sinks/object_url.hpp"

namespace athanor {

[[nodiscard]] std::string_view text_of(HttpResponse const& response);

/// True for what may pass: no answer, too many requests, a server in trouble, a race of two writes.
[[nodiscard]] bool is_worth_another_try(HttpResponse const& response);
/// True for a 404 that means the bucket, not the object.
[[nodiscard]] bool names_missing_bucket(HttpResponse const& response);
/// True when the session token has run out.
[[nodiscard]] bool says_expired(HttpResponse const& response);

/// What a failed request means and what to do, in one line that holds no key.
[[nodiscard]] std::string explain(HttpResponse const& response, ObjectUrl const& url);

}  // namespace athanor
