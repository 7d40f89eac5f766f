// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/element_run.hpp"

#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "kernels/lennard_jones.hpp"
#include "kernels/parallel_for.hpp"
#include "launch/batch_size.hpp"
#include "launch/device_choice.hpp"
#include "launch/make_hooks.hpp"
#include "launch/make_sub_stages.hpp"
#include "launch/placement.hpp"
#include "launch/resumption.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_reader.hpp"

namespace athanor {
namespace {

/// What the hooks of an element have around them.
HookSurroundings hook_surroundings(ElementRun::Surroundings const& of) {
    PipelineSpec const& pipeline = of.plan.config.pipeline;
    return {of.sinks,
            {of.instance.rank, first_stage_of(pipeline, of.instance.element),
             instance_name(pipeline, of.instance), of.plan.started},
            of.instance.replica,
            of.plan.resumption.has_value()};
}

/// Neighbours of all atoms at the sample's mean density; every pair where there is no volume.
int estimated_edges(Sample const& sample, double cutoff) {
    auto const h = sample.values<double>(Fields::cell);
    double const volume =
        std::fabs(h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) +
                  h[2] * (h[3] * h[7] - h[4] * h[6]));
    double const atoms = sample.atom_count();
    return volume > 0.0 ? edges_at_density(atoms * atoms / volume, cutoff)
                        : edges_of_all_pairs(atoms * (atoms - 1.0));
}

}  // namespace

ElementRun::ElementRun(Surroundings surroundings)
    : instance_(surroundings.instance),
      name_(instance_name(surroundings.plan.config.pipeline, instance_)),
      model_(std::make_unique<LennardJones>(model_options(surroundings.plan.config))),
      inputs_(std::move(surroundings.inputs)),
      outputs_(std::move(surroundings.outputs)) {
    CampaignPlan const& plan = surroundings.plan;
    Config const& config = plan.config;
    ElementSpec const& element = config.pipeline.elements[instance_.element];
    try {
        device_ = make_device(config.device, surroundings.local_rank);
        make_stage(surroundings);
    } catch (Error const& error) {
        bool const of_device = device_ || dynamic_cast<CudaError const*>(&error) != nullptr;
        if (config.device != DeviceChoice::automatic || !of_device) throw;
        device_.reset();
        make_stage(surroundings);  // says what is wrong on the processor, too
        fmt::print(stderr, "athanor: stage {} runs on the processor: {}\n", name_, error.what());
    }
    ports_.quarantine = [&quarantine = surroundings.quarantine](
                            Batch const& batch, SystemIndex system, std::string const& reason) {
        quarantine.take(batch, system, reason);
    };
    for (auto const& input : inputs_) ports_.inputs.push_back(input.get());
    for (auto const& output : outputs_) ports_.outputs.push_back(output.get());
    ports_.mode = config.buffers.mode;
    if (inputs_.empty())
        read_input(surroundings);
    else
        make_overflow(surroundings);
    keep_checkpoints(surroundings);
    if (outputs_.empty())
        for (std::string const& name : config.outputs[element.chain])
            ports_.sinks.push_back(&surroundings.sinks.at(name));
}

void ElementRun::make_stage(Surroundings const& surroundings) {
    CampaignPlan const& plan = surroundings.plan;
    Config const& config = plan.config;
    ElementSpec const& element = config.pipeline.elements[instance_.element];
    FusedStage::Options options{batch_capacity(plan, instance_.element), config.seed, element.order,
                                make_hooks(element.hooks, hook_surroundings(surroundings))};
    options.device = device_.get();
    auto sub_stages = make_sub_stages(config.pipeline, instance_.element,
                                      [&](std::vector<HookSpec> const& specs) {
                                          return make_hooks(specs, hook_surroundings(surroundings));
                                      });
    stage_ = std::make_unique<FusedStage>(plan.schema, std::move(sub_stages), *model_, options,
                                          metrics_, FusedStage::OutcomeListener{});
}

void ElementRun::read_input(Surroundings const& surroundings) {
    CampaignPlan const& plan = surroundings.plan;
    Config const& config = plan.config;
    Quarantine& quarantine = surroundings.quarantine;
    int const largest = outputs_.empty() ? config.sampler.max_atoms
                                         : std::min(config.sampler.max_atoms, config.buffers.atoms);
    ElementSpec const& element = config.pipeline.elements[instance_.element];
    source_ = std::make_unique<ExtxyzReader>(
        config.input.path, plan.schema,
        FrameSelection(config.input.select)
            .resolved(plan.frame_count)
            .share(instance_.replica, element.replicas),
        // Every pipeline reads all of the input; one of them says what is no sample.
        [&quarantine, says = element.chain == 0](BadFrame const& frame) {
            if (says) quarantine.take(frame);
        });
    if (plan.resumption)
        source_ =
            without_settled(std::move(source_),
                            plan.resumption->settled.at(static_cast<std::size_t>(element.chain)));
    double const cutoff = config.model.cutoff;
    sampler_ = std::make_unique<SizeAwareSampler>(
        *source_, SamplerOptions{.bounds = {config.sampler.max_systems, config.sampler.max_atoms,
                                            config.sampler.max_edges},
                                 .window = config.sampler.window,
                                 .packing = config.sampler.order,
                                 .largest_sample = largest,
                                 .estimate_edges = [cutoff](Sample const& sample) {
                                     return estimated_edges(sample, cutoff);
                                 }});
    ports_.sampler = sampler_.get();
    ports_.refill_frequency = config.sampler.refill_frequency;
    ports_.refuse = [&quarantine, most_edges = config.sampler.max_edges, largest,
                     first_stage = first_stage_of(config.pipeline, instance_.element).value(),
                     this](Sample const& sample) {
        ++refused_;
        quarantine.take(sample, first_stage,
                        sample.atom_count() > largest
                            ? fmt::format("{} atoms are more than the {} that a batch or buffer "
                                          "holds (/sampler/max_atoms, /buffers/atoms)",
                                          sample.atom_count(), largest)
                            : fmt::format("{} edges, estimated from its density, are more than the "
                                          "{} of /sampler/max_edges; raise it",
                                          sampler_->edges_of(sample), most_edges));
    };
}

/// Of its own, unlike the sinks of results: what waits here is for this instance to run.
void ElementRun::make_overflow(Surroundings const& surroundings) {
    Config const& config = surroundings.plan.config;
    for (std::string const& name : config.pipeline.elements[instance_.element].overflow) {
        overflow_.push_back(make_memory_sink(config.sinks.at(name), surroundings.plan.schema,
                                             surroundings.buffers));
        ports_.overflow.push_back(overflow_.back().get());
    }
}

/// Rows first: what a checkpoint holds as done must never be missing in a store.
void ElementRun::keep_checkpoints(Surroundings const& surroundings) {
    CampaignPlan const& plan = surroundings.plan;
    if (!plan.config.checkpoint) return;
    CheckpointFolder const folder(plan.config.checkpoint->path);
    CheckpointHeader header{physics_hash(plan.config), 0, instance_.element, instance_.replica};
    if (plan.resumption) {
        header.generation = plan.resumption->generation;
        restore(*plan.resumption, folder.file_of(header));
    }
    checkpoints_.emplace(folder, header);
    ports_.save_request = &save_request_;
    ports_.save = [this, &sinks = surroundings.sinks,
                   &quarantine = surroundings.quarantine](SamplesToSave const& samples) {
        sinks.flush();
        quarantine.flush();
        checkpoints_->save(samples);
    };
}

/// What rank 0 dealt out to this instance is in nobody else's hands.
void ElementRun::restore(Resumption const& resumption, std::filesystem::path const& file) {
    std::int64_t const expected =
        resumption.restored_by_element.at(static_cast<std::size_t>(instance_.element))
            .at(static_cast<std::size_t>(instance_.replica));
    if (expected == 0) return;
    for (Sample& sample : read_checkpoint(file).samples)
        ports_.restored.push_back(std::move(sample));
    if (static_cast<std::int64_t>(ports_.restored.size()) != expected)
        throw StorageError(fmt::format(
            "{}: holds {} samples and not the {} that rank 0 put there; /checkpoint/path must be a "
            "folder that all ranks see",
            file.string(), ports_.restored.size(), expected));
}

void ElementRun::start(int threads, std::stop_token stop) {
    started_ = std::chrono::steady_clock::now();
    thread_ = std::jthread([this, threads, stop = std::move(stop)] {
        set_thread_count(threads);
        try {
            StageLoop(*stage_, ports_, metrics_).run(stop);
        } catch (...) {
            failure_ = std::current_exception();
        }
        seconds_ = seconds();
        done_.store(true);
    });
}

double ElementRun::seconds() const {
    if (done_.load()) return seconds_;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

std::vector<ChannelMetrics> ElementRun::input_metrics() const {
    std::vector<ChannelMetrics> all;
    for (auto const& input : inputs_) all.push_back(input->metrics());
    return all;
}

std::vector<ChannelMetrics> ElementRun::output_metrics() const {
    std::vector<ChannelMetrics> all;
    for (auto const& output : outputs_) all.push_back(output->metrics());
    return all;
}

void ElementRun::join() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace athanor
