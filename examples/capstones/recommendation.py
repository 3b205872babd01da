"""Recommendation: a made-up app with recipes, whose log knows only the dishes that it showed."""

import numpy as np
import pandas as pd

from capstones.brief import Data

FIRST = pd.Timestamp("2026-02-02")  # a Monday
WEEKS, TESTED = 8, 2  # weeks of the log, and how many of the last ones a team tests on
VISITS, RANDOM_VISITS = 112, 380  # a week in the log, and in the week that the teacher keeps
PLACES = 4  # dishes that a visit shows
AT_RANDOM = 0.2  # the share of the places that the app does not fill by rank
DISHES, USERS, LISTED = 40, 150, 5  # `LISTED` dishes are what a recommender names for a user
REGIONS = ("Pune", "Chennai", "Porto")
CUISINES = ("Maharashtrian", "Tamil", "Portuguese", "Punjabi", "Italian")
# How much more often than usual each region (row) opens a dish of each cuisine (column).
TASTE = np.array([[2.6, 0.9, 0.4, 1.3, 0.7], [0.8, 2.6, 0.4, 0.9, 0.7], [0.3, 0.3, 2.6, 0.4, 1.6]])
LOOKED_AT = np.array([1.0, 0.8, 0.6, 0.45])  # the share of the users who look at each place


def make(seed: int) -> Data:
    """Return `dishes`, `users` and `log` for the team, and `random_week` for the teacher.

    The app fills a place by rank, with a dish that was opened often, or at random. In the random
    week, which comes after the log, it fills all places at random.
    """
    dice = np.random.default_rng(seed)
    cuisine = dice.permutation(np.arange(DISHES) % len(CUISINES))
    region = dice.choice(len(REGIONS), USERS, p=(0.4, 0.35, 0.25))
    usual = dice.uniform(0.1, 0.3, DISHES)
    chance = np.clip(usual * TASTE[region][:, cuisine], 0, 0.9)  # users x dishes
    opens = np.where(dice.permutation(DISHES) < 8, 6.0, 0.0)  # the editors' picks have a start

    ids = np.array([f"D{number:02}" for number in range(1, DISHES + 1)])
    people = np.array([f"U{number:03}" for number in range(1, USERS + 1)])

    def week(number: int, count: int, at_random: float) -> pd.DataFrame:
        """Return a row for each place of each visit of a week, by the opens of those before."""
        popularity = opens**1.5 + 0.001
        rows = []
        for minute in np.sort(dice.integers(0, 7 * 24 * 60, count)):
            user = int(dice.integers(USERS))
            drawn, shown = dice.random(PLACES) < at_random, []
            for place in range(PLACES):
                weight = np.where(drawn[place], 1.0, popularity)
                weight[shown] = 0  # no dish twice
                shown.append(int(dice.choice(DISHES, p=weight / weight.sum())))
            opened = dice.random(PLACES) < LOOKED_AT * chance[user, shown]
            time = FIRST + pd.Timedelta(7 * number, "D") + pd.Timedelta(int(minute), "min")
            for place in range(PLACES):
                chosen = "random" if drawn[place] else "rank"
                rows.append(
                    (time, people[user], place + 1, ids[shown[place]], chosen, opened[place])
                )
        names = ["shown_at", "user_id", "place", "dish_id", "chosen_by", "opened"]
        table = pd.DataFrame(rows, columns=names).astype({"opened": int})
        return table.assign(shown_at=table["shown_at"].dt.strftime("%Y-%m-%d %H:%M"))

    weeks = []
    for number in range(WEEKS):
        weeks.append(week(number, VISITS, AT_RANDOM))
        opened = weeks[-1].loc[weeks[-1]["opened"] == 1, "dish_id"].value_counts()
        opens = opens + opened.reindex(ids, fill_value=0).to_numpy()
    random_week = week(WEEKS, RANDOM_VISITS, 1.0)
    random_week.insert(0, "user_id", random_week.pop("user_id"))  # the id that the team has

    log = pd.concat(weeks, ignore_index=True)
    dishes = pd.DataFrame(
        {
            "dish_id": ids,
            "cuisine": np.array(CUISINES)[cuisine],
            "minutes": dice.choice((15, 20, 30, 45, 60, 90), DISHES),
            "vegetarian": dice.integers(0, 2, DISHES),
        }
    )
    dishes.loc[dice.random(DISHES) < 0.05, "minutes"] = None
    users = pd.DataFrame({"user_id": people, "region": np.array(REGIONS)[region]})
    users.loc[dice.random(USERS) < 0.05, "region"] = None
    return Data({"dishes": dishes, "users": users, "log": log}, {"random_week": random_week})


def most_opened(log: pd.DataFrame) -> list[str]:
    """Return the dishes that were opened most often, which is a list for everybody."""
    return list(log.groupby("dish_id")["opened"].sum().nlargest(LISTED).index)


def by_region(data: Data, log: pd.DataFrame) -> dict[str, list[str]]:
    """Return for each region the dishes that its users opened most often where chance showed them.

    Each dish has few such places. So its rate is that of its cuisine in the region, plus half of
    its own in all regions.
    """
    rows = log[log["chosen_by"] == "random"].merge(data.tables["users"]).dropna(subset="region")
    rows = rows.merge(data.tables["dishes"])
    cuisine = data.tables["dishes"].set_index("dish_id")["cuisine"]
    lists = {}
    for region, seen in rows.groupby("region"):
        of_cuisine = cuisine.map(seen.groupby("cuisine")["opened"].mean())
        of_dish = rows.groupby("dish_id")["opened"].mean().reindex(cuisine.index)
        rate = of_cuisine + 0.5 * of_dish.fillna(0)
        lists[str(region)] = list(rate.nlargest(LISTED).index)
    return lists


def hits(data: Data, rows: pd.DataFrame, lists: dict[str, list[str]], other: list[str]) -> float:
    """Return the share of the opens in `rows` whose dish is on the list of the user's region.

    `other` is the list for a user whose region has none.
    """
    opened = rows[rows["opened"] == 1].merge(data.tables["users"])
    found = [
        dish in lists.get(region, other)
        for dish, region in zip(opened["dish_id"], opened["region"], strict=True)
    ]
    return float(np.mean(found))


def trap(data: Data) -> dict[str, float]:
    """Return the share of the opens that the list of the most opened dishes has, and its lead.

    The lead is over a list for each region, in the last weeks of the log and in the random week.
    """
    log, random_week = data.tables["log"], data.truth["random_week"]
    before = pd.to_datetime(log["shown_at"]) < FIRST + pd.Timedelta(7 * (WEEKS - TESTED), "D")
    top = most_opened(log[before])
    lists = by_region(data, log[before])
    everybody, regional = hits(data, log[~before], {}, top), hits(data, log[~before], lists, top)
    truly = hits(data, random_week, {}, top) - hits(data, random_week, lists, top)
    return {
        "most opened, in the log": round(everybody, 2),
        "its lead in the log": round(everybody - regional, 2),
        "its lead in the random week": round(truly, 2),
    }
