"""The mathematics of input-output on the tables of the book, on another library's test system, and by identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gisement.models.impact import input_output as io
from gisement.models.impact.input_output import Matrix, product_by_product

# Miller and Blair, 2009, section 2.3: tables 2.3 and 2.4, and the inverse that follows.
Z = np.array([[150.0, 500.0], [200.0, 100.0]])
X = np.array([1000.0, 2000.0])
A = np.array([[0.15, 0.25], [0.20, 0.05]])
L = np.array([[1.2541, 0.3300], [0.2640, 1.1221]])
# Section 2.5: the same economy, households endogenous (wages 300 and 500 of output, 50 and 800 bought, 50 at home).
W = np.array([0.30, 0.25])
C = np.array([0.05, 0.40])
H = 0.05
L_CLOSED = np.array([[1.3651, 0.4253, 0.2509], [0.5273, 1.3481, 0.5954], [0.5698, 0.4890, 1.2885]])


def test_the_open_model_of_the_book() -> None:
    assert io.technical_coefficients(Z, X) == pytest.approx(A)
    assert io.leontief_inverse(A) == pytest.approx(L, abs=5e-5)
    # Same section: final demand of 600 and 1500 makes outputs of 1247.5 and 1841.6.
    assert io.leontief_inverse(A) @ np.array([600, 1500]) == pytest.approx([1247.5, 1841.6], abs=0.05)


def test_the_closed_model_of_the_book() -> None:
    closed = io.leontief_inverse(io.closed_coefficients(A, W, C, H))
    assert closed == pytest.approx(L_CLOSED, abs=5e-4)


def test_the_multipliers_of_the_book() -> None:
    # Section 6.2: simple output multipliers 1.518 and 1.452, truncated total ones 1.892 and 1.773, total 2.462, 2.262.
    open_model = io.leontief_inverse(A)
    closed = io.leontief_inverse(io.closed_coefficients(A, W, C, H))
    assert io.output_multipliers(open_model) == pytest.approx([1.518, 1.452], abs=5e-4)
    assert io.output_multipliers(closed, 2) == pytest.approx([1.892, 1.773], abs=1e-3)
    assert io.output_multipliers(closed)[:2] == pytest.approx([2.462, 2.262], abs=1e-3)
    # Household income: simple effects 0.442 and 0.380; total ones, wages that households pay included, 0.570 and 0.489.
    assert io.effects(open_model, W) == pytest.approx([0.442, 0.380], abs=5e-4)
    total = io.effects(closed, [*W, H])[:2]
    assert total == pytest.approx([0.570, 0.489], abs=5e-4)
    assert total == pytest.approx(closed[-1, :-1])
    assert io.effects(closed, W) == pytest.approx(total * (1 - H))
    assert io.multipliers(open_model, W) == pytest.approx([1.474, 1.518], abs=1e-3)
    # Section 6.2.2: type II over type I is one constant, the last element of the closed inverse (1.289).
    ratio = total / io.effects(open_model, W)
    assert ratio == pytest.approx([closed[-1, -1]] * 2)


def test_another_library_s_test_system_to_one_in_a_thousand_million() -> None:
    # Its numbers as published: pymrio 0.7.0, tests/test_math.py, td_small_MRIO: two regions of three sectors, with L to all its decimals.
    flows = np.array(
        [
            [10, 5, 1, 6, 5, 7], [0, 2, 0, 0, 5, 3], [10, 3, 20, 4, 2, 0],
            [5, 0, 0, 1, 10, 9], [0, 10, 1, 0, 20, 1], [5, 0, 0, 1, 10, 10],
        ]
    )  # fmt: skip
    made = np.array([51, 15, 58, 50, 52, 39])
    first = [1.3387146304736708, 0.9689762471208287, 0.05036622549592462, 0.17820960407435948, 0.5752019383714646]
    last = [0.19294222439918532, 0.5382086951864299, 0.020787008249137116, 0.05562705207933412, 0.596964089068025]
    intensities = np.array([[20, 1, 42, 4, 20, 5], [5, 4, 11, 8, 2, 10]]) / made
    multipliers = [0.896638324101429, 1.7965474933011258, 1.1666796580507097, 0.3013124703668342, 1.4371886818255364]
    inverse = io.leontief_inverse(io.technical_coefficients(flows, made))
    assert inverse[0, :5] == pytest.approx(first, abs=1e-9)
    assert inverse[5, :5] == pytest.approx(last, abs=1e-6)
    assert io.effects(inverse, intensities)[0, :5] == pytest.approx(multipliers, abs=1e-9)


def test_a_table_of_total_flows_gives_its_domestic_part() -> None:
    found = io.domestic_coefficients(A, [0.2, 0.5])
    assert found == pytest.approx(np.array([[0.12, 0.20], [0.10, 0.025]]))
    assert io.import_shares([20, 50], [100, 100], [20, 50]) == pytest.approx([0.2, 0.5])
    assert io.import_shares([0, 90], [0, 10], [0, 60]) == pytest.approx([0, 1])
    with pytest.raises(ValueError, match="between 0 and 1"):
        io.domestic_coefficients(A, [1.2, 0])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: io.technical_coefficients(Z, [1, 2, 3]), "industries"),
        (lambda: io.technical_coefficients(Z[:1], X), "square"),
        (lambda: io.leontief_inverse(np.eye(2)), "no inverse"),
        (lambda: io.leontief_inverse([[0.5, 0.9], [0.9, 0.5]]), "not productive"),
        (lambda: io.closed_coefficients(A, W, [0.1]), "industries"),
        (lambda: io.effects(L, [1, 2, 3]), "industries"),
        (lambda: io.location_quotients([1], [2], "ras"), "choose among"),
        (lambda: io.location_quotients([3], [2]), "a part of the nation"),
        (lambda: io.location_quotients([1], [2], delta=1.2), "between 0 and 1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()  # type: ignore[operator]


# --- identities ---------------------------------------------------------------------------------------------

SIZE = 4


@st.composite
def economies(draw: st.DrawFn) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Coefficients, and ratios of value added, imports and taxes: each column adds up to 1."""
    parts = draw(arrays(float, (SIZE + 3, SIZE), elements=st.floats(0.01, 1)))
    parts /= parts.sum(axis=0)
    return parts[:SIZE], parts[SIZE], parts[SIZE + 1], parts[SIZE + 2]


def employments() -> st.SearchStrategy[tuple[Matrix, Matrix]]:
    """A nation's employment by industry and a region's, a part of it."""
    shares = arrays(float, SIZE, elements=st.floats(0.01, 1))
    nations = arrays(float, SIZE, elements=st.floats(10, 10_000))
    return st.tuples(shares, nations).map(lambda pair: (pair[0] * pair[1], pair[1]))


@given(economies())
def test_every_euro_ends_as_value_added_imports_or_tax(economy: tuple[Matrix, Matrix, Matrix, Matrix]) -> None:
    coefficients, *ratios = economy
    inverse = io.leontief_inverse(coefficients)
    assert io.leakage_identity(inverse, *ratios) == pytest.approx(np.zeros(SIZE), abs=1e-9)
    assert (inverse >= np.eye(SIZE) - 1e-12).all()


@given(economies(), st.floats(0, 0.9), st.floats(0, 1))
def test_the_closed_model_is_never_below_the_open_one(
    economy: tuple[Matrix, Matrix, Matrix, Matrix], spent: float, paid: float
) -> None:
    coefficients, value_added, *_ = economy
    wages, consumption = value_added * paid, np.full(SIZE, spent / SIZE)
    open_model = io.leontief_inverse(coefficients)
    closed = io.leontief_inverse(io.closed_coefficients(coefficients, wages, consumption))
    assert (io.effects(closed, value_added) >= io.effects(open_model, value_added) - 1e-9).all()
    # the last element is the constant ratio of type II to type I
    assert io.effects(closed, wages) == pytest.approx(io.effects(open_model, wages) * closed[-1, -1], abs=1e-9)


@given(employments(), st.floats(0, 0.5), st.floats(0, 0.4))
def test_a_region_supplies_itself_less_as_delta_grows(
    employment: tuple[Matrix, Matrix], delta: float, more: float
) -> None:
    region, nation = employment
    cross = io.location_quotients(region, nation, "cilq")
    flq, further = (io.location_quotients(region, nation, "flq", each) for each in (delta, delta + more))
    assert (flq >= 0).all()
    assert (flq <= cross + 1e-12).all()
    assert (further <= flq + 1e-12).all()
    assert io.location_quotients(region, nation, "flq", 0.0) == pytest.approx(cross)
    assert (io.location_quotients(region, nation, "aflq", delta) >= flq - 1e-12).all()


@given(economies(), employments())
def test_a_region_makes_no_more_than_the_nation(
    economy: tuple[Matrix, Matrix, Matrix, Matrix], employment: tuple[Matrix, Matrix]
) -> None:
    coefficients, *_ = economy
    national = io.leontief_inverse(coefficients)
    for method in io.METHODS:
        regional = io.regional_coefficients(coefficients, io.location_quotients(*employment, method, 0.2))
        assert (regional <= coefficients + 1e-12).all()
        assert (io.leontief_inverse(regional) <= national + 1e-9).all()


def test_quotients_of_a_worked_case() -> None:
    # Region 100 of 1000: 30 of 100, 20 of 400, 50 of 500. SLQ = 3, 0.5, 1; λ(0.3) = log2(1.1)^0.3 = 0.51.
    region, nation = [30, 20, 50], [100, 400, 500]
    assert io.simple_location_quotients(region, nation) == pytest.approx([3, 0.5, 1])
    assert io.location_quotients(region, nation, "slq")[1] == pytest.approx([0.5, 0.5, 0.5])
    cross = io.location_quotients(region, nation, "cilq")
    assert cross == pytest.approx(np.array([[3, 6, 3], [1 / 6, 0.5, 0.5], [1 / 3, 2, 1]]))
    size = np.log2(1.1) ** 0.3
    assert size == pytest.approx(0.5, abs=0.1)
    assert io.location_quotients(region, nation, "flq", 0.3) == pytest.approx(cross * size)
    assert io.location_quotients(region, nation, "aflq", 0.3)[:, 0] == pytest.approx(cross[:, 0] * size * 2)
    assert io.location_quotients([0, 20, 50], nation, "cilq")[:, 0] == pytest.approx([0, 0, 0])
    assert io.location_quotients(nation, nation, "flq") == pytest.approx(np.ones((3, 3)))


# --- supply and use -----------------------------------------------------------------------------------------

# Miller and Blair, 2009, section 5.2.2: two commodities, two industries.
U = np.array([[12.0, 8.0], [10.0, 7.0]])
V = np.array([[90.0, 0.0], [10.0, 100.0]])


def test_symmetric_tables_under_the_technology_of_industries() -> None:
    # B = U ĝ⁻¹ = [[.1333, .0727], [.1111, .0636]], D = V q̂⁻¹ = [[.9, 0], [.1, 1]]: B D.
    needs = np.array([[12 / 90, 8 / 110], [10 / 90, 7 / 110]])
    shares = np.array([[0.9, 0.0], [0.1, 1.0]])
    assert product_by_product(U, V) == pytest.approx(needs @ shares)
    # q = 100 and 100 by product: the inverse gives the output back.
    e = V.sum(axis=0) - U.sum(axis=1)
    assert io.leontief_inverse(product_by_product(U, V)) @ e == pytest.approx(V.sum(axis=0))
    with pytest.raises(ValueError, match="products"):
        product_by_product(U, V[:1])
    with pytest.raises(ValueError, match="not negative"):
        product_by_product(-U, V)
