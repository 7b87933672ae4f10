"""Account, teams, SSH keys and templates."""

from __future__ import annotations

from prime_tui.sim.body import read_body
from prime_tui.sim.people import SshKey
from prime_tui.sim.web import API, Answer, Call, Endpoint, sliced
from prime_tui.sim.world import Refused


def whoami(call: Call) -> Answer:
    """Answer GET /user/whoami."""
    me = call.world.people
    both, reading = {"read": True, "write": me.may_write}, {"read": True, "write": False}
    scopes: dict[str, object] = {
        "instances": both, "availability": reading, "inference": both, "rft": both, "billing": reading,
        **dict.fromkeys(me.missing_scopes),
    }  # fmt: skip
    data: dict[str, object] = {
        "id": me.user_id, "role": "USER", "createdAt": call.iso(me.created_s), "name": me.name,
        "slug": me.slug, "email": me.email, "image": None, "emailVerified": True, "hasBetaAccess": True,
        "isBanned": me.is_banned, "skipPrepay": False, "blacklist": [], "scope": scopes,
    }  # fmt: skip
    return Answer({"data": data, "status": None})


def teams(call: Call) -> Answer:
    """Answer GET /user/teams."""
    rows = [
        {"teamId": t.id, "name": t.name, "slug": t.slug, "role": t.role, "createdAt": call.iso(t.created_s)}
        for t in call.world.people.teams
    ]
    return sliced(call, rows)


def members(call: Call) -> Answer:
    """Answer GET /teams/{team_id}/members."""
    team = call.world.people.team(call.path["team_id"])
    if team is None:
        raise Refused(403, "You are not a member of this team")
    rows = [
        {
            "userId": m.user_id,
            "userName": m.name,
            "userEmail": m.email,
            "role": m.role,
            "joinedAt": call.iso(m.joined_s),
        }
        for m in team.members
    ]
    return sliced(call, rows)


def _key_json(call: Call, key: SshKey) -> dict[str, object]:
    return {
        "id": key.id, "userId": call.world.people.user_id, "name": key.name, "publicKey": key.public_key,
        "isPrimary": key.is_primary, "isUserKey": key.is_user_key, "createdAt": call.iso(key.created_s),
        "updatedAt": call.iso(key.updated_s),
    }  # fmt: skip


def _key(call: Call) -> SshKey:
    found = [key for key in call.world.people.ssh_keys if key.id == call.path["key_id"]]
    if not found:
        raise Refused(404, "SSH key not found")
    return found[0]


def ssh_keys(call: Call) -> Answer:
    """Answer GET /ssh_keys/."""
    return sliced(call, [_key_json(call, key) for key in call.world.people.ssh_keys])


def add_ssh_key(call: Call) -> Answer:
    """Answer POST /ssh_keys/."""
    fields = read_body(call.body)
    name = fields.text("name", required=True) or ""
    public_key = fields.text("publicKey", required=True) or ""
    fields.check()
    keys = call.world.people.ssh_keys
    if any(key.public_key.split()[:2] == public_key.split()[:2] for key in keys):
        raise Refused(409, "SSH key already exists")
    key = SshKey(call.world.next_id("key_"), name, public_key, not keys, True, call.t_s, call.t_s)
    keys.append(key)
    return Answer(_key_json(call, key))


def set_primary(call: Call) -> Answer:
    """Answer PATCH /ssh_keys/{key_id}."""
    fields = read_body(call.body)
    primary = fields.flag("isPrimary")
    if not primary:
        fields.fail(
            "isPrimary", "value_error", "Value error, isPrimary must be true", fields.values.get("isPrimary")
        )
    fields.check()
    chosen = _key(call)
    for key in call.world.people.ssh_keys:
        key.is_primary = key is chosen
    chosen.updated_s = call.t_s
    return Answer({"message": "SSH key updated", "updated_fields": {"isPrimary": True}})


def delete_ssh_key(call: Call) -> Answer:
    """Answer DELETE /ssh_keys/{key_id}."""
    call.world.people.ssh_keys.remove(_key(call))
    return Answer({"message": "SSH key deleted"})


def check_image(call: Call) -> Answer:
    """Answer POST /template/check-docker-image; an image named `missing` is not found."""
    fields = read_body(call.body)
    image = fields.text("image", required=True) or ""
    fields.text("registry_credentials_id")
    fields.check()
    found = "missing" not in image
    return Answer({"accessible": found, "details": "Image is accessible" if found else "Image not found"})


def registry_credentials(call: Call) -> Answer:
    """Answer GET /template/registry-credentials."""
    made = call.iso(-200 * 86_400.0)
    row = {
        "id": "rc_1", "name": "team registry", "server": "registry.example.com", "createdAt": made,
        "updatedAt": made, "userId": call.world.people.user_id, "teamId": None,
    }  # fmt: skip
    return Answer({"credentials": [row]})


ENDPOINTS = (
    Endpoint("GET", f"{API}/user/whoami", whoami),
    Endpoint("GET", f"{API}/user/teams", teams),
    Endpoint("GET", f"{API}/teams/{{team_id}}/members", members),
    Endpoint("GET", f"{API}/ssh_keys/", ssh_keys),
    Endpoint("POST", f"{API}/ssh_keys/", add_ssh_key),
    Endpoint("PATCH", f"{API}/ssh_keys/{{key_id}}", set_primary),
    Endpoint("DELETE", f"{API}/ssh_keys/{{key_id}}", delete_ssh_key),
    Endpoint("POST", f"{API}/template/check-docker-image", check_image),
    Endpoint("GET", f"{API}/template/registry-credentials", registry_credentials),
)
