"""Intents that another screen fulfils."""

from textual.message import Message

from prime_tui.domain.ids import PodId, RunId


class OpenRun(Message):
    """Show this run on the runs screen."""

    def __init__(self, run_id: RunId) -> None:
        super().__init__()
        self.run_id = run_id


class OpenPod(Message):
    """Show this pod on the pods screen."""

    def __init__(self, pod_id: PodId) -> None:
        super().__init__()
        self.pod_id = pod_id
