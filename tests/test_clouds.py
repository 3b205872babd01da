"""The drawing of the chapter on learning: it shows the animals that the page's block makes."""

import re

from scripts.clouds import DRAWING, MARKS, draw_plot, drawing_of_page, find_border


def test_the_committed_drawing_is_that_of_the_pages_block():
    """Who changes the block draws again: python -m scripts.clouds."""
    assert drawing_of_page() == DRAWING.read_text("utf-8")


def test_each_animal_and_each_middle_has_its_mark():
    """Nothing is left out, and the fox is named."""
    svg = draw_plot([(2, 8), (3, 8)], [(9, 4)], (9, 9), {"cat": (2.5, 8), "dog": (9, 4)})
    counts = {name: svg.count(mark) for name, mark in MARKS.items()}

    assert counts == {"cat": 2, "dog": 1, "fox": 1, "middle": 2}
    assert re.findall(r"<text[^>]*>([^<]*)", svg)[-1] == "the fox"


def test_the_dashed_line_is_as_far_from_either_middle():
    """Between (2, 8) and (8, 5), at ears of 6.5 and at ears of 10."""
    halfway, above = find_border((2, 8), (8, 5), 6.5), find_border((2, 8), (8, 5), 10)

    assert halfway == (5, 6.5)
    assert above == (6.75, 10)
