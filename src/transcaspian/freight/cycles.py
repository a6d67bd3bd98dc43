"""Balances the cycles that bushes share: sweeps one cycle at a time, Newton steps on all at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transcaspian.freight.arrays import FloatArray, IntArray
from transcaspian.freight.bushes import Bushes, Pair, Triple
from transcaspian.freight.cycle_kernels import (
    gather_cycles,
    limit_cycles,
    move_members,
    move_round_cycles,
    search_step,
    shift_cycles,
    solve_cycles,
    spread_cycles,
)
from transcaspian.freight.cycle_search_kernels import find_cycles, sort_members
from transcaspian.freight.krylov import solve_least_residual
from transcaspian.freight.link_kernels import COST, SLOPE, VOLUME, refresh_all

__all__ = ["CycleWork"]

SWEEPS = 3  # over the cycles before each Newton step
NEWTON_STEPS = 4  # at most in a round
SETTLED = 0.1  # cycles are left alone when their excess is this share of the round's
HOLDS = 2  # solves of a Newton step, each with the cycles held that would go too far
CG_TOLERANCE = 0.05  # residual over gradient at which conjugate gradients stop
# Few steps of conjugate gradients keep a Newton step short where the quadratic model is poor; their
# number is halved after a short step and doubled after a long one.
LEAST_CG_STEPS, MOST_CG_STEPS = 8, 256
SHORT_STEP, LONG_STEP = 0.2, 0.9
FAR = 1e-3  # relative change of a volume from which its link's slope is taken over the change
DAMPING = 0.25  # weight of the new slope: a BPR link of power 4 alone is met by one correction
ALIKE = 0.1  # slopes that change by less need no further solve
HELD = 1e-9  # relative shortfall from which a cycle counts as held
ROOM = 1.5  # arrays of cycles that grow get this share of what was needed
KRYLOV_TOLERANCE, KRYLOV_STEPS = 1e-10, 60  # of the steps where costs are no gradient
# Where costs are no gradient: share of the diagonal that damps the steps, and most steps in a round, by
# turns; the last turn takes steps by mean weights. No kind leads to the answer from everywhere.
TURNS = ((0.0, NEWTON_STEPS), (0.3, 4 * NEWTON_STEPS), (3.0, 4 * NEWTON_STEPS))
HALVED, PATIENCE = 0.5, 12  # the turn passes on when the excess has not halved for so many rounds
MARK_LIMIT = 2**40  # sums of marks over a way stay within 64 bits

Shapes = tuple[Any, Any, Any, Any]  # start, middle, link, class of the cycles


@dataclass(slots=True)
class CycleWork:
    """Moves flow round cycles in place; keeps from round to round what it has learned."""

    in_star: Triple
    bushes: Bushes
    costs: Triple  # scale, fixed and weight by class
    state: FloatArray  # [n_link, 8]
    tables: Pair  # parameters and points of the delay functions
    potential: Pair | None  # factors by class and link that make costs a gradient, or nearly
    is_gradient: bool  # whether they do
    mark: IntArray  # [n_link] random; their sums tell sets of links apart
    room: tuple[int, ...] = (256, 4096, 4096)  # cycles, their links, their members
    cg_steps: int = LEAST_CG_STEPS
    turn: int = 0  # the kind of step in use where costs are no gradient
    best: float = np.inf  # excess when the turn began or last halved
    waited: int = 0  # rounds since then

    @staticmethod
    def on(
        in_star: Triple,
        bushes: Bushes,
        costs: Triple,
        state: FloatArray,
        tables: Pair,
        potential: Pair | None,
        *,
        is_gradient: bool,
    ) -> "CycleWork":
        """Return the work on these arrays; marks come from a fixed seed, so runs are alike."""
        mark = np.random.default_rng(0).integers(1, MARK_LIMIT, size=(state.shape[0],))
        return CycleWork(in_star, bushes, costs, state, tables, potential, is_gradient, mark)

    def balance(self, excess: float) -> None:
        """Bring the cycles of all bushes near balance, measured by the round's excess."""
        shapes, members = self._find()
        if shapes[3].size == 0:
            return
        self._take_turns(excess)
        moved = np.empty(members[1].size)
        by_model = self.is_gradient or (self.turn == len(TURNS) and self.potential is not None)
        extra, steps = (0.0, NEWTON_STEPS) if by_model else TURNS[self.turn % len(TURNS)]
        for _ in range(steps):
            if self._sweep(shapes, members, moved, SWEEPS) <= SETTLED * excess:
                break
            if not by_model or self.potential is None:
                self._step_without_function(shapes, members, moved, extra)
            elif self._step_newton(shapes, members, moved, *self.potential) < SHORT_STEP:
                # These cycles have given what they can: new ones serve better than more steps.
                self._sweep(shapes, members, moved, 1)
                break

    def _sweep(self, shapes: Shapes, members: Pair, moved: FloatArray, times: int) -> float:
        """Bring one cycle after another to balance; return the excess in the last of the sweeps."""
        left = 0.0
        for _ in range(times):
            left = shift_cycles(
                *shapes, *members, *self.costs, self.bushes.flow, self.bushes.dust, moved, self.state, *self.tables
            )  # fmt: skip
        return left

    def _find(self) -> tuple[Shapes, Pair]:
        """Return the cycles, and where each one's members begin with the bushes that they are."""
        bushes = self.bushes
        scale, fixed, _ = self.costs
        cost = np.ascontiguousarray(scale[:, None] * self.state[:, COST] + fixed)
        while True:
            n_cycle, n_link, n_member = self.room
            slot = np.full(2 ** int(2 * n_cycle).bit_length(), -1, dtype=np.int64)
            shapes: Shapes = (
                np.zeros(n_cycle + 1, dtype=np.int64),
                np.empty(n_cycle, dtype=np.int64),
                np.empty(n_link, dtype=np.int32),
                np.empty(n_cycle, dtype=np.int64),
            )
            found_in: Pair = (
                np.empty(n_member, dtype=np.int64),
                np.empty(n_member, dtype=np.int32),
            )
            found = find_cycles(
                *self.in_star, bushes.order, bushes.n_order, bushes.rank, bushes.root, bushes.cargo,
                bushes.in_bush, bushes.flow, bushes.dust, cost, self.mark, slot, *shapes,
                np.empty((n_cycle, 2), dtype=np.int64), *found_in,
            )  # fmt: skip
            if all(wanted <= size for wanted, size in zip(found, self.room, strict=True)):
                break
            # The search ended where one array was full: all grow alike.
            growth = ROOM * max(
                wanted / size for wanted, size in zip(found, self.room, strict=True)
            )
            self.room = tuple(int(growth * size) for size in self.room)
        n_cycle, n_link, n_member = found
        member, bush = np.empty(n_cycle + 1, dtype=np.int64), np.empty(n_member, dtype=np.int32)
        sort_members(found_in[0][:n_member], found_in[1][:n_member], member, bush)
        start, middle, link, cargo = shapes
        return (start[: n_cycle + 1], middle[:n_cycle], link[:n_link], cargo[:n_cycle]), (
            member,
            bush,
        )

    def _take_turns(self, excess: float) -> None:
        """Change the kind of step where the excess has not halved for some rounds."""
        self.waited += 1
        if excess <= HALVED * self.best:
            self.best, self.waited = excess, 0
        elif self.waited >= PATIENCE:
            self.turn = (self.turn + 1) % (len(TURNS) + 1)
            self.best, self.waited = excess, 0

    def _step_without_function(
        self, shapes: Shapes, members: Pair, moved: FloatArray, extra: float
    ) -> None:
        """Move flow round all cycles by a Newton step on their differences of cost, in place.

        For classes whose costs are the gradient of no function: the matrix is not symmetric, there is
        nothing to search along, and the step is taken whole. Cycles that are at their end are held;
        damping by difference over room, without which flow goes round in circles, fades as the
        differences do. `extra` times the diagonal is added to it.
        """
        scale, fixed, weight = self.costs
        flow, dust, state = self.bushes.flow, self.bushes.dust, self.state
        cost = np.ascontiguousarray(scale[:, None] * state[:, COST] + fixed)
        size, slope = shapes[3].size, state[:, SLOPE].copy()
        gradient, least, most = np.empty(size), np.empty(size), np.empty(size)
        gather_cycles(*shapes, cost, gradient)
        limit_cycles(*shapes, *members, flow, dust, moved, least, most)
        room = np.where(gradient > 0.0, -least, most)
        is_free = room > 0.0
        damping = np.divide(np.abs(gradient), room, out=np.zeros(size), where=is_free)
        of_link, of_cycle = np.empty(slope.size), np.empty(size)
        diagonal = np.empty(size)
        unsigned = (shapes[0], shapes[0][1:], shapes[2], shapes[3])  # all links on the first side
        gather_cycles(*unsigned, np.ascontiguousarray(scale[:, None] * weight * slope), diagonal)
        damping += extra * diagonal
        diagonal = np.where(is_free & (diagonal + damping > 0.0), diagonal + damping, 1.0)

        def answer(change: FloatArray) -> FloatArray:
            spread_cycles(*shapes, weight, np.where(is_free, change, 0.0), of_link)
            gather_cycles(
                *shapes, np.ascontiguousarray(scale[:, None] * (slope * of_link)), of_cycle
            )
            return np.where(is_free, (of_cycle + damping * change) / diagonal, change)

        change = solve_least_residual(
            answer, np.where(is_free, -gradient / diagonal, 0.0), KRYLOV_TOLERANCE, KRYLOV_STEPS
        )
        change = np.clip(change, least, most)
        move_round_cycles(*shapes, *members, flow, dust, change, moved)
        spread_cycles(*shapes, weight, change, of_link)
        state[:, VOLUME] += of_link
        refresh_all(state, *self.tables)

    def _step_newton(
        self,
        shapes: Shapes,
        members: Pair,
        moved: FloatArray,
        class_factor: FloatArray,
        link_factor: FloatArray,
    ) -> float:
        """Move flow round all cycles by one Newton step, in place; return how far it went, at most 1."""
        scale, fixed, _ = self.costs
        own_fixed = class_factor[:, None] * fixed
        cost = np.ascontiguousarray(
            (class_factor * scale)[:, None] * self.state[:, COST] + own_fixed
        )
        gradient, change = np.empty(shapes[3].size), np.zeros(shapes[3].size)
        gather_cycles(*shapes, cost, gradient)
        difference = self._move_by_model(shapes, members, moved, gradient, change, link_factor)
        gather_cycles(*shapes, own_fixed, gradient)
        fixed_change = float((gradient * change).sum())
        length = search_step(difference, fixed_change, link_factor, self.state, *self.tables)
        if length < 1.0:
            move_members(*shapes, *members, self.bushes.flow, length - 1.0, moved)
        if length < SHORT_STEP:
            self.cg_steps = max(self.cg_steps // 2, LEAST_CG_STEPS)
        elif length > LONG_STEP:
            self.cg_steps = min(2 * self.cg_steps, MOST_CG_STEPS)
        return length

    def _move_by_model(
        self,
        shapes: Shapes,
        members: Pair,
        moved: FloatArray,
        gradient: FloatArray,
        change: FloatArray,
        link_factor: FloatArray,
    ) -> FloatArray:
        """Move flow to the least of a quadratic model; return the change of link volumes.

        Cycles that have not the flow to go as far as the model asks are held where they end, and the
        model is solved again for the others; so it is with slopes over the change of volumes, where
        those at its start mislead (a BPR link is flat when empty). Damping keeps every change near what
        flow there is: two classes that would change places round one cycle meet no curvature else.
        """
        flow, dust, weight = self.bushes.flow, self.bushes.dust, self.costs[2]
        least, most = np.empty(change.size), np.empty(change.size)
        limit_cycles(*shapes, *members, flow, dust, moved, least, most)
        is_lowest = gradient > 0.0
        is_held = np.where(is_lowest, least == 0.0, most == 0.0)
        room = np.where(gradient > 0.0, -least, most)
        damping = np.divide(np.abs(gradient), room, out=np.zeros(room.size), where=room > 0.0)
        slope, difference = self.state[:, SLOPE].copy(), np.empty(self.state.shape[0])
        for solves_left in range(HOLDS - 1, -1, -1):
            model = slope * link_factor
            solve_cycles(
                *shapes,
                weight,
                model,
                damping,
                gradient,
                is_held,
                CG_TOLERANCE,
                self.cg_steps,
                change,
            )
            wanted = change.copy()
            move_round_cycles(*shapes, *members, flow, dust, change, moved)
            spread_cycles(*shapes, weight, change, difference)
            is_short = np.abs(wanted - change) > HELD * np.abs(wanted)
            better = self._slopes_over(difference, slope)
            if solves_left == 0 or not (
                is_short.any() or (np.abs(better - slope) > ALIKE * slope).any()
            ):
                break
            slope = better
            # What ended at its limit stays there only while the model pushes it further.
            is_lowest = (is_held & is_lowest) | (is_short & (wanted < change))
            is_held |= is_short
            push = np.empty(change.size)
            gather_cycles(*shapes, np.ascontiguousarray(weight * (model * difference)), push)
            push += gradient + damping * change
            is_held &= np.where(is_lowest, push > 0.0, push < 0.0)
            move_members(*shapes, *members, flow, -1.0, moved)
        return difference

    def _slopes_over(self, difference: FloatArray, slope: FloatArray) -> FloatArray:
        """Return slopes nearer to those over the change of volumes, for links that change much."""
        ahead = self.state.copy()
        before = self.state[:, VOLUME]
        ahead[:, VOLUME] = np.maximum(before + difference, 0.0)
        refresh_all(ahead, *self.tables)
        rise = ahead[:, VOLUME] - before
        is_far = np.abs(rise) > FAR * before
        over = np.ones(slope.size)
        np.divide(ahead[:, COST] - self.state[:, COST], rise, out=over, where=is_far)
        mixed: FloatArray = np.where(is_far, slope ** (1.0 - DAMPING) * over**DAMPING, slope)
        return mixed
