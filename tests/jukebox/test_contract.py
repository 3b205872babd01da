"""The contract: what the OpenAPI says is what the service takes and answers."""

import json
import re
import sqlite3

import pytest

from .serving import TRACK, served
from .test_app import two  # noqa: F401

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]


def test_every_reference_leads_somewhere(two):  # noqa: F811
    """A reader of the OpenAPI finds each schema that it names."""
    with served(two) as client:
        said = client.get("/openapi.json").json()
    names = re.findall(r'"\$ref": "#/(.*?)"', json.dumps(said))

    assert "components/schemas/Track" in names
    for name in names:
        place = said
        for part in name.split("/"):
            place = place[part]
        assert place


def test_each_admin_call_is_declared_to_need_a_token(two):  # noqa: F811
    """With its codes, and no other call."""
    with served(two) as client:
        paths = client.get("/openapi.json").json()["paths"]
    calls = {path: call for path, of in paths.items() for call in of.values()}

    assert {p for p in paths if p.startswith("/admin/")} == {
        path for path, call in calls.items() if call.get("security") == [{"HTTPBearer": []}]
    }
    assert all({"401", "403"} <= set(calls[p]["responses"]) for p in paths if "admin" in p)


def test_a_registry_that_cannot_be_used_is_declared(two, monkeypatch):  # noqa: F811
    """Each admin call answers 503 then, and its contract has said so."""

    def locked(*_, **__):
        raise sqlite3.OperationalError("history.db: database is locked")

    names = ("promote", "rollback", "challenge", "withdraw", "retire", "lineage", "trace_answer")
    with served(two) as client:
        for name in names:
            monkeypatch.setattr(two, name, locked)
        codes = [client.admin("POST", a, version=1, why="x").status_code for a in names[:5]]
        codes += [client.admin("GET", f"{a}/1").status_code for a in ("lineage", "requests")]
        paths = client.get("/openapi.json").json()["paths"]
    said = [call["responses"] for p in paths if "admin" in p for call in paths[p].values()]

    assert {503} == {*codes}
    assert all("503" in responses for responses in said)


@pytest.mark.parametrize("name", ["is_explicit", "key", "mode"])
def test_a_whole_number_may_be_written_as_json_has_it(two, name):  # noqa: F811
    """1.0 is 1, as in JSON Schema; 0.5, "1" and true are not."""
    with served(two) as client:
        client.ready()
        codes = [client.predict(TRACK | {name: v}).status_code for v in (1, 1.0, 0.5, "1", True)]

    assert [200, 200, 422, 422, 422] == codes


def test_a_path_that_does_not_fit_is_told_like_a_body(two):  # noqa: F811
    """Field, value and remedy, also for the word that stands in the address."""
    with served(two) as client:
        (fault,) = client.admin("POST", "load", version=2, why="because").json()["detail"]

    assert ("path.action", "'load'") == (fault["field"], fault["value"])
    assert "'load' was sent; Input should be 'challenge'" in fault["fix"]
