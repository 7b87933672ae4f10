"""The examples of the documents that the client was written from, where they are at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from prime_tui.api.body import parse_json
from prime_tui.api.faults import fault_of
from prime_tui.api.wire.base import opened, page_of, read_rows
from prime_tui.api.wire.offers import older_offers_page, read_offer
from prime_tui.domain.chat import ChatMessage, ChatRequest, Role
from prime_tui.domain.errors import PaymentRequired
from prime_tui.domain.ids import ModelId
from prime_tui.domain.pods import PodState, pod_state
from prime_tui.domain.runs import RunState, run_state
from tests.api.clients import START
from tests.wire.readers import OBJECTS, READERS, ROWS

SHARED = Path(__file__).resolve().parents[2] / "../shared"
REFERENCE = SHARED / "api" / "REFERENCE.md"
SEEDS = SHARED / "seeds"

LISTS = {
    "GenericPaginationResponse_List_TeamSummary__": "team",
    "GenericPaginationResponse_List_TeamMemberDetail__": "member",
    "AvailabilityResponse": "offer",
    "DiskAvailabilityResponse": "disk offer",
    "GenericPaginationResponse_List_APIPodConfig__": "pod",
    "GenericResponse_List_APIPodStatusResponse__": "pod status",
    "GenericPaginationResponse_List_HistoryObj__": "past pod",
    "GenericPaginationResponse_List_APIDiskConfig__": "disk",
    "GenericPaginationResponse_List_APISSHKeyConfig__": "ssh key",
    "RegistryCredentialsListResponse": "credential",
    "ModelList": "model",
    "rftruns": "run",
    "samples": "sample",
    "rftmodels": "token price",
}
SINGLE = {
    "GenericResponse_WhoamiResponse_": "account",
    "WalletResponse": "wallet",
    "RunUsageResponse": "usage",
    "CreateDedicatedRunResponse": "launched",
    "APIDeletePodResponse": "deletion",
    "s2delete": "deletion",
    "s2pod": "pod",
    "fft": "training models",
    "rftrun": "run",
    "run": "run",
    "logs": "logs",
    "envservers": "env servers",
    "metrics": "metrics",
    "progress": "progress",
    "checkpoints": "checkpoints",
    "distributions": "bins",
    "summary": "summary",
    "Model": "model",
    "ChatCompletionResponse": "chat",
}
OLDER_OFFERS = {"legacyavail", "s2avail"}
ERRORS = {"ErrorResponse": 422, "fastapi422": 422, "fastapi400": 400, "openai402": 402}
SENT_OR_FREE = {
    "CreateDedicatedRunRequest",
    "Body_create_pod_api_v1_pods__post",
    "Body_create_disk_api_v1_disks__post",
    "ChatCompletionRequest",
    "DeleteRunResponse",
    "APISSHKeyUpdateResponseConfig",
}


def examples() -> list[tuple[str, str]]:
    if not REFERENCE.is_file():
        return []
    return re.findall(r"<!-- ex \S+ (\S+) -->\n```json\n(.*?)\n```", REFERENCE.read_text(), re.DOTALL)


needs_reference = pytest.mark.skipif(
    not REFERENCE.is_file(), reason="the reference is not beside the project"
)
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside the project")


@needs_reference
@pytest.mark.parametrize(("name", "text"), examples(), ids=lambda part: part if len(part) < 50 else "")
def test_every_example_of_the_reference_is_understood(name: str, text: str) -> None:
    value = parse_json(text)
    if name in LISTS:
        page = page_of(value)
        items, lost = read_rows(page.rows, ROWS[LISTS[name]], id)
        assert items
        assert not lost
    elif name in SINGLE:
        found = READERS[SINGLE[name]](opened(value, "run"))
        assert found
        assert found != type(found)() if name in ("progress",) else True
    elif name in OLDER_OFFERS:
        page = older_offers_page(value, "H100_80GB", 1)
        offers, lost = read_rows(page.rows, read_offer, lambda offer: offer.key)
        assert not lost
        assert all(offer.price_usd_per_h and offer.gpu_type == "H100_80GB" for offer in offers)
    elif name in ERRORS:
        fault = fault_of(ERRORS[name], {}, text.encode(), endpoint="GET /x", now=START)
        assert "HTTP" not in fault.message
        assert isinstance(fault, PaymentRequired) is (name == "openai402")
    else:
        assert name in SENT_OR_FREE, f"nothing reads the example {name}"


@needs_reference
def test_a_chat_request_is_what_the_reference_shows() -> None:
    from prime_tui.api.wire.chat import chat_body

    shown = json.loads(dict(examples())["ChatCompletionRequest"])
    request = ChatRequest(
        ModelId(shown["model"]),
        tuple(ChatMessage(Role(message["role"]), message["content"]) for message in shown["messages"]),
        temperature=shown["temperature"],
        top_p=shown["top_p"],
        max_tokens=shown["max_tokens"],
        logprobs=shown["logprobs"],
        top_logprobs=shown["top_logprobs"],
    )
    assert chat_body(request, is_stream=False, left_out=frozenset()) == shown


def seed(number: int) -> str:
    [path] = SEEDS.glob(f"{number:03}_*.txt")
    return path.read_text(errors="replace")


def json_blocks(text: str) -> list[dict[str, object]]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)]


@needs_seeds
def test_the_older_pod_answers_are_understood() -> None:
    pods = [block for block in json_blocks(seed(2)) if "sshConnection" in block]
    deletions = [block for block in json_blocks(seed(2)) if "finalCost" in block]
    assert pods
    assert deletions
    for block in pods:
        pod = ROWS["pod"](block)
        assert getattr(pod, "price_usd_per_h", None) is not None
        assert any(getattr(pod, "ssh", ()))
    for block in deletions:
        assert getattr(OBJECTS["deletion"](block), "final_cost_usd", None) is not None


@needs_seeds
def test_every_state_that_a_document_names_is_known() -> None:
    schema = json.loads(seed(1)[seed(1).index('{\n  "$schema"') :])
    for word in schema["properties"]["status"]["enum"]:
        assert run_state(word) is not RunState.UNKNOWN
    words = re.search(r"Current status \((.*?)\)", seed(2))
    assert words is not None
    for word in re.findall(r'"(\w+)"', words[1]):
        assert pod_state(word) is not PodState.UNKNOWN


@needs_seeds
def test_every_field_of_the_older_run_is_taken_over() -> None:
    schema = json.loads(seed(1)[seed(1).index('{\n  "$schema"') :])
    samples: dict[str, object] = {"string": "x", "object": {"step": 1}, "array": ["c1"]}
    row = {name: samples[about["type"]] for name, about in schema["properties"].items()}
    row |= {"status": "running", "created_at": "2026-05-01T10:00:00Z", "usage": {"cost_usd": 1}}
    run = ROWS["run"](row)
    bare = ROWS["run"]({"id": "x"})
    fields = (
        "base_model",
        "environments",
        "status_word",
        "metrics",
        "checkpoints",
        "usage",
        "created_at",
        "team_id",
    )
    for field in (*fields, "config"):
        assert getattr(run, field) != getattr(bare, field), field
