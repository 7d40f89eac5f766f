// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/hooks/nan_detector.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "kernels/find_not_finite.hpp"
#include "runtime/error.hpp"
#include "stages/options_check.hpp"

namespace athanor {
namespace {

template <class T>
std::ptrdiff_t first_not_finite(std::byte const* rows, std::size_t bytes) {
    auto const* const values = reinterpret_cast<T const*>(rows);
    auto const count = static_cast<std::ptrdiff_t>(bytes / sizeof(T));
    for (std::ptrdiff_t k = 0; k < count; ++k)
        if (!std::isfinite(values[k])) return k;
    return -1;
}

/// Where a field of one system is not finite, in words; empty when it is.
std::string fault_of(Batch const& batch, FieldIndex field, SystemIndex system) {
    FieldSpec const& spec = batch.schema().field(field);
    std::byte const* const rows = batch.rows(field, system);
    std::size_t const bytes = batch.row_bytes(field, system);
    bool const wide = spec.dtype == Dtype::float64;
    std::ptrdiff_t const at =
        wide ? first_not_finite<double>(rows, bytes) : first_not_finite<float>(rows, bytes);
    if (at < 0) return {};
    double const value = wide ? reinterpret_cast<double const*>(rows)[at]
                              : static_cast<double>(reinterpret_cast<float const*>(rows)[at]);
    std::string const place =
        spec.level == Level::system
            ? std::string()
            : fmt::format(" of {} {}", name_of(spec.level), at / spec.elements_per_row());
    // The sign of a NaN is the processor's own.
    return fmt::format("{}{} is {}", spec.name, place,
                       std::isnan(value) ? std::fabs(value) : value);
}

/// Marks who is not finite; what is said of it is the host's.
class DeviceNanDetector final : public DeviceHook {
public:
    DeviceNanDetector(DeviceColumns const& columns, std::span<FieldIndex const> fields)
        : positions_(rows_of<double>(columns, Fields::positions)) {
        for (FieldIndex const field : fields)
            if (columns.schema.field(field).dtype == Dtype::float64)
                wide_.push_back(rows_of<double>(columns, field));
            else
                narrow_.push_back(rows_of<float>(columns, field));
    }
    void fire(DeviceFiring const& firing) override {
        auto const mark = [&firing](auto const& rows) {
            mark_not_finite(firing.queue, firing.systems, rows, firing.mark);
        };
        if (firing.point == HookPoint::before_compute) return mark(positions_);
        for (auto const& rows : wide_) mark(rows);
        for (auto const& rows : narrow_) mark(rows);
    }
    [[nodiscard]] bool may_fail(HookPoint) const override { return true; }

private:
    template <class T>
    static DeviceRows<T> rows_of(DeviceColumns const& columns, FieldIndex field) {
        FieldSpec const& spec = columns.schema.field(field);
        return {columns.column<T>(field), spec.elements_per_row(), spec.level == Level::atom};
    }

    DeviceRows<double> positions_;
    std::vector<DeviceRows<double>> wide_;
    std::vector<DeviceRows<float>> narrow_;
};

}  // namespace

std::unique_ptr<DeviceHook> NanDetector::on_device(DeviceQueue&, DeviceColumns const& columns,
                                                   std::span<FieldIndex const>) const {
    for (FieldIndex const field : fields_)
        if (columns.schema.field(field).level == Level::edge) return nullptr;
    return std::make_unique<DeviceNanDetector>(columns, fields_);
}

NanDetector::NanDetector(NanDetectorOptions options) : options_(std::move(options)) {
    require_option(options_.frequency >= 1, "frequency", options_.frequency, "1 or more");
}

bool NanDetector::runs_at(HookPoint point) const {
    return point == HookPoint::before_compute || point == HookPoint::after_compute ||
           (point == HookPoint::on_admission && !options_.fields.empty());
}

void NanDetector::bind(Schema const& schema) {
    fields_ = {Fields::energy, Fields::forces};
    for (std::string const& name : options_.fields) {
        auto const field = schema.find(name);
        if (!field)
            throw ConfigError(fmt::format(
                "nan_detector: there is no field \"{}\"; give fields of the samples", name));
        Dtype const dtype = schema.field(*field).dtype;
        if (dtype != Dtype::float64 && dtype != Dtype::float32)
            throw ConfigError(
                fmt::format("nan_detector: \"{}\" holds {}, which is always finite; give fields of "
                            "float64 or float32",
                            name, name_of(dtype)));
        if (*field == Fields::stress)
            throw ConfigError(
                "nan_detector: \"stress\" is NaN by definition for samples that are not periodic; "
                "leave it out");
        fields_.push_back(*field);
    }
}

void NanDetector::fire(HookContext& context) {
    static constexpr FieldIndex before[]{Fields::positions};
    std::span<FieldIndex const> const fields = context.point == HookPoint::before_compute
                                                   ? std::span<FieldIndex const>(before)
                                                   : std::span<FieldIndex const>(fields_);
    Batch const& batch = context.batch;
    auto const* const steps = batch.column<std::int64_t>(Fields::stage_step);
    for (SystemIndex system : context.systems)
        for (FieldIndex field : fields) {
            std::string const fault = fault_of(batch, field, system);
            if (fault.empty()) continue;
            std::string reason = fmt::format("{} after {} steps", fault, steps[system.value()]);
            if (options_.action == NanDetectorOptions::Action::stop)
                throw CampaignError(
                    fmt::format("nan_detector: stage {}, sample {} (\"{}\"): {}; the campaign is "
                                "told to stop, give \"action\": \"quarantine\" to go on without it",
                                context.stage.value(), batch.sample_id(system).value(),
                                batch.name(system), reason));
            context.fail(system, std::move(reason));
            break;
        }
}

}  // namespace athanor
