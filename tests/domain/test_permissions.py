"""The scope that a refusal names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prime_tui.domain.permissions import scope_named_in


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        ("Token permission missing: scope 'ssh_keys', permission 'read'", "ssh_keys (read)"),
        ("Token permission missing: scope 'instances', permission 'write'.", "instances (write)"),
        ('This key lacks the scope "billing".', "billing"),
        ("Missing scope: availability", "availability"),
        ("Required scope=inference:read", "inference (read)"),
        ("instances:read is required", "instances (read)"),
        ("Requires the scopes `rft`", "rft"),
        ("The key's permissions do not allow it.", ""),
        ("Your key has no scope for this", ""),
        ("You are not a member of this team", ""),
        ("Forbidden", ""),
        ("", ""),
    ],
)
def test_a_scope_is_named_or_not(words: str, scope: str) -> None:
    assert scope_named_in(words) == scope


@given(st.text(max_size=300))
def test_whatever_is_said_the_name_is_short_and_plain(text: str) -> None:
    named = scope_named_in(f"scope '{text}'") + scope_named_in(text)
    assert len(named) < 110
    assert named.isascii()
    assert named.isprintable()
