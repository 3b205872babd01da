"""The problem: in which of 72 countries will a track chart?

Seventy-two yes-or-no questions about one track, asked of one model: a track may chart in
many countries or in none, so the answers are independent probabilities, not shares of one.
"""

from typing import NamedTuple


class Feature(NamedTuple):
    """One audio feature of a track: the lowest and highest value that make sense, and its unit."""

    lowest: float
    highest: float
    unit: str


FEATURES = {
    "is_explicit": Feature(0, 1, "no or yes"),
    "duration_ms": Feature(1_000, 3_600_000, "milliseconds"),
    "danceability": Feature(0, 1, "share"),
    "energy": Feature(0, 1, "share"),
    "key": Feature(-1, 11, "pitch class; -1 for none found"),
    "loudness": Feature(-60, 5, "decibels below full scale"),
    "mode": Feature(0, 1, "minor or major"),
    "speechiness": Feature(0, 1, "share"),
    "acousticness": Feature(0, 1, "share"),
    "instrumentalness": Feature(0, 1, "share"),
    "liveness": Feature(0, 1, "share"),
    "valence": Feature(0, 1, "share"),
    "tempo": Feature(20, 300, "beats a minute"),
}

# ISO 3166 codes of the countries where K.R.A.P. Records sells.
COUNTRIES = tuple(
    (
        "AE AR AT AU BE BG BO BR BY CA CH CL CO CR CZ DE DK DO EC EE EG ES FI FR "
        "GB GR GT HK HN HU ID IE IL IN IS IT JP KR KZ LT LU LV MA MX MY NG NI NL "
        "NO NZ PA PE PH PK PL PT PY RO SA SE SG SK SV TH TR TW UA US UY VE VN ZA"
    ).split()
)

LABEL_DELAY = 3  # weeks from the release of a track until its charts are known
