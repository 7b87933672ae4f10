"""Every answer of the simulator against the published schemas."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import Json, an_offer, ask, client_of, get, options, pod_order

SPECS = Path(__file__).resolve().parents[2] / "../shared/api/openapi"
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the published schemas are not beside the project")

READS = (
    ("user", "/user/whoami"),
    ("user", "/user/teams"),
    ("user", "/user/teams?limit=1&offset=1"),
    ("teams", "/teams/{team}/members"),
    ("billing", "/billing/wallet?limit=100"),
    ("billing", "/billing/wallet?offset=90"),
    ("billing", "/billing/wallet?teamId={team}"),
    ("billing", "/billing/runs/{run}/usage"),
    ("availability", "/availability/"),
    ("availability", "/availability/clusters"),
    ("availability", "/availability/gpus"),
    ("availability", "/availability/gpus?gpu_type=H100_80GB&regions=united_states&regions=canada"),
    ("availability", "/availability/multi-node"),
    ("availability", "/availability/disks"),
    ("availability", "/availability/gpu-summary"),
    ("availability", "/availability/multi-node-summary"),
    ("pods", "/pods/"),
    ("pods", "/pods/history"),
    ("pods", "/pods/history?sort_by=createdAt&sort_order=asc&limit=3"),
    ("pods", "/pods/status?pod_ids={pod}&pod_ids={other_pod}"),
    ("pods", "/pods/{pod}"),
    ("pods", "/pods/{pod}/log"),
    ("disks", "/disks/"),
    ("disks", "/disks/{disk}"),
    ("ssh-keys", "/ssh_keys/"),
    ("template", "/template/registry-credentials"),
)


@cache
def spec(name: str) -> Json:
    document = yaml.safe_load((SPECS / f"prime-intellect-{name}-api-openapi.yml").read_text())
    # The only inaccuracy that matters: one property is literally called `{GPUType}` and means any.
    legacy = document["components"]["schemas"].get("LegacyAvailabilityResponse")
    if legacy:
        legacy["additionalProperties"] = legacy["properties"].pop("{GPUType}")
    return document


def schema_of(name: str, method: str, path: str, status: int) -> Json:
    """Return the schema of an answer, with the components beside it for its references."""
    document = spec(name)
    parts = path.split("?", 1)[0].split("/")
    for template, operations in document["paths"].items():
        wanted = template.removeprefix("/api/v1").split("/")
        same = len(wanted) == len(parts) and all(
            a == b or a.startswith("{") for a, b in zip(wanted, parts, strict=True)
        )
        if same and method in operations:
            content = operations[method]["responses"][str(status)].get("content", {})
            schema = copy.deepcopy(content.get("application/json", {}).get("schema", {}))
            return {**schema, "components": document["components"]}
    raise AssertionError(f"{method} {path} is not in {name}")


def check(name: str, method: str, path: str, answer: httpx.Response, status: int = 200) -> None:
    assert answer.status_code == status, answer.text
    checker = Draft202012Validator(schema_of(name, method, path, status), format_checker=None)
    problems = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in checker.iter_errors(answer.json())]
    assert not problems, problems[:5]


@pytest.fixture(scope="module", params=["calm", "busy", "hostile", "huge", "empty"])
def reader(request: pytest.FixtureRequest) -> Json:
    with SimServer(options(scenario=request.param)) as server, client_of(server) as client:
        yield client


def names_of(client: httpx.Client) -> dict[str, str]:
    """Return an id of each kind, where the world has one."""
    pods = get(client, "/pods/")["data"]
    runs = get(client, "/rft/runs", limit=100)["runs"]
    disks = get(client, "/disks/")["data"]
    found = {"team": get(client, "/user/teams")["data"][0]["teamId"]}
    logged = [pod["id"] for pod in pods if pod["providerType"] != "vultr"]
    if logged:
        found |= {"pod": logged[0], "other_pod": logged[-1]}
    return found | ({"run": runs[0]["id"]} if runs else {}) | ({"disk": disks[0]["id"]} if disks else {})


@pytest.mark.parametrize(("name", "path"), READS)
def test_reads(reader: httpx.Client, name: str, path: str) -> None:
    try:
        filled = path.format(**names_of(reader))
    except KeyError:
        pytest.skip("this world has no such thing")
    check(name, "get", filled, reader.get(filled))


def test_usage_of_every_run(shared: httpx.Client) -> None:
    runs = get(shared, "/rft/runs", limit=100)["runs"]
    assert {run["status"] for run in runs} >= {
        "QUEUED",
        "RUNNING",
        "COMPLETED",
        "FAILED",
        "STOPPED",
        "PAUSED",
    }
    for run in runs:
        path = f"/billing/runs/{run['id']}/usage"
        check("billing", "get", path, shared.get(path))


@pytest.mark.parametrize("age_s", [0, 30, 90, 200, 4000])
def test_pods_and_disks_at_every_age(sim: SimServer, http: httpx.Client, age_s: int) -> None:
    made = http.post("/pods/", json=pod_order(an_offer(http)))
    check("pods", "post", "/pods/", made)
    disk = http.post(
        "/disks/", json={"disk": {"size": 50, "dataCenterId": "FIN-01"}, "provider": {"type": "datacrunch"}}
    )
    check("disks", "post", "/disks/", disk)
    sim.advance(age_s)
    for name, path in (("pods", f"/pods/{made.json()['id']}"), ("disks", f"/disks/{disk.json()['id']}")):
        check(name, "get", path, http.get(path))
    path = f"/pods/{made.json()['id']}"
    check("pods", "delete", path, http.delete(path))
    path = f"/disks/{disk.json()['id']}"
    check("disks", "patch", path, http.patch(path, json={"name": "renamed"}))
    check("disks", "delete", path, http.delete(path))


def test_writes(http: httpx.Client) -> None:
    key = http.post("/ssh_keys/", json={"name": "new", "publicKey": "ssh-ed25519 AAAANew x"})
    check("ssh-keys", "post", "/ssh_keys/", key)
    path = f"/ssh_keys/{key.json()['id']}"
    check("ssh-keys", "patch", path, http.patch(path, json={"isPrimary": True}))
    check("ssh-keys", "delete", path, http.delete(path))
    image = http.post("/template/check-docker-image", json={"image": "a/b:1"})
    check("template", "post", "/template/check-docker-image", image)
    made = http.post("/training/runs", json={"config": {"max_steps": 5}})
    check("training", "post", "/training/runs", made, 201)
    path = f"/training/runs/{made.json()['runId']}"
    check("training", "delete", path, http.delete(path))


def test_refusals_of_the_query(http: httpx.Client) -> None:
    for name, path in (
        ("billing", "/billing/wallet?limit=101"),
        ("billing", "/billing/wallet?limit=x"),
        ("availability", "/availability/gpus?gpu_type=H100"),
        ("availability", "/availability/gpus?regions=europe"),
        ("availability", "/availability/gpus?page_size=101"),
        ("pods", "/pods/history?sort_by=price"),
        ("disks", "/disks/?offset=-1"),
    ):
        check(name, "get", path, http.get(path), 422)


def test_chat_and_models(http: httpx.Client) -> None:
    models = http.get("/models")
    check_inference("/models", "get", models)
    body = ask("hello", usage={"include": True})
    check_inference("/chat/completions", "post", http.post("/chat/completions", json=body))


def check_inference(path: str, method: str, answer: httpx.Response) -> None:
    document = spec("inference")
    schema = document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    checker = Draft202012Validator({**schema, "components": document["components"]})
    assert [e.message for e in checker.iter_errors(answer.json())] == []
