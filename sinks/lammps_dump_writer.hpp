// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "runtime/species.hpp"
#include "sinks/output_file.hpp"
#include "sinks/row_writer.hpp"

namespace athanor {

/// Rows as snapshots of a LAMMPS text dump ("custom" style), which LAMMPS, OVITO and ASE read.
/// Columns: id type element x y z, then vx vy vz and fx fy fz where asked for; in every snapshot
///          the same. Types count the elements in the order in which the file first has them.
/// Step:    the timestep is the step of the ledger, or the number of the row without one.
/// Units:   LAMMPS's `metal`: Å, Å/ps, eV/Å. 1 sqrt(eV/amu) is 98.2269... Å/ps, from CODATA 2018
///          (units::velocity_to_per_ps).
/// Frame:   LammpsBox; positions, velocities and forces turn with the cell.
/// Exact:   doubles read back to the same bits where the cell did not have to be turned, but for
///          velocities, which are multiplied once.
/// Not there: names, energies, stress and fields of users.
class LammpsDumpWriter final : public RowWriter {
public:
    struct Columns {
        bool velocities = true;
        bool forces = true;
    };

    LammpsDumpWriter(std::filesystem::path path, Columns columns, bool overwrite)
        : file_(std::move(path), overwrite), columns_(columns) {}

    void write(StoredRow const& row) override;
    void finish() override { file_.publish(); }
    [[nodiscard]] std::int64_t rows_written() const override { return rows_written_; }
    [[nodiscard]] std::vector<std::string> notes() const override;

private:
    [[nodiscard]] int type_of(int atomic_number);

    OutputFile file_;
    Columns columns_;
    std::array<int, largest_atomic_number + 1> types_{};  ///< by atomic number; 0: not met yet
    std::vector<int> elements_;                           ///< atomic numbers by type - 1
    std::int64_t rows_written_ = 0;
    std::int64_t rows_turned_ = 0;
};

}  // namespace athanor
