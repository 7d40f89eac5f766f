// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/make_dynamics.hpp"

namespace athanor {
namespace {

struct Maker {
    std::unique_ptr<Dynamics> operator()(SinglePointOptions const& options) const {
        return std::make_unique<SinglePoint>(options);
    }
    std::unique_ptr<Dynamics> operator()(NveOptions const& options) const {
        return std::make_unique<Nve>(options);
    }
    std::unique_ptr<Dynamics> operator()(NvtLangevinOptions const& options) const {
        return std::make_unique<NvtLangevin>(options);
    }
    std::unique_ptr<Dynamics> operator()(FireOptions const& options) const {
        return std::make_unique<Fire>(options);
    }
    std::unique_ptr<Dynamics> operator()(Fire2Options const& options) const {
        return std::make_unique<Fire2>(options);
    }
    std::unique_ptr<Dynamics> operator()(LbfgsOptions const& options) const {
        return std::make_unique<Lbfgs>(options);
    }
    std::unique_ptr<Dynamics> operator()(NvtNoseHooverOptions const& options) const {
        return std::make_unique<NvtNoseHoover>(options);
    }
    std::unique_ptr<Dynamics> operator()(NptOptions const& options) const {
        return std::make_unique<Npt>(options);
    }
    std::unique_ptr<Dynamics> operator()(NphOptions const& options) const {
        return std::make_unique<Nph>(options);
    }
    std::unique_ptr<Dynamics> operator()(DemoOptions const& options) const {
        return std::make_unique<Demo>(options);
    }
    std::unique_ptr<Dynamics> operator()(FireVariableCellOptions const& options) const {
        return std::make_unique<FireVariableCell>(options);
    }
    std::unique_ptr<Dynamics> operator()(Fire2VariableCellOptions const& options) const {
        return std::make_unique<Fire2VariableCell>(options);
    }
};

}  // namespace

std::unique_ptr<Dynamics> make_dynamics(DynamicsSpec const& spec) {
    return std::visit(Maker{}, spec);
}

}  // namespace athanor
