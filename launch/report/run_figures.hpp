// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launch/report/metrics_record.hpp"

namespace athanor {

/// How a run went, from its metrics, as pieces of HTML; "" where nothing is known. Instances of one
/// element go together where there are more than eight.

/// Samples in the batches, throughput, and working and waiting of each stage against time.
[[nodiscard]] std::string figures_of_time(MetricsRecord const& metrics);
/// Where the time of each stage went, as stacked bars.
[[nodiscard]] std::string figure_of_parts(MetricsRecord const& metrics);
/// Throughput stage by stage, and the spread of each part over the instances, as tables.
[[nodiscard]] std::string table_of_throughput(MetricsRecord const& metrics);
[[nodiscard]] std::string table_of_parts(MetricsRecord const& metrics);
/// What became of the samples in each stage, as a table.
[[nodiscard]] std::string table_of_outcomes(MetricsRecord const& metrics);

}  // namespace athanor
