"""Every screen in every state reads as it did when somebody looked at it last."""

from __future__ import annotations

import pytest

from tests.ui.snapshots.keep import GOLDEN
from tests.ui.snapshots.scenes import SCENES, Scene

HOW = "Look at the difference; if it is meant: python -m tests.ui.snapshots.keep {}"


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.screen}-{scene.state}")
async def test_a_screen_reads_as_it_was_kept(scene: Scene) -> None:
    for name, text in (await scene.play()).items():
        kept = (GOLDEN / name).read_text(encoding="utf-8")
        assert text.splitlines() == kept.splitlines(), f"{name}. {HOW.format(scene.screen)}"


def test_no_kept_text_is_without_a_scene() -> None:
    scenes = {f"{scene.screen}-{scene.state}" for scene in SCENES}
    assert {path.name.rpartition("-")[0] for path in GOLDEN.iterdir()} == scenes
