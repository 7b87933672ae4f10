"""Whether a key may go to the inference API of its profile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from prime_tui.api.origin import inference_base, platform_base
from prime_tui.domain.errors import OriginNotAgreed, StorageError
from prime_tui.domain.profiles import DEFAULT_BASE_URL, DEFAULT_INFERENCE_URL, Profile
from prime_tui.domain.secret import Secret
from prime_tui.persistence.consents import Consent, ConsentFile

KeySource = Callable[[], Secret | None]

log = logging.getLogger(__name__)

_PUBLISHED = (str(platform_base(DEFAULT_BASE_URL).origin), str(inference_base(DEFAULT_INFERENCE_URL).origin))


class InferenceConsent:
    """A key is given for the platform's address; a person is asked once before it goes to another one.

    Not for the published pair of addresses, for an inference API at the platform's own origin, and for two
    ports of this machine.
    """

    def __init__(self, path: Path) -> None:
        self._file = ConsentFile(path)
        self._of_session: set[Consent] = set()

    def is_given(self, profile: Profile) -> bool:
        """Whether the key of the profile may be sent to its inference API."""
        if _is_own_pair(profile):
            return True
        consent = _consent(profile)
        if consent not in self._of_session:
            try:
                self._of_session |= self._file.read()
            except StorageError as error:
                log.warning("what was agreed to is not known: %s", error)
        return consent in self._of_session

    def give(self, profile: Profile) -> None:
        """Agree, from now on and for later sessions.

        Raises:
            StorageError: It cannot be written down, and holds for this session only.
        """
        if not _is_own_pair(profile):
            self._of_session.add(_consent(profile))
            self._file.add(_consent(profile))

    def forget(self, profile_name: str) -> None:
        """Take back what was agreed to for a profile.

        Raises:
            StorageError: It cannot be written down.
        """
        self._of_session = {one for one in self._of_session if one.profile != profile_name}
        self._file.forget(profile_name)

    def guarded(self, key: KeySource, profile: Profile) -> KeySource:
        """Return the key for requests of the inference API, which are refused unsent without consent."""

        def of_inference() -> Secret | None:
            if not self.is_given(profile):
                raise OriginNotAgreed(
                    f"Nobody has agreed that the key of profile {profile.name} is sent to"
                    f" {profile.inference_origin}: nothing was sent.",
                    hint="The chat asks you: enter there.",
                )
            return key()

        return of_inference


def _consent(profile: Profile) -> Consent:
    return Consent(profile.name, profile.origin, profile.inference_origin)


def _is_own_pair(profile: Profile) -> bool:
    pair = (profile.origin, profile.inference_origin)
    if pair == _PUBLISHED or profile.origin == profile.inference_origin:
        return True
    base, inference = platform_base(profile.base_url).origin, inference_base(profile.inference_url).origin
    return base.is_loopback and base.host == inference.host
