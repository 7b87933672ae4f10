"""Names that people give to things: plausible ones, awkward ones, and hostile ones."""

from __future__ import annotations

from prime_tui.sim.noise import Noise

_POD_STEMS = (
    "vllm-serve", "eval-harness", "dev", "notebook", "flux-render", "dataset-prep", "sglang-bench",
    "embeddings", "triton-kernels", "ablation", "reward-model", "tokenizer-study", "rollout-cache",
    "checkpoint-merge",
)  # fmt: skip
_RUN_STEMS = (
    "gsm8k", "math-python", "wordle", "code-contests", "acereason", "reverse-text", "hendrycks-math",
    "simpleqa", "tool-use", "sudoku", "lean-prover", "web-search", "sql-agent", "alphabet-sort",
)  # fmt: skip
_AWKWARD_RUNS = ("sweep [/x] lr=3e-6", "评测-数学 🚀")
# No closing tag here: the provider's own client cannot list a pod of such a name.
_AWKWARD_PODS = (
    "评测-数据集 🚀",
    "a-name-that-somebody-let-a-script-write-and-that-goes-on-well-past-what-any-column-can-hold-v2-final-final",
    "привет-γλυκό-naïve",
)
HOSTILE = (
    "\x1b[31mred\x1b[0m\x1b]0;owned\x07",
    "[/x][@click=app.quit]quit[/]",
    "\x1b]52;c;cm0gLXJmIC8=\x07paste",
    "abc\u202edcba\u2066txt",
    "z" + "\u0301" * 60 + "algo",
    "\x1b[2J\x1b[H\x9b31mcleared",
    "line one\r\nline two\tand\x00nul\x08\x7f",
    "[bold red on white blink]" + "W" * 500,
    "👩‍👩‍👧‍👦🏳️‍🌈\ufeff\u200b\u2028end",
    "\x1bP$q\"p\x1b\\\x1b_Gi=1;AAAA\x1b\\\x1b[6n",
)  # fmt: skip

DATASETS = ("datasets", "hf-cache", "checkpoints", "scratch", "team-models", "eval-results")


class Namer:
    """Gives out names by index; hostile ones in a hostile world."""

    def __init__(self, noise: Noise, *, hostile: bool) -> None:
        self._noise = noise
        self._hostile = hostile

    def pod(self, gpu: str, index: int) -> str:
        """Return a pod's name, for instance `h100-vllm-serve`."""
        stem = self._noise.pick(_POD_STEMS, "pod-name", index)
        return self._spoiled(f"{gpu.split('_')[0].lower()}-{stem}", index)

    def run(self, model: str, index: int) -> str:
        """Return a run's name, for instance `gsm8k-qwen3.5-9b`."""
        stem = _RUN_STEMS[index % len(_RUN_STEMS)]
        return self._spoiled(f"{stem}-{model.rsplit('/', 1)[-1].lower()}", index)

    def environment(self, index: int) -> str:
        """Return the hub slug of the environment that belongs to the run of that index."""
        return f"primeintellect/{_RUN_STEMS[index % len(_RUN_STEMS)]}"

    def awkward_run(self, index: int) -> str:
        """Return a run's name that is hard to draw but not malicious."""
        return self._spoiled(_AWKWARD_RUNS[index % len(_AWKWARD_RUNS)], index)

    def awkward_pod(self, index: int) -> str:
        """Return a pod's name that is hard to draw but not malicious."""
        return self._spoiled(_AWKWARD_PODS[index % len(_AWKWARD_PODS)], index)

    def text(self, plain: str, *key: object) -> str:
        """Return the text, in a hostile world with something nasty in it every now and then."""
        if not self._hostile or self._noise.unit("spoil", plain, *key) > 0.25:
            return plain
        return f"{plain} {self._noise.pick(HOSTILE, 'spoil-with', plain, *key)}"

    def _spoiled(self, plain: str, index: int) -> str:
        return HOSTILE[index % len(HOSTILE)] if self._hostile else plain
