// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/hook.hpp"
#include "stages/hooks/write_rows.hpp"

namespace athanor {

/// Writes each sample once, in the step in which it converges. Rows: kind converged.
/// Ownership: the sink must outlive the hook; flushed when the hook is closed.
class ConvergedSnapshot final : public Hook {
public:
    explicit ConvergedSnapshot(Sink& sink) : sink_(sink) {}

    [[nodiscard]] std::string name() const override { return "converged_snapshot"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::on_converge;
    }
    [[nodiscard]] bool needs_stress() const override { return true; }
    [[nodiscard]] bool needs_edges() const override { return true; }
    void fire(HookContext& context) override { write_rows(sink_, context, RowKind::converged); }
    void close() override { sink_.flush(); }

private:
    Sink& sink_;
};

}  // namespace athanor
