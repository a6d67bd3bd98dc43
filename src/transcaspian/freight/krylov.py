"""Linear systems that are not symmetric and may be singular, by least residual."""

from collections.abc import Callable

import numpy as np

from transcaspian.freight.arrays import FloatArray

__all__ = ["solve_least_residual"]


def solve_least_residual(
    product: Callable[[FloatArray], FloatArray], right: FloatArray, tolerance: float, steps: int
) -> FloatArray:
    """Return the x of at most `steps` dimensions with the least |right - product(x)|.

    GMRES without restart: the residual never grows, so that a singular or badly conditioned matrix
    gives a poor answer and no overflow. Stops where the residual has fallen to `tolerance` of
    `right`. All sums keep their order: the same inputs give the same bits.

    Parameters
    ----------
    product : callable
        The matrix times a vector of the size of `right`.
    right : float64[n]
        Right side.
    tolerance : float
        Residual over right side at which to stop.
    steps : int
        Most products, from 1 up; `steps` vectors are kept.

    Returns
    -------
    float64[n]
        The answer, zero where `right` is.

    References
    ----------
    Saad and Schultz (1986), GMRES, SIAM Journal on Scientific and Statistical Computing 7(3).
    """
    length = _norm(right)
    if length == 0.0:
        return np.zeros(right.size)
    basis = [right / length]
    triangle = np.zeros((steps + 1, steps))
    turned = np.zeros(steps + 1)  # the right side after all rotations
    turned[0] = length
    rotations: list[tuple[float, float]] = []
    size = 0
    for step in range(min(steps, right.size)):
        image = product(basis[step])
        start = _norm(image)
        for position, vector in enumerate(basis):
            triangle[position, step] = float((vector * image).sum())
            image = image - triangle[position, step] * vector
        rest = _norm(image)
        for position, (cosine, sine) in enumerate(rotations):
            above, below = triangle[position, step], triangle[position + 1, step]
            triangle[position, step] = cosine * above + sine * below
            triangle[position + 1, step] = cosine * below - sine * above
        corner = float(np.hypot(triangle[step, step], rest))
        if corner <= tolerance * start or corner == 0.0:
            break  # the matrix is singular on what has been seen: more steps give no more
        cosine, sine = triangle[step, step] / corner, rest / corner
        rotations.append((cosine, sine))
        triangle[step, step] = corner
        turned[step + 1], turned[step] = -sine * turned[step], cosine * turned[step]
        size = step + 1
        if abs(turned[size]) <= tolerance * length or rest <= tolerance * start:
            break
        basis.append(image / rest)
    answer = np.zeros(right.size)
    share = np.zeros(size)
    for step in range(size - 1, -1, -1):
        known = float((triangle[step, step + 1 : size] * share[step + 1 :]).sum())
        share[step] = (turned[step] - known) / triangle[step, step]
        answer += share[step] * basis[step]
    return answer


def _norm(vector: FloatArray) -> float:
    # Not np.linalg.norm: a threaded BLAS may sum in an order that depends on the number of threads.
    return float(np.sqrt((vector * vector).sum()))
