"""Who may do what: nobody decides without the operator's token, and nothing secret gets out."""

import inspect
import json
import re
import secrets
import shutil
from urllib.parse import quote

import pytest
import requests
from click.testing import CliRunner
from jukebox import Refused, Registry, Store
from jukebox.cli.main import main
from jukebox.model import job
from jukebox.schema import is_id
from jukebox.serving import admin
from jukebox.world import report

from tests.jukebox.conftest import begun, reigned  # noqa: F401
from tests.jukebox.loops import CALM, Home
from tests.jukebox.serving import TRACK
from tests.waiting import HANGS, until

from .running import TOKENS, Service

pytestmark = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy"),  # MLflow of SQLAlchemy
    pytest.mark.filterwarnings("ignore:.*type hint is inferred as AnyType"),  # MLflow of itself
]

SIZES = {}  # nothing here is counted by the thousand
SAME = (
    *("calls_tried", "calls_refused", "calls_logged", "secrets_placed", "secrets_found"),
    *("path_tricks_tried", "path_tricks_refused"),
)
ACTIONS = ("challenge", "withdraw", "promote", "rollback", "retire")
# What somebody might send instead of a token, and what he is told.
STRANGERS = {
    "none": ({}, 401),
    "wrong": ({"Authorization": "Bearer wrong-0123456789abcdef"}, 401),
    "empty": ({"Authorization": "Bearer "}, 401),
    "without its word": ({"Authorization": TOKENS["operator"]}, 401),
    "another word": ({"Authorization": f"Basic {TOKENS['operator']}"}, 401),
    "cut short": ({"Authorization": f"Bearer {TOKENS['operator'][:-1]}"}, 401),
    "with more": ({"Authorization": f"Bearer {TOKENS['operator']} x"}, 401),
    "as a cookie": ({"Cookie": f"token={TOKENS['operator']}"}, 401),
    "no ASCII": ({"Authorization": "Bearer \xe4\xf6\xfc".encode("latin-1")}, 401),
    "of the auditor": ({"Authorization": f"Bearer {TOKENS['auditor']}"}, 403),
}


@pytest.fixture(scope="module")
def service(stock, tmp_path_factory):
    """A service whose champion is version 1 of 3, and the registry that it serves."""
    home = tmp_path_factory.mktemp("access") / "home"
    running = Service(stock, home)
    running.registry = Registry(home / "registry")
    running.registry.promote(1, "the first")
    until(lambda: requests.get(f"{running.url}/health/ready", timeout=HANGS).ok, "its first model")
    yield running
    running.process.kill()
    running.process.communicate()


def admin_calls(url):
    """Give (method, address) of every admin call that the service's own OpenAPI knows."""
    for path, methods in requests.get(f"{url}/openapi.json", timeout=HANGS).json()["paths"].items():
        if path.startswith("/admin/"):
            actions = ACTIONS if "{action}" in path else ("",)
            for action in actions:
                filled = path.replace("{action}", action)
                yield from ((m.upper(), re.sub(r"{\w+}", "1", filled)) for m in methods)


def test_every_admin_call_by_a_stranger(service, figures):
    """Each is refused, told who may, written down without the token, and changes nothing."""
    before, told = service.registry.history(), service.log.stat().st_size
    calls, refused, order = list(admin_calls(service.url)), 0, {"version": 2, "why": "mine now"}
    for method, path in calls:
        for headers, status in STRANGERS.values():
            reading = status == 403 and method == "GET"  # what the auditor is for
            answer = requests.request(
                method, service.url + path, json=order, headers=headers, timeout=HANGS
            )
            refused += answer.status_code == status
            if not reading:
                assert status == answer.status_code, (method, path, headers)
                assert "operator" in answer.json()["detail"]
    reads = sum(method == "GET" for method, _ in calls)
    tried = len(calls) * len(STRANGERS) - reads  # less what the auditor may read
    log = service.log.read_text("utf-8")[told:]
    lines = [line for line in log.splitlines() if "Admin call refused" in line]
    figures |= {"calls_tried": tried, "calls_refused": refused, "calls_logged": len(lines)}

    assert len(ACTIONS) + 3 <= len(calls)
    assert tried == refused == len(lines)
    assert before == service.registry.history()
    for method, path in calls:
        role = ["auditor"] * (method != "GET")
        for who in ["None", *role]:
            assert f"Admin call refused: '{path}' from 127.0.0.1 as {who}" in log
    assert not any(token[:-1] in log for token in TOKENS.values())


def test_tokens_are_compared_in_constant_time():
    """So that nobody learns one letter by letter: by `compare_digest`, and by nothing else."""
    source = inspect.getsource(admin.router)

    assert 'hmac.compare_digest(f"Bearer {token}".encode(), given)' in source
    assert not re.search(
        r"token\b.{0,9}(==|!=| in | is )", source.replace("token in tokens.items()", "")
    )


# ---- nothing secret gets out ---------------------------------------------------------------------


def everything(folder):
    """Give (file, bytes) of all files in a folder."""
    return [(file, file.read_bytes()) for file in sorted(folder.rglob("*")) if file.is_file()]


def test_nothing_secret_gets_out(reigned, tmp_path, monkeypatch, figures):  # noqa: F811
    """Tokens and passwords go in by the environment; no file, output, page or error has them."""
    names = ("operator", "auditor", "mlflow", "dvc", "prometheus", "alertmanager")
    hidden = {name: f"{name}-{secrets.token_hex(12)}" for name in names}
    home = tmp_path / "home"
    shutil.copytree(reigned.folder, home)
    for name in names[2:]:
        where = {"mlflow": "MLFLOW", "dvc": "DVC_REMOTE"}.get(name, name.upper())
        scheme = {"dvc": "ssh"}.get(name, "http")
        address = f"{scheme}://someone:{hidden[name]}@127.0.0.1:1/nowhere"
        monkeypatch.setenv(f"JUKEBOX_{where}", address)
    for role in names[:2]:
        monkeypatch.setenv(f"JUKEBOX_{role.upper()}_TOKEN", hidden[role])
    said = []

    def do(*words, **environment):
        answer = CliRunner().invoke(main, [*words, "--home", str(home)], env=environment)
        said.append(answer.output + repr(answer.exception))
        return answer.exit_code

    # What fails for want of a server, and what works with what is built in.
    failed = [do("status"), do("promote", "1", "--why", "x"), do("train"), do("monitor")]
    own = {"JUKEBOX_MLFLOW": None}
    assert all(failed)
    do("status", **own), do("lineage", "2", **own), do("monitor", **own), do("doctor", **own)
    do("generate", "--weeks", "1", **own)
    events = Home(home).events()
    report.write_report(events, tmp_path / "report.html", Registry(home / "registry").lineage(2))

    service = Service(
        home / "registry", tmp_path / "served", {r: hidden[r] for r in TOKENS}, JUKEBOX_MLFLOW=""
    )
    try:
        for role in (*TOKENS, "mlflow"):
            headers = {"Authorization": f"Bearer {hidden[role]}"}
            for method, path in admin_calls(service.url):
                order = {"version": 1, "why": "to see"}
                answer = requests.request(
                    method, service.url + path, json=order, headers=headers, timeout=HANGS
                )
                said.append(answer.text + str(answer.headers))
        for path in ("openapi.json", "metrics", "health/ready", "nothing/here"):
            said.append(requests.get(f"{service.url}/{path}", timeout=HANGS).text)
        sent = {"tracks": [TRACK | {"energy": "mine"}]}
        said.append(requests.post(f"{service.url}/predict", json=sent, timeout=HANGS).text)
    finally:
        code = service.stop()
    found = [(file, name) for file, held in everything(tmp_path) for name, secret in hidden.items()
             if secret.encode() in held]  # fmt: skip
    found += [("an output", name) for text in said for name, s in hidden.items() if s in text]
    figures |= {"secrets_placed": len(hidden), "secrets_found": len(found)}
    figures["files_searched"] = len(everything(tmp_path))

    assert 0 == code
    assert any("someone" in text or "127.0.0.1:1" in text for text in said)  # it was used
    assert [] == found


# ---- names that lead elsewhere -------------------------------------------------------------------

NAMES = {
    "up": "../../outside",
    "up, as an address has it": "..%2f..%2foutside",
    "up, on Windows": "..\\..\\outside",
    "from the root": "/etc/passwd",
    "another scheme": "file:///etc/passwd",
    "a null byte": "1\0",
    "very long": "x" * 5_000,
    "a command": "$(id);`id`|id",
    "a query": "1' OR '1'='1",
    "somebody's home": "~root",
}


@pytest.fixture
def outside(tmp_path):
    """A store that lies one level below a list of batches, as valid as the store's own."""
    store = Store(tmp_path / "home" / "data")
    store.arrive(0, CALM.week(0)[0])
    listed = (store.folder / "now.json").read_text("utf-8")
    (tmp_path / "home" / "outside.json").write_text(listed, "utf-8")
    return store


@pytest.mark.parametrize("trick", NAMES)
def test_a_name_that_leads_elsewhere(service, outside, tmp_path, figures, trick):
    """In versions, requests, actions, tracks, models and batches: refused, and nothing moves.

    As a track's id some are as good as any: an id leads nowhere, and is given back as it came.
    """
    name, before = NAMES[trick], {file for file, _ in everything(tmp_path)}
    headers = {"Authorization": f"Bearer {TOKENS['operator']}"}
    known, codes = service.registry.history(), []
    for kind in ("lineage/", "requests/"):
        path = f"{service.url}/admin/{kind}{quote(name, safe='')}"
        codes.append(requests.get(path, headers=headers, timeout=HANGS).status_code)
    path = f"{service.url}/admin/{quote(name, safe='')}"
    order = {"version": 2, "why": "a trick"}
    codes.append(requests.post(path, json=order, headers=headers, timeout=HANGS).status_code)
    tracks = {"tracks": [TRACK | {"track_id": name}]}
    answer = requests.post(f"{service.url}/predict", json=tracks, timeout=HANGS)
    if is_id(name):
        assert name == answer.json()["predictions"][0]["track_id"]
    else:
        codes.append(answer.status_code)
    bare = f"GET /admin/requests/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
    codes += service.raw(f"{bare}{TOKENS['operator']}\r\n\r\n".encode())
    with pytest.raises(Refused, match="is no name for a model"):
        Registry(tmp_path / "registry", name=name)
    with pytest.raises(ValueError, match="There is no data version"):
        outside.read(name)
    listed = json.loads((outside.folder / "now.json").read_text("utf-8"))
    listed["batches"]["tracks"]["0"] = name
    (outside.folder / "now.json").write_text(json.dumps(listed), "utf-8")
    with pytest.raises(ValueError, match="is no batch of tracks"):
        outside.read()
    homeless = CliRunner().invoke(main, ["status", "--home", f"{tmp_path}/\0{name}"])
    figures["path_tricks_tried"] = figures.get("path_tricks_tried", 0) + len(codes) + 4
    refused = sum(code in (400, 404, 405, 409, 422) for code in codes) + 3
    refused += homeless.exit_code in (1, 2) and isinstance(homeless.exception, SystemExit)
    figures["path_tricks_refused"] = figures.get("path_tricks_refused", 0) + refused

    assert len(codes) + 4 == refused, (codes, homeless.output, homeless.exception)
    assert known == service.registry.history()
    assert before == {file for file, _ in everything(tmp_path)}


def test_links_in_the_checkout_and_in_the_store(outside, tmp_path):
    """A snapshot of code holds files and no links; a batch that became a link is another one."""
    package, secret = tmp_path / "checkout" / "jukebox", tmp_path / "secret.py"
    package.mkdir(parents=True)
    secret.write_text("# the first\n", "utf-8")
    (package / "training.py").symlink_to(secret)
    version = job.take_snapshot(package, tmp_path / "code")
    secret.write_text("# the second\n", "utf-8")
    copies = list((tmp_path / "code" / version).rglob("*"))
    stored = next((outside.folder / "batches").glob("tracks-*"))
    stored.rename(tmp_path / "elsewhere.csv")
    (tmp_path / "other.csv").write_bytes((tmp_path / "elsewhere.csv").read_bytes() + b"more")
    stored.symlink_to(tmp_path / "other.csv")

    assert not any(file.is_symlink() for file in copies)
    assert "# the first\n" == (tmp_path / "code" / version / "jukebox" / "training.py").read_text()
    with pytest.raises(ValueError, match="is not what came in"):
        Store(outside.folder).read()
