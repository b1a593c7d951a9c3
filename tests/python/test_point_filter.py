# SPDX-License-Identifier: Apache-2.0
"""The filter of a sweep: what pandas' expressions say of the same columns, and never more than a comparison."""

import time

import pandas
import pytest

import siovsim as sv
from siovsim.sweeps import point_filter

COLUMNS = {
    "seed": (1, 2, 18446744073709551615, 4),
    "entries": ("16", "64", "1e3", "64.5"),
    "page": ("4 KiB", "2 MiB", "4 KiB", "8"),
    "ATC entries": ("1", "2", "3", "4"),
}


def chosen(expression):
    return point_filter.choose(expression, COLUMNS, 4)


@pytest.mark.parametrize(
    "expression",
    [
        "entries >= 64",
        "entries == 64 or seed == 1",
        "entries >= 64 & seed != 2 | page == '8'",
        "~(entries > 64) and not seed == 1",
        "16 < entries <= 64.5",
        "(entries - 16) * 2 / 4 + seed % 3 >= 1",
        "entries ** 0.5 > 4",
        "entries // 10 == 6",
        "-entries < -64",
        "page == '4 KiB' and `ATC entries` > 1",
        "page in ['2 MiB', '8']",
        "seed not in [1, 2]",
        "page != 3",
        "seed == 18446744073709551615",
        "page < '5'",
    ],
)
def test_an_expression_chooses_what_pandas_would(expression):
    frame = pandas.DataFrame(COLUMNS)
    for name in frame.columns:
        frame[name] = pandas.to_numeric(frame[name], errors="ignore")
    assert chosen(expression) == list(frame.eval(expression)), expression


def test_what_is_not_known_equals_nothing():
    assert point_filter.choose("seed != 1", {"seed": (None, None)}, 2) == [True, True]
    with pytest.raises(sv.InputError, match="holds at none of the sweep's 2 points"):
        point_filter.choose("seed == 1 or seed < 5", {"seed": (None, None)}, 2)


@pytest.mark.parametrize(
    "expression, words",
    [
        ("nothing > 3", "there is no column nothing"),
        ("`no such` > 3", "there is no column no such"),
        ("seed > ", "cannot be used"),
        ("seed > 'a'", "cannot be used"),
        ("page > 3", "cannot be used"),
        ("page + 1 > 3", "page is no number"),
        ("seed / 0 > 1", "division by zero"),
        ("10**10**10 > seed", "math range error"),
        ("seed * 'a' == 'aaa'", "'a' is no number"),
        ("seed == 1 + (seed == 1)", "seed == 1 is no number"),
        ("seed and seed > 1", "seed is no comparison"),
        ("seed is 1", "is no comparison of values"),
        ("seed.real > 1", "is no part of a comparison"),
        ("page.str.len() > 1", "is no part of a comparison"),
        ("abs(seed) > 1", "there is no column abs"),
        ("__import__('os').getpid() > 1", "there is no column __import__"),
        ("[one for one in seed] == 1", "cannot be used"),
        ("(lambda: seed)() > 1", "cannot be used"),
        ("seed << 9999999999 > 1", "is no part of a comparison"),
        ("seed > 1; seed > 2", "cannot be used"),
        ("seed = 3", "cannot be used"),
        ("seed in 3", "cannot be used"),
        ("seed > 1j", "is no part of a comparison"),
        ("'''seed", "cannot be used"),
        ("(" * 400 + "seed" + ")" * 400 + " > 1", "cannot be used"),
        ("- " * 490 + "seed", "it is nested too deeply"),
        ("seed > 1" + " and seed > 1" * 200, "at most 1,000 are possible"),
        ("seed\0 > 1", "cannot be used"),
        ("", "cannot be used"),
        ("seed", "is no comparison, such as 'seed > 1'"),
        ("1 == 1", "is no comparison, such as 'seed > 1'"),
    ],
)
def test_what_is_no_comparison_is_one_sentence_with_the_names(expression, words):
    with pytest.raises(sv.InputError) as refused:
        chosen(expression)
    sentence = str(refused.value)
    assert words in sentence and sentence.endswith("it may name seed, entries, page, ATC entries."), sentence
    assert sentence.startswith("filter '") and "\n" not in sentence.replace(expression, "")


@pytest.mark.parametrize("expression", [5, None, b"seed > 1", ["seed > 1"]])
def test_a_filter_is_text(expression):
    with pytest.raises(sv.InputError, match="it must be text, such as 'seed > 1'"):
        chosen(expression)


@pytest.mark.parametrize(
    "expression", ["10**10**10 > 1", "seed < 9**9**9**9", "seed < " + "9" * 900, "seed * " + "*".join(["99999999"] * 100) + " > 1"]
)
def test_no_expression_takes_longer_than_it_is_long(expression):
    began = time.process_time()
    try:
        point_filter.choose(expression, {"seed": tuple(range(100))}, 100)
    except sv.InputError:
        pass
    assert time.process_time() - began < 2.0
