// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/hook.hpp"
#include "runtime/log_writer.hpp"

namespace athanor {

/// A number of a sample that a log shows: its column's name, and how to work it out.
struct LogScalar {
    std::string name;
    std::function<double(BatchView const&, SystemIndex)> value;
    bool needs_stress = false;
    /// Columns of the view that `value` reads, `stress` aside if it needs that; without: any.
    std::optional<std::vector<FieldIndex>> reads = std::nullopt;
};

/// Σ 1/2 m v² [eV], in a column "kinetic_energy".
[[nodiscard]] LogScalar kinetic_energy_scalar();
/// |det cell| [Å³], in a column "volume".
[[nodiscard]] LogScalar volume_scalar();
/// (2/3 kinetic energy / volume) - trace(stress) / 3 [eV/Å³], in a column "pressure"; NaN where the
/// stress is not defined.
[[nodiscard]] LogScalar pressure_scalar();

struct LoggingOptions {
    int frequency = 1;  ///< steps of each sample between its rows, above 0
    /// Columns after energy, fmax and temperature.
    std::vector<LogScalar> scalars;
};

/// A line per sample every so many of its own steps: energy [eV], fmax [eV/Å], temperature [K] and
/// what else is asked for. Order of rows: by step, then by place in the batch; each has the
/// system_id and the step of its sample.
///   T = 2 E_kin / (f k_B), f the degrees_of_freedom of the sample; 0 where f is 0.
/// Reads:     energy, forces, velocities, masses, degrees_of_freedom and what its scalars read; no
///            positions, no cell and no state unless one of these does.
/// Ownership: owns the writer; closed, and so complete in the file, when the hook is closed.
class Logging final : public Hook {
public:
    /// Throws ConfigError for a frequency below 1.
    Logging(std::unique_ptr<LogWriter> writer, LoggingOptions options);

    [[nodiscard]] std::string name() const override { return "logging"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::after_step;
    }
    [[nodiscard]] int frequency() const override { return options_.frequency; }
    [[nodiscard]] bool needs_stress() const override;
    [[nodiscard]] bool may_fire_late() const override { return true; }
    [[nodiscard]] bool reads_late(Schema const&, FieldIndex field) const override {
        return field.value() < Fields::count && reads_[static_cast<std::size_t>(field.value())];
    }
    void fire(HookContext& context) override;
    void open() override;
    void close() override { writer_->close(); }

private:
    std::unique_ptr<LogWriter> writer_;
    LoggingOptions options_;
    std::array<bool, Fields::count> reads_{};  ///< by field; a scalar sees no other ones
    LogBlock block_;
};

}  // namespace athanor
