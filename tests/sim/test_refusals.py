"""What the simulator refuses, and how it says so."""

from __future__ import annotations

import httpx
import pytest

from prime_tui.sim.serve import SimServer
from tests.sim.speaking import an_offer, client_of, get, options, pod_order


def test_without_a_key_nothing_is_told(sim: SimServer) -> None:
    with client_of(sim, key=None) as stranger:
        for path in ("/user/whoami", "/pods/", "/billing/wallet", "/rft/runs", "/availability/gpus"):
            answer = stranger.get(path)
            assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated"}), path


def test_a_required_key_and_its_rotation() -> None:
    with (
        SimServer(options(require_key="pit_one")) as sim,
        client_of(sim, key="pit_one") as one,
        client_of(sim, key="pit_two") as two,
    ):
        assert one.get("/pods/").status_code == 200
        assert two.get("/pods/").json() == {"detail": "Invalid API key"}
        sim.set_key("pit_two")
        assert (one.get("/pods/").status_code, two.get("/pods/").status_code) == (401, 200)


def test_an_expired_key_at_once_and_later() -> None:
    with SimServer(options(scenario="expired-key")) as sim, client_of(sim) as http:
        assert {http.get(path).status_code for path in ("/user/whoami", "/pods/", "/models")} == {401}
    with SimServer(options(scenario="expired-key", expire_after_s=30)) as sim, client_of(sim) as http:
        assert http.get("/pods/").status_code == 200
        sim.advance(31)
        assert http.get("/pods/").status_code == 401
        sim.set_key("pit_test")
        assert http.get("/pods/").status_code == 200


def test_a_key_without_a_scope_is_refused_by_its_endpoints_only(sim: SimServer, http: httpx.Client) -> None:
    control = f"{sim.url}/_sim/account"
    changes = {"missing_scopes": ["billing"], "name": "Bo", "user_id": "usr_bo", "banned": True}
    assert http.post(control, json=changes).status_code == 204
    me = http.get("/user/whoami").json()["data"]
    assert (me["id"], me["name"], me["isBanned"], me["scope"]["billing"]) == ("usr_bo", "Bo", True, None)
    answer = http.get("/billing/wallet")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "Token permission missing: scope 'billing', permission 'read'"}
    assert http.get("/pods/").status_code == 200
    http.post(control, json={"missing_scopes": ["instances"], "scope_status": 401})
    assert [http.get(path).status_code for path in ("/billing/wallet", "/pods/")] == [200, 401]
    refused = http.post("/pods/", json={})
    assert refused.json() == {"detail": "Token permission missing: scope 'instances', permission 'write'"}
    assert http.post(control, json={"missing": []}).status_code == 422


def test_paths_without_a_slash_redirect_on_the_spot(sim: SimServer, http: httpx.Client) -> None:
    for path in ("/pods", "/disks", "/ssh_keys", "/availability", "/pods/status/"):
        answer = http.get(f"{path}?limit=2")
        assert answer.status_code == 307, path
        other = path[:-1] if path.endswith("/") else f"{path}/"
        assert answer.headers["location"] == f"/api/v1{other}?limit=2"
    moved = http.post("/pods", json=pod_order(an_offer(http)), follow_redirects=True)
    assert moved.status_code == 200
    assert http.get("/pods").next_request is not None


def test_unknown_paths_and_methods(http: httpx.Client) -> None:
    assert (http.get("/nothing").status_code, http.get("/nothing").json()) == (404, {"detail": "Not Found"})
    answer = http.put("/pods/")
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})
    for path in ("/pods/nobody", "/disks/nobody", "/rft/runs/nobody", "/billing/runs/nobody/usage"):
        assert http.get(path).status_code == 404
        assert isinstance(http.get(path).json()["detail"], str)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("/billing/wallet?limit=0", "limit"),
        ("/billing/wallet?limit=101", "limit"),
        ("/billing/wallet?offset=-1", "offset"),
        ("/availability/gpus?gpu_type=H100", "gpu_type"),
        ("/availability/gpus?regions=eu_west&regions=europe", "regions"),
        ("/availability/gpus?socket=SXM", "socket"),
        ("/availability/gpus?security=none", "security"),
        ("/availability/gpus?page=0", "page"),
        ("/availability/disks?page_size=101", "page_size"),
        ("/availability/?page_size=501", "page_size"),
        ("/pods/history?sort_order=up", "sort_order"),
        ("/pods/?limit=many", "limit"),
    ],
)
def test_bad_queries(http: httpx.Client, query: str, param: str) -> None:
    answer = http.get(query)
    assert answer.status_code == 422
    assert [error["param"] for error in answer.json()["errors"]] == [param]


def refused_locs(http: httpx.Client, path: str, body: object) -> set[str]:
    answer = http.post(path, json=body)
    assert answer.status_code == 422, answer.text
    for error in answer.json()["detail"]:
        assert error["msg"]
        assert error["type"]
        assert error["loc"][0] == "body"
    return {".".join(map(str, error["loc"][1:])) for error in answer.json()["detail"]}


def test_bad_pod_orders(http: httpx.Client) -> None:
    offer = an_offer(http)
    assert refused_locs(http, "/pods/", pod_order(offer, gpuCount=0)) == {"pod.gpuCount"}
    assert refused_locs(http, "/pods/", pod_order(offer, surprise=1)) == {"pod.surprise"}
    assert refused_locs(http, "/pods/", pod_order(offer, name=None)) == {"pod.name"}
    assert refused_locs(http, "/pods/", pod_order(offer, gpuType="H100", socket="SXM")) == {
        "pod.gpuType",
        "pod.socket",
    }
    assert refused_locs(http, "/pods/", {}) == {"pod", "provider"}
    assert refused_locs(http, "/pods/", {"pod": {}, "provider": {}}) == {
        "pod.cloudId", "pod.gpuType", "pod.socket", "pod.gpuCount", "provider.type",
    }  # fmt: skip
    assert refused_locs(http, "/disks/", {"disk": {"size": 0, "x": 1}, "provider": {"type": "runpod"}}) == {
        "disk.size",
        "disk.x",
    }
    assert refused_locs(http, "/training/runs", {"config": []}) == {"config"}


def test_what_the_provider_refuses(sim: SimServer, http: httpx.Client) -> None:
    hyperstack = an_offer(http, "hyperstack")
    answer = http.post("/pods/", json=pod_order(hyperstack, maxPrice=None))
    assert (answer.status_code, answer.json()["detail"]) == (400, "Missing field: max_price not specified")
    assert http.post("/pods/", json=pod_order(hyperstack)).status_code == 200
    offer = an_offer(http)
    assert http.post("/pods/", json=pod_order(offer, maxPrice=None)).status_code == 200
    for wrong in (
        {"maxPrice": 0.01},
        {"image": "flux"},
        {"cloudId": "nothing"},
        {"customTemplateId": "tpl_1"},
    ):
        assert http.post("/pods/", json=pod_order(offer, **wrong)).status_code == 400, wrong
    items = get(http, "/availability/gpus")["items"]
    out = next(o for o in items if o["stockStatus"] == "Unavailable" and o["provider"] != "hyperstack")
    assert "no capacity" in http.post("/pods/", json=pod_order(out)).json()["detail"]
    stranger = {**pod_order(offer), "team": {"teamId": "team_of_others"}}
    assert http.post("/pods/", json=stranger).status_code == 403


def test_teams_and_wallets_of_others(http: httpx.Client) -> None:
    assert http.get("/billing/wallet?teamId=team_of_others").status_code == 403
    assert http.get("/teams/team_of_others/members").status_code == 403
    team = get(http, "/user/teams")["data"][0]
    assert team["name"] == "Research"
    assert get(http, "/billing/wallet", teamId=team["teamId"])["team_id"] == team["teamId"]


def test_ssh_keys(http: httpx.Client) -> None:
    keys = get(http, "/ssh_keys/")["data"]
    assert [key["isPrimary"] for key in keys].count(True) == 1
    twice = {"name": "again", "publicKey": keys[0]["publicKey"]}
    assert http.post("/ssh_keys/", json=twice).status_code == 409
    assert http.patch(f"/ssh_keys/{keys[1]['id']}", json={"isPrimary": False}).status_code == 422
    http.patch(f"/ssh_keys/{keys[1]['id']}", json={"isPrimary": True})
    assert [key["isPrimary"] for key in get(http, "/ssh_keys/")["data"]].index(True) == 1


def test_what_the_providers_own_client_needs(http: httpx.Client) -> None:
    offers = get(http, "/availability/gpus")["items"] + get(http, "/availability/multi-node")["items"]
    for offer in offers:
        for name in ("disk", "vcpu", "memory"):
            assert "step" in offer[name]
        assert offer["prepaidTime"] is None or isinstance(offer["prepaidTime"], int)
    for path in ("gpus", "multi-node", "disks"):
        first = get(http, f"/availability/{path}", page_size=3)
        count, page = len(first["items"]), 2
        while count < first["totalCount"]:
            items = get(http, f"/availability/{path}", page_size=3, page=page)["items"]
            assert items, "announces more than it lists"
            count, page = count + len(items), page + 1
        assert count == first["totalCount"]
    for pod in get(http, "/pods/")["data"]:
        assert pod["ip"] is None or isinstance(pod["ip"], str) or None not in pod["ip"]
        assert all(isinstance(resource["size"], int) for resource in pod["attachedResources"])
