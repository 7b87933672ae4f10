"""What the simulated models say: paragraphs of markdown with headings, lists, tables and code."""

from __future__ import annotations

from prime_tui.sim.noise import Noise

_OPENINGS = (
    "Short answer: **it depends on the batch size**, and here is how to tell.",
    "Good question. Let me take it in two parts.",
    "Here is a compact way to look at it.",
    "You are close. Two details matter here.",
)
_TITLES = (
    "What happens",
    "The numbers",
    "How to measure it",
    "A minimal example",
    "What I would do",
    "Caveats",
)
_SENTENCES = (
    "The forward pass is bound by memory bandwidth, so a larger batch is almost free.",
    "A learning rate of `3e-6` is a safe start for full fine-tuning; with LoRA ten times as much is common.",
    "If the reward rises while the entropy collapses, the policy is probably exploiting the verifier.",
    "Keep an eye on the *truncation rate*: above five percent the mean reward says little.",
    "On eight GPUs the all-reduce overlaps with the backward pass and costs next to nothing.",
    "Spot machines can vanish at any time, so write a checkpoint at least every ten minutes.",
    "The optimizer state is the largest part of the memory: twelve bytes a parameter with AdamW.",
    "Asynchronous rollouts are off-policy by a step or two, which importance sampling corrects.",
    "Throughput in tokens per second is the figure to compare, not the utilisation that `nvidia-smi` shows.",
)
_BULLETS = (
    "measure one step with the profiler before changing anything",
    "pin the versions of `torch` and `vllm`, they must fit each other",
    "set a price limit when you order the machine",
    "log the raw rollouts of every tenth step",
    "compare against the base model on the same prompts",
    "stop the run when the reward has not moved for 50 steps",
)
_CODE = (
    "```python\nimport torch\n\n\ndef entropy(logits: torch.Tensor) -> torch.Tensor:\n"
    '    """Mean token entropy in nats."""\n'
    "    logp = torch.log_softmax(logits, dim=-1)\n    return -(logp.exp() * logp).sum(-1).mean()\n```",
    "```toml\n[trainer.optim]\nlr = 3e-6\n\n[orchestrator]\nbatch_size = 512\nrollouts_per_example = 8\n```",
    "```bash\nnvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv -l 5\n```",
    "```python\nprice_per_step = gpus * usd_per_gpu_hour * seconds_per_step / 3600\n"
    'print(f"{price_per_step:.3f} USD a step")\n```',
)
_TABLE = (
    "| GPU | memory | tokens/s | USD/h |\n| --- | ---: | ---: | ---: |\n"
    "| A100 80GB | 80 GB | 9,100 | 1.42 |\n"
    "| H100 SXM | 80 GB | 18,250 | 2.48 |\n| H200 SXM | 141 GB | 21,400 | 3.30 |"
)
_CLOSINGS = (
    "If you tell me the model and the sequence length, I can work out the memory for you.",
    "Start small, look at the curves after twenty steps, and only then scale up.",
    "Does that match what you see?",
)


def answer(noise: Noise, *key: object, long: bool = False) -> str:
    """Return a whole answer; `long` makes it several thousand tokens."""
    blocks = [noise.pick(_OPENINGS, "opening", *key)]
    for section in range(16 if long else noise.whole(2, 4, "sections", *key)):
        blocks.extend(_section(noise, *key, section))
    blocks.append(noise.pick(_CLOSINGS, "closing", *key))
    return "\n\n".join(blocks)


def _section(noise: Noise, *key: object) -> list[str]:
    blocks = [f"## {noise.pick(_TITLES, 'title', *key)}"]
    first = noise.whole(0, len(_SENTENCES) - 1, "sentence", *key)
    count = noise.whole(2, 3, "sentences", *key)
    blocks.append(" ".join(_SENTENCES[(first + n * 2) % len(_SENTENCES)] for n in range(count)))
    kind = noise.unit("kind", *key)
    if kind < 0.4:
        start = noise.whole(0, len(_BULLETS) - 1, "bullet", *key)
        items = [_BULLETS[(start + n) % len(_BULLETS)] for n in range(noise.whole(3, 4, "bullets", *key))]
        marks = [f"{n}." for n in range(1, 5)] if kind < 0.15 else ["-"] * 4
        blocks.append("\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=False)))
    elif kind < 0.8:
        blocks.append(noise.pick(_CODE, "code", *key))
    elif kind < 0.9:
        blocks.append(_TABLE)
    return blocks


def thoughts(noise: Noise, *key: object) -> str:
    """Return the reasoning that some models stream before the answer."""
    first = noise.whole(0, len(_SENTENCES) - 1, "thought", *key)
    return "The user wants a practical answer. " + " ".join(
        _SENTENCES[(first + n * 4) % len(_SENTENCES)] for n in range(3)
    )
