// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/lammps_dump_writer.hpp"

#include <charconv>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/units.hpp"
#include "sinks/lammps_box.hpp"

namespace athanor {
namespace {

void append_vector(std::string& out, std::array<double, 3> const& vector) {
    for (double const value : vector) {
        char digits[32];
        auto const result = std::to_chars(digits, digits + sizeof digits, value);
        out += ' ';
        out.append(digits, result.ptr);
    }
}

}  // namespace

int LammpsDumpWriter::type_of(int atomic_number) {
    int& type = types_[static_cast<std::size_t>(atomic_number)];
    if (type == 0) {
        elements_.push_back(atomic_number);
        type = static_cast<int>(elements_.size());
    }
    return type;
}

void LammpsDumpWriter::write(StoredRow const& row) {
    Sample const& sample = row.sample;
    LammpsBox const box = lammps_box(sample);
    std::int64_t const step =
        row.has_ledger ? sample.values<std::int64_t>(Fields::stage_step)[0] : rows_written_;
    std::string out = fmt::format("ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\n{}", step,
                                  sample.atom_count(), format_box_bounds(box));
    out += fmt::format("ITEM: ATOMS id type element x y z{}{}\n",
                       columns_.velocities ? " vx vy vz" : "", columns_.forces ? " fx fy fz" : "");
    auto const numbers = sample.values<std::int64_t>(Fields::atomic_numbers);
    double const* const positions = sample.values<double>(Fields::positions).data();
    double const* const velocities = sample.values<double>(Fields::velocities).data();
    double const* const forces = sample.values<double>(Fields::forces).data();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        auto const z = static_cast<int>(numbers[i]);
        out += fmt::format("{} {} {}", i + 1, type_of(z), symbol_of(z));
        append_vector(out, box.turn(positions + 3 * i));
        if (columns_.velocities) {
            auto v = box.turn(velocities + 3 * i);
            for (double& component : v) component = units::velocity_to_per_ps(component);
            append_vector(out, v);
        }
        if (columns_.forces) append_vector(out, box.turn(forces + 3 * i));
        out += '\n';
    }
    file_.append(out);
    ++rows_written_;
    rows_turned_ += box.turned;
}

std::vector<std::string> LammpsDumpWriter::notes() const {
    std::vector<std::string> notes;
    if (!elements_.empty()) {
        std::string types;
        for (std::size_t k = 0; k < elements_.size(); ++k)
            types += fmt::format("{}{} {}", k == 0 ? "" : ", ", k + 1, symbol_of(elements_[k]));
        notes.push_back("types: " + types + "; units: metal (Å, Å/ps, eV/Å)");
    }
    if (rows_turned_ > 0)
        notes.push_back(fmt::format(
            "turned into LAMMPS's frame, with positions, velocities and forces: {} rows",
            rows_turned_));
    return notes;
}

}  // namespace athanor
