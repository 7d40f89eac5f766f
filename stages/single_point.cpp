// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/single_point.hpp"

namespace athanor {
namespace {

class DeviceSinglePoint final : public DeviceDynamics {
public:
    void pre_update(DeviceUpdate const&) override {}
    void post_update(DeviceUpdate const&) override {}
};

}  // namespace

std::unique_ptr<DeviceDynamics> SinglePoint::on_device(DeviceColumns const& /*columns*/) const {
    return std::make_unique<DeviceSinglePoint>();
}

}  // namespace athanor
