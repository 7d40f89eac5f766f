# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Stages drawn at random: every dynamics that a configuration knows, its options, how it ends, and
hooks that go together."""

MOLECULAR_DYNAMICS = ("demo", "nve", "nvt_langevin", "nvt_nose_hoover", "npt", "nph")
OPTIMIZERS = ("fire", "fire2", "fire_variable_cell", "fire2_variable_cell", "lbfgs")
MOVES_CELL = ("npt", "nph", "fire_variable_cell", "fire2_variable_cell")


def some(random, chance, **options):
    """Of the options, each with that chance."""
    return {key: value for key, value in options.items() if random.random() < chance}


def barostat(random):
    found = some(random, 0.5, barostat_time_fs=random.choice((50.0, 300.0, 1000.0)),
                 pressure_coupling=random.choice(("isotropic", "anisotropic", "triclinic")))
    found.update(random.choice(({}, {"pressure_gpa": random.uniform(-0.05, 0.2)},
                                {"pressure_ev_per_a3": 0.0005})))
    return found


def thermostat(random):
    return some(random, 0.5, thermostat_time_fs=random.choice((20.0, 100.0)),
                chain_length=random.randint(1, 8), yoshida_order=random.choice((1, 3, 5)),
                temperature_kelvin=random.uniform(1, 200))


def fire(random):
    return some(random, 0.3, timestep_max_fs=random.choice((0.0, 10.0)), timestep_min_fs=0.01,
                max_step=random.choice((0.05, 0.2, 1.0)), downhill_steps=random.randint(0, 8),
                timestep_increase=1.2, timestep_decrease=0.4, mixing_start=0.2, mixing_decrease=0.9)


def fire2(random):
    return some(random, 0.3, timestep_max_fs=random.choice((5.0, 8.0)), timestep_min_fs=0.01,
                max_step=random.choice((0.05, 0.2)), delay_steps=random.randint(0, 20),
                timestep_increase=1.2, timestep_decrease=0.4, mixing_start=0.2, mixing_decrease=0.9)


def draw_dynamics(random, kind):
    step = {"timestep_fs": random.choice((0.5, 1.0, 2.0, 4.0))}
    small = {"timestep_fs": random.choice((0.3, 0.5))}
    external = some(random, 0.5, pressure_gpa=random.uniform(-0.05, 0.2))
    keep = some(random, 0.3, keep_velocities=True)
    options = {
        "single_point": lambda: {},
        "demo": lambda: step,
        "nve": lambda: step,
        "nvt_langevin": lambda: {
            **step, **some(random, 0.6, temperature_kelvin=random.uniform(0, 200),
                           friction_per_fs=random.choice((0.0, 0.001, 0.05)))},
        "nvt_nose_hoover": lambda: {**step, **thermostat(random)},
        "npt": lambda: {**step, **thermostat(random), **barostat(random)},
        "nph": lambda: {**step, **barostat(random)},
        "fire": lambda: {**step, **fire(random), **keep},
        "fire2": lambda: {**small, **fire2(random), **keep},
        "fire_variable_cell": lambda: {**step, **fire(random), **external},
        "fire2_variable_cell": lambda: {**small, **fire2(random), **external},
        "lbfgs": lambda: some(random, 0.5, max_step=random.choice((0.05, 0.3)),
                              history=random.choice((1, 3, 32))),
    }
    return {"type": kind, **options[kind]()}


def draw_converge(random, kind, form):
    fmax = random.choice((0.001, 0.01, 0.05, 1.0))
    if random.random() < 0.6:
        found = {"fmax": fmax}
        if kind.endswith("variable_cell") and random.random() < 0.7:
            found["residual_stress_gpa"] = random.choice((0.001, 0.05, 0.5))
        return found
    criteria = [{"threshold": fmax}]
    if random.random() < 0.5:
        criteria.append(random.choice((
            {"field": "energy", "reduce": "max", "threshold": 0.0},
            {"field": "forces", "reduce": "max_abs", "threshold": fmax},
            {"field": "forces", "reduce": "mean", "threshold": fmax},
            {"field": "velocities", "reduce": "norm", "threshold": 10.0},
            {"field": "stress", "reduce": "max_abs", "threshold": 0.01},
            *({"field": name, "reduce": "max", "threshold": 4.0} for name in form.numbers()))))
    return criteria


def draw_bias(random):
    found = {"type": random.choice(("distance", "center_of_mass", "wall")),
             "spring_constant": random.choice((0.01, 0.5))}
    if found["type"] == "distance":
        found["atoms"] = random.choice(([0, 1], [2, 0]))
        found.update(some(random, 0.5, distance=random.uniform(0, 6)))
    elif found["type"] == "wall":
        found.update(axis=random.choice("xyz"), position=random.uniform(-5, 10),
                     side=random.choice(("below", "above")))
    else:
        found.update(some(random, 0.5, center=[random.uniform(-3, 8) for _ in range(3)],
                          indices=random.choice(([0], [0, 1, 2]))))
    return found


def draw_hooks(random, stage, kind, number, form):
    """In an order that a guide would give, or sometimes in another that is allowed."""
    takes_steps = kind != "single_point"
    every = lambda: random.choice((1, 1, 2, 3, 5, 10, 17))  # noqa: E731
    first, hooks, bias = [], [], None
    if random.random() < 0.1:
        first.append({"type": "align_cell"})
    if kind not in MOVES_CELL and random.random() < 0.15:
        bias = draw_bias(random)
        hooks.append({"type": "biased_potential", "bias": bias})
    if random.random() < 0.15:
        hooks.append({"type": "freeze_atoms", **some(random, 0.5, zero_forces=False),
                      **({"category": random.choice((-1, 0, 1, 2))}
                         if "atom_categories" in form.columns and random.random() < 0.7
                         else {"indices": random.choice(([0], [0, 1]))})})
    if random.random() < 0.15:
        hooks.append({"type": "max_force_clamp", "max_force": random.choice((0.001, 0.05, 5.0)),
                      **some(random, 0.5, log_clamps=True)})
    if random.random() < 0.15:
        fields = ["velocities"] if takes_steps else ["cell"]  # without steps it needs one
        fields += random.sample(form.numbers(), random.randint(0, len(form.numbers())))
        hooks.append({"type": "nan_detector", "frequency": every(),
                      **some(random, 0.4 if takes_steps else 1.0, fields=fields)})
    if takes_steps and random.random() < 0.15:
        hooks.append({"type": "energy_drift_monitor", "frequency": every(),
                      "threshold": random.choice((1e-6, 1e-3, 0.1)),
                      **some(random, 0.6, action=random.choice(("warn", "raise")),
                             metric=random.choice(("absolute", "per_atom_per_step")),
                             include_kinetic=False)})
    free_places = bias is None or bias["type"] == "distance"
    if takes_steps and free_places and random.random() < 0.25:
        hooks.append({"type": "wrap_periodic", "frequency": every()})
    if random.random() < 0.5:
        initial = {"initial": True} if not takes_steps else some(random, 0.4, initial=True)
        hooks.append({"type": "snapshot", "sink": random.choice(("frames", "frames", "text")),
                      "frequency": every(), **initial})
    if "converge" in stage and random.random() < 0.4:
        hooks.append({"type": "converged_snapshot", "sink": random.choice(("frames", "text"))})
    if takes_steps and random.random() < 0.25:
        hooks.append({"type": "logging", "path": "OUT/log_%d_{replica}.csv" % number,
                      "frequency": every(),
                      **some(random, 0.5, scalars=["kinetic_energy", "volume", "pressure"])})
    if random.random() < 0.25:
        hooks.append({"type": "neighbor_list", **some(random, 0.6, store_edges=True),
                      **some(random, 0.6, skin=random.choice((0.0, 0.1, 0.5, 3.0)))})
    if random.random() < 0.3:
        random.shuffle(hooks)
    return first + hooks


def draw_stage(random, number, form):
    kind = random.choice(("single_point",) + MOLECULAR_DYNAMICS + OPTIMIZERS)
    stage = {"name": "s%d" % number, "dynamics": draw_dynamics(random, kind)}
    if random.random() < 0.1:
        del stage["name"]
    temperature = random.choice((0.0, 5.0, 100.0))
    if kind in MOLECULAR_DYNAMICS:
        stage["steps"] = random.choice((1, 2, 7, 20, 60))
        stage.update(some(random, 0.4, initial_temperature_kelvin=temperature))
    elif kind in OPTIMIZERS:
        # Always a bound: what fails on purpose never converges.
        stage["max_steps"] = random.choice((1, 5, 30, 80))
        if random.random() < 0.8:
            stage["converge"] = draw_converge(random, kind, form)
        if stage["dynamics"].get("keep_velocities"):
            stage.update(some(random, 0.5, initial_temperature_kelvin=temperature))
    stage.update(some(random, 0.15, degrees_of_freedom="3N"))
    hooks = draw_hooks(random, stage, kind, number, form)
    if hooks:
        stage["hooks"] = hooks
    return stage
