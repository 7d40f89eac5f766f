// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// No step of any dynamics takes memory, on the host and on a device, once the buffers have found
/// their sizes.
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device/emulated_queue.hpp"
#include "kernels/parallel_for.hpp"
#include "tests/support/all_dynamics.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/lj.hpp"

namespace athanor::test {
namespace {

/// Allocations since `before` are the emulator's, which stands for hardware.
class Outside {
public:
    explicit Outside(long& sum) : sum_(sum), before_(allocation_count()) {}
    Outside(Outside const&) = delete;
    Outside& operator=(Outside const&) = delete;
    ~Outside() { sum_ += allocation_count() - before_; }

private:
    long& sum_;
    long before_;
};

class OutsideMark final : public QueueMark {
public:
    OutsideMark(std::unique_ptr<QueueMark> of, long& sum) : of_(std::move(of)), sum_(sum) {}
    bool reached() override {
        Outside const outside(sum_);
        return of_->reached();
    }
    void wait() override {
        Outside const outside(sum_);
        of_->wait();
    }
    void set_again() override { of_->set_again(); }
    [[nodiscard]] QueueMark const& inner() const { return *of_; }

private:
    std::unique_ptr<QueueMark> of_;
    long& sum_;
};

/// An emulated device that tells its own allocations from those of its user; new marks are the
/// user's.
class CountedQueue final : public DeviceQueue {
public:
    CountedQueue() : CountedQueue(std::make_unique<EmulatedQueue>(), std::make_shared<long>(0)) {}
    CountedQueue(std::unique_ptr<DeviceQueue> of, std::shared_ptr<long> own)
        : of_(std::move(of)), own_(std::move(own)) {}

    [[nodiscard]] long own_allocations() const { return *own_; }

    void* allocate(std::size_t bytes) override { return of_->allocate(bytes); }
    void deallocate(void* memory, std::size_t bytes) noexcept override {
        of_->deallocate(memory, bytes);
    }
    void* allocate_pinned(std::size_t bytes) override { return of_->allocate_pinned(bytes); }
    void deallocate_pinned(void* memory, std::size_t bytes) noexcept override {
        of_->deallocate_pinned(memory, bytes);
    }
    std::size_t free_bytes() override { return of_->free_bytes(); }
    void launch(KernelLaunch const& launch) override {
        Outside const outside(*own_);
        of_->launch(launch);
    }
    void copy(void* to, void const* from, std::size_t bytes) override {
        Outside const outside(*own_);
        of_->copy(to, from, bytes);
    }
    std::unique_ptr<QueueMark> mark() override {
        return std::make_unique<OutsideMark>(of_->mark(), *own_);
    }
    void wait() override {
        Outside const outside(*own_);
        of_->wait();
    }
    std::unique_ptr<DeviceQueue> make_beside() override {
        return std::make_unique<CountedQueue>(of_->make_beside(), own_);
    }
    void hold_back(QueueMark const& mark) override {
        Outside const outside(*own_);
        of_->hold_back(dynamic_cast<OutsideMark const&>(mark).inner());
    }
    void begin_recording() override { of_->begin_recording(); }
    std::unique_ptr<RecordedWork> end_recording() override { return of_->end_recording(); }
    void enqueue(RecordedWork& work) override {
        Outside const outside(*own_);
        of_->enqueue(work);
    }
    char const* describe() const override { return of_->describe(); }

private:
    std::unique_ptr<DeviceQueue> of_;
    std::shared_ptr<long> own_;
};

/// Reads every sample after each step, late where there is a device, and keeps nothing.
class Reader final : public Hook {
public:
    [[nodiscard]] std::string name() const override { return "reader"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::after_step;
    }
    [[nodiscard]] bool may_fire_late() const override { return true; }
    void fire(HookContext& context) override { seen += context.systems.size(); }

    std::size_t seen = 0;
};

/// One thread: each has buffers of its own, which find their sizes when its turn comes.
class StepAllocations : public ::testing::TestWithParam<DynamicsSpec> {
protected:
    static constexpr int systems = 3;

    void SetUp() override { set_thread_count(1); }
    void TearDown() override { set_thread_count(threads_); }

    /// Of 60 steps, after 60 others; nobody leaves.
    static long count(DeviceQueue* device, std::vector<std::shared_ptr<Hook>> hooks,
                      std::function<long()> const& not_ours) {
        SubStage sub = sub_stage(0, GetParam(), 1000000);
        sub.initial_temperature_kelvin = 30.0;
        sub.hooks = std::move(hooks);
        LennardJones model = switched_argon(4.5);
        FusedStage::Options options{{systems, 200, 0}, 7};
        options.device = device;
        auto const schema = plain_schema();
        StageRunner runner(options, model, sub_stages(std::move(sub)), schema);
        for (int k = 0; k < systems; ++k)
            runner.add(argon_crystal(schema, k, 2 + k % 2, 0.1, static_cast<unsigned>(k) + 1));
        runner.step(60);
        long const before = allocation_count() - not_ours();
        runner.step(60);
        long const after = allocation_count() - not_ours();
        EXPECT_EQ(runner.stage.active_count(), systems);
        return after - before;
    }
    static long on_host(std::vector<std::shared_ptr<Hook>> hooks = {}) {
        return count(nullptr, std::move(hooks), [] { return 0L; });
    }
    static long on_device(std::vector<std::shared_ptr<Hook>> hooks = {}) {
        CountedQueue queue;
        long const found =
            count(&queue, std::move(hooks), [&queue] { return queue.own_allocations(); });
        EXPECT_GT(queue.own_allocations(), 0);
        return found;
    }

private:
    int threads_ = thread_count();
};

TEST_P(StepAllocations, NoneOnTheHost) { EXPECT_EQ(on_host(), 0); }

TEST_P(StepAllocations, NoneOnADevice) { EXPECT_EQ(on_device(), 0); }

TEST_P(StepAllocations, NoneForHooksThatRead) {
    auto const on_cpu = std::make_shared<Reader>(), late = std::make_shared<Reader>();

    EXPECT_EQ(on_host({on_cpu}), 0);
    EXPECT_EQ(on_device({late}), 0);

    EXPECT_EQ(on_cpu->seen, 120U * systems);
    EXPECT_GT(late->seen, 110U * systems);
}

std::vector<DynamicsSpec> dynamics_with_steps() {
    std::vector<DynamicsSpec> all = all_dynamics();
    std::erase_if(
        all, [](DynamicsSpec const& of) { return std::holds_alternative<SinglePointOptions>(of); });
    return all;
}

std::string name_of_dynamics(::testing::TestParamInfo<DynamicsSpec> const& of) {
    return std::string(make_dynamics(of.param)->name()) + "_" + std::to_string(of.index);
}

INSTANTIATE_TEST_SUITE_P(Dynamics, StepAllocations, ::testing::ValuesIn(dynamics_with_steps()),
                         name_of_dynamics);

}  // namespace
}  // namespace athanor::test
