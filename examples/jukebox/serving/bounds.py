"""The bounds: what may come in over HTTP, and errors that say what to send instead.

A track comes in as 13 features, each within its bounds; whatever else comes in is refused.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)

from jukebox.schema import FEATURES, ID_RULE, LONGEST_ID, TRACK_ID, WHOLE

Form = TypeVar("Form", bound=BaseModel)
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class RequestLimits:
    """How much a request may bring, and how long it may take to arrive."""

    tracks: int = 256  # in a batch
    body: int = 262_144  # bytes
    upload: float = 10.0  # seconds for a body to arrive


def require_whole(value: float) -> float:
    """Let a float pass if it is a whole number: JSON writes 1 or 1.0, and `int` takes one of them."""
    if not value.is_integer():
        raise ValueError("not a whole number")
    return value


TrackId = Annotated[
    str,
    Field(
        pattern=f"^{TRACK_ID.pattern}$",
        min_length=1,
        max_length=LONGEST_ID,
        description=ID_RULE,
        examples=["T0000001", "krap:track:0042", "QZ-KRP-26-00042"],
    ),
]
Whole = Annotated[
    float, AfterValidator(require_whole), Field(json_schema_extra={"type": "integer"})
]

if TYPE_CHECKING:

    class Track(BaseModel):
        """What a checker can know of the model below, whose other fields are those of FEATURES."""

        track_id: str | None
else:
    Track = create_model(
        "Track",
        __config__=STRICT,
        __doc__="One track: the 13 audio features, and an id by which its charts can be found "
        "later.",
        track_id=(TrackId | None, None),
        **{
            name: (Whole if name in WHOLE else float, Field(ge=low, le=high, description=unit))
            for name, (low, high, unit) in FEATURES.items()
        },
    )


class Batch(BaseModel):
    """The body of POST /predict."""

    model_config = STRICT
    tracks: list[Track] = Field(min_length=1)


class Order(BaseModel):
    """The body of an admin call; `rollback` needs no version, `challenge` alone reads `share`."""

    model_config = STRICT
    why: str = Field(min_length=1, max_length=500)
    version: int | None = Field(None, ge=1)
    share: float = Field(0.0, ge=0, le=1)


class Labels(BaseModel):
    """The labels of an alert: its name, and whatever else its sender has."""

    model_config = ConfigDict(extra="allow", strict=True)
    # As pydantic's manual types the extra fields; it reads this instead of its own declaration.
    __pydantic_extra__: dict[str, Annotated[str, Field(max_length=1000)]] = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride] - see above
    alertname: str = Field(min_length=1, max_length=200)


class Alert(BaseModel):
    """One alert of a notification; its other fields are not read."""

    model_config = ConfigDict(strict=True)
    status: Literal["firing", "resolved"]
    labels: Labels
    annotations: dict[str, Annotated[str, Field(max_length=4000)]] = {}
    startsAt: AwareDatetime


class Notification(BaseModel):
    """The body that Alertmanager sends to a webhook, version 4; its other fields are not read.

    Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
    """

    model_config = ConfigDict(strict=True)
    version: Literal["4"]
    alerts: list[Alert] = Field(min_length=1, max_length=256)


def complaint(error: ValidationError | RequestValidationError) -> Iterator[dict[str, str]]:
    """Say for each fault of a request: the field, the value, the bound, and what to send."""
    for fault in error.errors()[:10]:
        place = ".".join(map(str, fault["loc"])) or "body"
        name, value = (fault["loc"] or [""])[-1], repr(fault["input"]).removeprefix("b")[:40]
        if fault["type"] == "extra_forbidden":  # in the wrong place, whatever its name
            send = "remove it"
        elif name == "track_id":
            send = f"send {ID_RULE}"
        elif name in FEATURES:
            lowest, highest, unit = FEATURES[name]
            kind = "a whole number" if name in WHOLE else "a number"
            send = f"send {kind} from {lowest:g} to {highest:g} ({unit})"
        else:
            send = "add it" if fault["type"] == "missing" else fault["msg"]
        got = "it is missing" if fault["type"] == "missing" else f"{value} was sent"
        yield {"field": place, "value": value, "fix": f"{place}: {got}; {send}."}


async def read_body(request: Request, form: type[Form], limits: RequestLimits) -> Form:
    """Read a body within the limits and parse it: 408, 413, 422 say what to change."""
    data = bytearray()
    try:
        async with asyncio.timeout(limits.upload):
            async for chunk in request.stream():
                data += chunk
                if len(data) > limits.body:
                    raise HTTPException(413, f"The body is over {limits.body} bytes: send less.")
        return form.model_validate_json(bytes(data))
    except TimeoutError:
        raise HTTPException(408, f"No whole body within {limits.upload:g} s.") from None
    except ValidationError as error:
        raise HTTPException(422, list(complaint(error))) from None
