// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/hook.hpp"
#include "runtime/sink.hpp"

namespace athanor {

struct SnapshotOptions {
    int frequency = 1;     ///< steps of each sample between its rows, above 0
    bool initial = false;  ///< also a row at admission, with step 0
};

/// Writes every sample of the stage, with all its fields, to a sink: a trajectory.
/// Rows:     kind frame; their step is the steps completed: 1, f + 1, 2f + 1 ...; their status and
///           outcome are those before the convergence check.
/// Ownership: the sink must outlive the hook; flushed when the hook is closed.
class Snapshot final : public Hook {
public:
    /// Throws ConfigError for a frequency below 1.
    Snapshot(Sink& sink, SnapshotOptions const& options);

    [[nodiscard]] std::string name() const override { return "snapshot"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override;
    [[nodiscard]] int frequency() const override { return options_.frequency; }
    [[nodiscard]] bool needs_stress() const override { return true; }
    [[nodiscard]] bool needs_edges() const override { return true; }
    [[nodiscard]] bool may_fire_late() const override { return true; }
    /// What the sink stores.
    [[nodiscard]] bool reads_late(Schema const& schema, FieldIndex field) const override {
        return sink_.stores(schema.field(field));
    }
    void fire(HookContext& context) override;
    void close() override { sink_.flush(); }

private:
    Sink& sink_;
    SnapshotOptions options_;
};

}  // namespace athanor
