// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

/// Arithmetic of a model. State, results and all sums are double in either.
enum class Precision {
    float64,  ///< double throughout
    mixed,    ///< what a pair gives (its energy, its force over its distance) in float
};

}  // namespace athanor
