// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>

#include "runtime/sample.hpp"

namespace athanor {

/// A structure in the frame that LAMMPS demands of its boxes: the first cell vector along +x, the
/// second in the xy plane with y > 0, the third with z > 0.
/// Cells:   a left-handed cell has its second and third vector exchanged, which keeps lattice and
///          chirality. A cell vector of zeros, or no cell, gives an open side: its bounds are those
///          of the atoms, widened by 0.5 Å.
/// Exact:   a cell that has the form already is not turned, and every number stays what it is.
/// Source:  docs.lammps.org, Howto_triclinic: a = (ax, 0, 0), b = (b·â, |â×b|, 0),
///          c = (c·â, (b·c - bx·cx)/by, the rest); r' = R r with the rows of R being â,
///          (â×b)^ × â and (â×b)^.
struct LammpsBox {
    std::array<std::array<double, 3>, 3> rotation{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    bool turned = false;                          ///< rotation is not the identity
    std::array<double, 3> low{};                  ///< xlo ylo zlo [Å]
    std::array<double, 3> high{};                 ///< xhi yhi zhi [Å]
    std::array<double, 3> tilt{};                 ///< xy xz yz [Å]
    std::array<char, 3> boundary{'s', 's', 's'};  ///< p periodic, f fixed, s around the atoms

    /// A vector of the structure in the box's frame.
    [[nodiscard]] std::array<double, 3> turn(double const* vector) const;
};

/// The box of a sample. Throws InputError for a periodic direction without a sound cell.
[[nodiscard]] LammpsBox lammps_box(Sample const& sample);

/// The lines `ITEM: BOX BOUNDS`: those of a tilted box bound it from outside, as LAMMPS has it.
[[nodiscard]] std::string format_box_bounds(LammpsBox const& box);

}  // namespace athanor
