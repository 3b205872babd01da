"""Spam: text messages of a made-up provider; the spammers answer each release of its filter."""

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from capstones import brief
from capstones.brief import Data

RELEASES = pd.to_datetime(
    ["2026-01-05", "2026-02-02", "2026-03-02", "2026-04-06", "2026-05-04", "2026-06-01"]
)
END = pd.Timestamp("2026-06-29")
LABELLED = RELEASES[4]  # from this day on, only the teacher has the labels
MESSAGES = 2_400
SPAM = 0.25  # the share of the messages
REPORTED = 7  # days until the receivers have reported a message
BLOCKED = 0.01  # the share of the wanted messages that may be blocked by mistake

# A campaign is what it promises or threatens, what to do about it, and until when.
CAMPAIGNS = {
    "prize": ("you won the lottery bumper prize", "claim the jackpot", "before the draw closes"),
    "kyc": (
        "your KYC has expired, account suspended",
        "update PAN at this link",
        "within 24 hours",
    ),
    "power": ("electricity supply will be disconnected", "ring the officer", "tonight 9.30 pm"),
    "job": ("work from home, earn 5000 daily", "like videos, message HR", "only 10 seats left"),
    "loan": (
        "instant personal loan sanctioned",
        "no documents, tap to withdraw",
        "offer lapses soon",
    ),
    "parcel": ("customs holds your parcel", "pay the release charge", "or it goes back to sender"),
    "trade": ("our stock tips doubled the capital", "join the VIP trading group", "free this week"),
    "child": (
        "Mama, my mobile is broken",
        "save this new number, transfer the rent",
        "please hurry",
    ),
}
WANTED = (
    "Your OTP for {shop} is {n}. Do not share it.",
    "Rs {n} debited from a/c XX{d}. Not you? Call your bank.",
    "Your electricity bill of Rs {n} is due on the {d}th.",
    "{shop}: parcel {n} arrives tomorrow before {d} pm.",
    "Running late, start {meal} without me",
    "{meal} at {d}? I have news about the new job",
    "School is closed tomorrow because of the rain",
    "KYC papers received at branch {d}, nothing to do.",
    "Aaj ghar late aaunga, {meal} rakh dena",
    "Bin in {d} Minuten da, {meal} steht im Ofen",
    "Rent transferred, {n}. Please send the receipt.",
    "Your plan has {d} GB left. Recharge of Rs {n} done.",
    "Won the match by {d} runs! Come for {meal}",
    "Interview on the {d}th, bring your documents and PAN.",
)
# What people write to each other: somebody, what they did or should do, and when.
CHAT = (
    ("Ravi", "Mama", "the landlord", "our officer", "Anke", "my brother", "HR", "the bank", "Papa"),
    (
        *("forgot to pay the charge for the parcel", "has a new number, save it please"),
        *("sent the link to the group", "lost the mobile on the bus", "found free seats for us"),
        *("wants the documents and the PAN copy", "moved the draw of the tournament"),
        *("will transfer the capital of the shop", "likes your videos", "got the loan sanctioned"),
        *("suspended the account by mistake", "works from home", "opened an account, no charge"),
        *(
            "asks if the electricity is back",
            "has updated the app",
            "needs tips for the stock exam",
        ),
        *("holds the seat for you", "paid the release of the album", "wird die Miete zahlen"),
        *("ghar par nahi hai", "ne link bheja hai", "bringt die Post mit"),
    ),
    ("today", "tonight", "this week", "before dinner", "within the hour", "kal", "morgen", "again"),
)
OPENINGS = ("Dear customer,", "Hello,", "Notice:", "Hi,", "Namaste ji,", "Guten Tag,", "", "", "")
LOOKALIKES = str.maketrans("aeioAEIO", "@31043!0")


def disguise(text: str, dice: np.random.Generator) -> str:
    """Return a text with some of its longer words spelled so that a filter does not know them."""
    words = text.split()
    for place, word in enumerate(words):
        if len(word) > 3 and dice.random() < 0.6:
            split = int(dice.integers(1, len(word)))
            dotted = f"{word[:split]}.{word[split:]}"
            words[place] = dotted if dice.random() < 0.5 else word.translate(LOOKALIKES)
    return " ".join(words)


def spam_text(names: list[str], now: int, dice: np.random.Generator) -> str:
    """Return a message of the campaign of release number `now`, or of an older one in disguise.

    `names` are campaigns, in the order of the releases that they answer; `now` is -1 before the
    first one.
    """
    old = now >= 0 and dice.random() < 0.3
    parts = CAMPAIGNS[names[int(dice.integers(0, now + 1)) if old else now + 1]]
    text = " ".join(part for part in parts if part == parts[0] or dice.random() < 0.8)
    number = f" {dice.integers(10**9, 10**10)}" if dice.random() < 0.4 else ""
    text = disguise(text, dice) if old else text
    padding = chat_text(dice) + ". " if dice.random() < 0.4 else ""
    return f"{dice.choice(OPENINGS)} {padding}{text}{number}".strip()


def chat_text(dice: np.random.Generator) -> str:
    """Return what somebody might write to a friend."""
    return " ".join(str(dice.choice(part)) for part in CHAT)


def wanted_text(dice: np.random.Generator) -> str:
    """Return a message that its reader wants."""
    opening = dice.choice(OPENINGS)
    if dice.random() < 0.6:
        return f"{opening} {chat_text(dice)}".strip()
    text = f"{opening} {dice.choice(WANTED)}".strip()
    return text.format(
        shop=dice.choice(
            ("Sabzi Ghar", "the railway", "Brotladen", "Kitab Shop", "Paketbote", "the library")
        ),
        meal=dice.choice(("lunch", "dinner", "chai", "Abendessen", "khana")),
        n=dice.integers(1_000, 99_999),
        d=dice.integers(5, 29),
    )


def make(seed: int) -> Data:
    """Return `messages` and `releases` for the team, and `labels` of all messages for the teacher.

    The team's column `spam` is empty from the fifth release on. The spammers change their words
    three days after each release.
    """
    dice = np.random.default_rng(seed)
    names = [str(name) for name in dice.permutation(list(CAMPAIGNS))]
    span = (END - RELEASES[0]).days
    days = np.sort(dice.integers(0, span, MESSAGES))
    spam = dice.random(MESSAGES) < SPAM
    changes = (RELEASES - RELEASES[0]).days.to_numpy() + 3
    texts = [
        spam_text(names, int(np.sum(changes <= day)) - 1, dice) if is_spam else wanted_text(dice)
        for day, is_spam in zip(days, spam, strict=True)
    ]
    numbers = np.char.add("+91 9", dice.integers(10**8, 10**9, MESSAGES).astype(str))
    headers = dice.choice(("VM-ALERTS", "AD-OFFERS", "JK-INFO", "DE-SERVICE"), MESSAGES)
    from_a_number = dice.random(MESSAGES) < np.where(spam, 0.6, 0.45)
    mistaken = dice.random(MESSAGES) < 0.005  # a customer presses the wrong button
    ids = np.char.add("M", (20_001 + np.arange(MESSAGES)).astype(str))
    received = RELEASES[0] + pd.to_timedelta(days, "D")
    messages = pd.DataFrame(
        {
            "message_id": ids,
            "received_on": received.strftime("%Y-%m-%d"),
            "sender": np.where(from_a_number, numbers, headers),
            "text": [
                text.replace(",", "&#44;") if dirty else text
                for text, dirty in zip(texts, dice.random(MESSAGES) < 0.02, strict=True)
            ],
            "spam": np.where(received < LABELLED, (spam ^ mistaken).astype(float), np.nan),
        }
    )
    messages.loc[dice.random(MESSAGES) < 0.02, "sender"] = None
    releases = pd.DataFrame(
        {
            "release": [f"1.{number}" for number in range(len(RELEASES))],
            "released_on": RELEASES.strftime("%Y-%m-%d"),
        }
    )
    labels = pd.DataFrame({"message_id": ids, "spam": spam.astype(int)})
    return Data({"messages": messages, "releases": releases}, {"labels": labels})


def as_of(data: Data, day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables as they were when `day` began: the labels of the last week had not come."""
    tables = brief.as_of(data, day)
    messages = tables["messages"]
    late = pd.to_datetime(messages["received_on"]) >= day - pd.Timedelta(REPORTED, "D")
    return tables | {"messages": messages.assign(spam=messages["spam"].mask(late))}


def found(messages: pd.DataFrame, train: pd.Series, test: pd.Series) -> float:
    """Return the share of the spam of `test` that a filter blocks after learning from `train`.

    `train` and `test` say of each row of `messages` whether it is one of theirs. The filter blocks
    what gets a higher score than all but the share `BLOCKED` of the wanted messages of `test`.
    """
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))
    model.fit(messages["text"][train], messages["spam"][train])
    score = model.predict_proba(messages["text"][test])[:, 1]
    spam = messages["spam"][test].to_numpy() == 1
    threshold = np.quantile(score[~spam], 1 - BLOCKED)
    return float(np.mean(score[spam] > threshold))


def trap(data: Data) -> dict[str, float]:
    """Return the share of the spam found in a random test, in the newest period, and after it.

    The first two need the team's labels alone. A period goes from one release to the next.
    """
    messages, labels = data.tables["messages"], data.truth["labels"]
    day = pd.to_datetime(messages["received_on"])
    labelled, newest = day < LABELLED, day >= RELEASES[3]
    rows, _ = train_test_split(messages.index[labelled], test_size=0.3, random_state=0)
    train = labelled & messages.index.isin(rows)
    known = messages.assign(
        spam=messages["spam"].fillna(
            messages["message_id"].map(labels.set_index("message_id")["spam"])
        )
    )
    return {
        "in a random test": round(found(messages, train, labelled & ~train), 2),
        "in the newest labelled period": round(
            found(messages, labelled & ~newest, labelled & newest), 2
        ),
        "after the next release": round(
            found(known, labelled, (day >= LABELLED) & (day < RELEASES[5])), 2
        ),
    }
