"""What the sign-in says: why there is no key, what can be done, and what each store means."""

from __future__ import annotations

from collections.abc import Sequence

from prime_tui.domain.credentials import Found, Reason, StoreChoice, StoreName
from prime_tui.domain.profiles import Profile
from prime_tui.persistence.official import OfficialEnvironment
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.widgets.choose_dialog import Option

STORE_TITLES = {
    StoreName.SECRET_SERVICE: "desktop keyring",
    StoreName.FILE: "encrypted file",
    StoreName.KERNEL: "until reboot",
    StoreName.COMMAND: "command",
    StoreName.MEMORY: "this session only",
    StoreName.PLAINTEXT: "plain text",
}
STORE_NOTES = {
    StoreName.SECRET_SERVICE: "unlocked by whoever logs in here",
    StoreName.FILE: "opened with a passphrase at each start",
    StoreName.KERNEL: "in the kernel's memory",
    StoreName.MEMORY: "asked for again at the next start",
    StoreName.PLAINTEXT: "whoever reads the disk has the key",
}
SECRET_SERVICE_TROUBLE = {
    Reason.NO_BACKEND: "this host has no D-Bus session with a keyring in it",
    Reason.LOCKED: "it is locked, and nothing here can ask for its password",
    Reason.TIMEOUT: "it is there but does not answer; somebody may be asked for its password elsewhere",
    Reason.GONE: "its D-Bus session has ended; in tmux that is normal after a new login",
}
NOTHING_KEPT = "None is kept for this profile yet, and the environment gives none for it."
SHARED_LOGIN = "Whoever shares your login on this host can use a kept key: then take this session only."
DEMO_HINT = "To look around without a key, leave and start prime-tui --demo."


def why_lines(profile: Profile, found: Found, refused: str, why_not_again: str = "") -> list[Styled]:
    """Return what is wrong with the key of now.

    Args:
        profile: Whose key.
        found: What the last look brought.
        refused: What the service said; empty when it did not refuse.
        why_not_again: Why no other key can be found where this one came from; empty where it can.
    """
    lines: list[Styled] = []
    if refused:
        lines.append(Span(f"The service refuses the key: {refused}", "bad"))
        if why_not_again:
            lines.append(Span(why_not_again))
    elif found.key is None:
        asked = "" if found.store is None else f"Asked: {STORE_TITLES[found.store]}. "
        lines.append(Span(f"There is no API key for {profile.origin}.", "title"))
        lines.append(Span(f"{asked}{found.message}" if asked else NOTHING_KEPT))
        lines.append(Span(DEMO_HINT, "dim"))
    else:
        where = found.source if found.store is None else STORE_TITLES[found.store]
        lines.append(Span(f"Signed in at {profile.origin}; the key comes from: {where}."))
    return lines


def ways(found: Found, *, has_locked_file: bool, official: Sequence[OfficialEnvironment]) -> list[Option]:
    """Return what can be done, the likeliest first."""
    options = [Option("paste", "Paste an API key", Span("checked before it is kept", "dim"))]
    if has_locked_file:
        options.insert(0, Option("unlock", "Unlock the encrypted file", Span("with its passphrase", "dim")))
    if found.store is not None and found.key is None and not has_locked_file:
        note = "after you unlocked it" if found.reason is Reason.LOCKED else "look there again"
        options.append(Option("again", f"Ask again: {STORE_TITLES[found.store]}", Span(note, "dim")))
    for one in official:
        note = (one.base_url or "").partition("://")[2] or "the usual address"
        options.append(
            Option(f"use:{one.name}", f"Official client: {one.name}", Span(f"this session · {note}", "dim"))
        )
        options.append(
            Option(f"import:{one.name}", f"Import {one.name}", Span("checked, kept as a profile", "dim"))
        )
    return options


def store_lines(choices: Sequence[StoreChoice]) -> list[Styled]:
    """Return why the others cannot be used, and what is never done."""
    lines: list[Styled] = [
        (Span(f"✕ {STORE_TITLES[one.name]}: ", "dim"), Span(_trouble(one), "dim"))
        for one in choices
        if not one.is_available
    ]
    if not any(one.name is StoreName.PLAINTEXT for one in choices):
        lines.append(Span("It is not kept in plain text.", "dim"))
    lines.append(Span(SHARED_LOGIN, "dim"))
    return lines


def _trouble(choice: StoreChoice) -> str:
    if choice.name is StoreName.SECRET_SERVICE and choice.reason in SECRET_SERVICE_TROUBLE:
        return f"{SECRET_SERVICE_TROUBLE[choice.reason]}."
    return choice.note


def store_options(choices: Sequence[StoreChoice]) -> list[Option]:
    """Return the stores that can be used."""
    return [
        Option(one.name.value, STORE_TITLES[one.name], Span(STORE_NOTES.get(one.name, one.note), "dim"))
        for one in choices
        if one.is_available
    ]


def default_store(profile: Profile, choices: Sequence[StoreChoice]) -> str:
    """Return the store to begin with: the profile's, else the desktop's, else this session only."""
    usable = [one.name for one in choices if one.is_available]
    for name in (profile.store, StoreName.SECRET_SERVICE):
        if name is not None and name in usable:
            return name.value
    return StoreName.MEMORY.value
