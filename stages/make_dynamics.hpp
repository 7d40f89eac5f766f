// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "runtime/dynamics.hpp"
#include "stages/pipeline_spec.hpp"

namespace athanor {

/// The object behind a description. Throws ConfigError for options out of range.
[[nodiscard]] std::unique_ptr<Dynamics> make_dynamics(DynamicsSpec const& spec);

}  // namespace athanor
