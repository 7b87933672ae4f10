"""The form of a launch: it stays, with everything in it, until the launch went through or is given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from prime_tui.domain.errors import PrimeError
from prime_tui.store.slice import Topic
from prime_tui.ui.render.launch import file_lines, gpu_choices
from prime_tui.ui.render.styled import Span
from prime_tui.ui.screens.runs.launch.said import Said
from prime_tui.ui.screens.runs.launch.wish import HF_VARIABLE, WANDB_VARIABLE, Wish
from prime_tui.ui.widgets.choice import Choice
from prime_tui.ui.widgets.cycle import Cycle
from prime_tui.ui.widgets.dialog import Dialog
from prime_tui.ui.widgets.line import Line

if TYPE_CHECKING:
    from prime_tui.ui.screens.runs.launch.desk import LaunchDesk

LABEL_CELLS = 13
NO, YES = "not sent", "sent along"


class LaunchForm(Dialog[None]):
    """Name, GPU type, image and keys. The desk sends; the form shows how far that is."""

    DEFAULT_CSS = """
    LaunchForm .field { height: 1; }
    LaunchForm .field > Line { width: 13; }
    LaunchForm .field > Input, LaunchForm .field > Cycle { width: 1fr; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
    ]

    def __init__(
        self, desk: LaunchDesk, wish: Wish, environment: Mapping[str, str], width_cells: int
    ) -> None:
        config = wish.config
        body = file_lines(
            str(config.path),
            config.model,
            config.environments,
            config.max_steps,
            config.gpu_count,
            config.warnings,
            width_cells,
        )
        super().__init__("Launch a run", [*body, ""])
        self._desk = desk
        self._wish = wish
        self._environment = environment
        self._gpus: tuple[tuple[str, str], ...] = ()
        self._ticking: Timer | None = None
        self._unsubscribe: Callable[[], None] | None = None

    # -- what is in it ---------------------------------------------------------------------

    def asks(self) -> list[Widget]:
        """The fields, and a place for what is wrong or under way."""
        return [
            _row("name", _input(self._wish.name, "a name that no live run has", "name")),
            _row("GPU type", Cycle("reading what there is…", id="gpu")),
            _row("image tag", _input(self._wish.image_tag, "the service's own", "image")),
            _row("W&B key", self._key_field(WANDB_VARIABLE, "wandb")),
            _row("HF token", self._key_field(HF_VARIABLE, "hf")),
            Said(),
        ]

    def _key_field(self, variable: str, field_id: str) -> Cycle:
        field = Cycle(f"not sent ({variable} is not set)", id=field_id)
        if self._environment.get(variable, "").strip():
            field.offer((f"{NO} (from {variable})", f"{YES} (from {variable})"))
        return field

    def choices(self) -> list[Choice]:
        """Leave or go on."""
        return [Choice("esc", "leave", id="no"), Choice("enter", "go on", id="yes")]

    def on_mount(self) -> None:
        """Offer the GPU types, now and when they come; go on showing what the desk is at."""
        self._unsubscribe = self._desk.store.subscribe(self._store_changed)
        self._offer_gpus()
        for field_id, chosen in (("wandb", self._wish.send_wandb), ("hf", self._wish.send_hf)):
            field = self.query_one(f"#{field_id}", Cycle)
            field.position = 1 if chosen and len(field.values) > 1 else 0
        self.query_one("#name", Input).focus()
        self.show_state()

    def on_unmount(self) -> None:
        """Nobody listens any more."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    def _store_changed(self, topics: frozenset[Topic]) -> None:
        if Topic.CHOICES in topics and self.is_running:
            self._offer_gpus()

    def _offer_gpus(self) -> None:
        choices, field = self._desk.store.choices, self.query_one("#gpu", Cycle)
        wanted = self._gpu_type or self._wish.gpu_type
        if choices.value is None and choices.remote.error is None:
            return
        self._gpus = gpu_choices(choices.value)
        field.offer(tuple(label for _, label in self._gpus))
        types = [gpu_type for gpu_type, _ in self._gpus]
        field.position = types.index(wanted) if wanted in types else 0

    @property
    def _gpu_type(self) -> str:
        position = self.query_one("#gpu", Cycle).position
        return self._gpus[position][0] if position < len(self._gpus) else ""

    @property
    def wish(self) -> Wish:
        """What is in the form now."""
        return Wish(
            config=self._wish.config,
            name=self.query_one("#name", Input).value.strip(),
            gpu_type=self._gpu_type or ("" if self._gpus else self._wish.gpu_type),
            image_tag=self.query_one("#image", Input).value.strip(),
            send_wandb=self.query_one("#wandb", Cycle).value.startswith(YES),
            send_hf=self.query_one("#hf", Cycle).value.startswith(YES),
        )

    # -- what is under way ---------------------------------------------------------------------

    def show_state(self) -> None:
        """Show that it is being sent, or why it was refused; count the seconds meanwhile."""
        waited_s = self._desk.waited_s
        if waited_s is not None:
            if self._ticking is None:
                self._ticking = self.set_interval(1.0, self.show_state)
            text = f"Sent once, waiting for the answer: {waited_s:.0f} s of up to 120 s."
            note = Span("esc leaves this page; the launch goes on.", "dim")
            self.query_one(Said).say(Span(text, "accent"), note)
        else:
            if self._ticking is not None:
                self._ticking.stop()
                self._ticking = None
            self.complain(self._desk.error)
        self.query_one("#yes").disabled = waited_s is not None

    def complain(self, error: PrimeError | str | None) -> None:
        """Say what is wrong; everything typed stays."""
        said = self.query_one(Said)
        if error is None:
            said.say()
            return
        message, hint = (error.message, error.hint) if isinstance(error, PrimeError) else (error, "")
        said.say(Span(message, "bad"), *([Span(hint, "dim")] if hint else []))

    @on(Choice.Pressed, "#no")
    def action_leave(self) -> None:
        """Leave; what was typed is kept by the desk."""
        self._desk.form_left(self.wish)
        self.dismiss(None)

    @on(Choice.Pressed, "#yes")
    @on(Input.Submitted)
    @on(Cycle.Submitted)
    def _go_on(self) -> None:
        if self._desk.waited_s is None:
            self._desk.review(self.wish)


def _row(label: str, field: Widget) -> Widget:
    return Horizontal(Line(Span(f" {label}", "dim")), field, classes="field")


def _input(value: str, hint: str, field_id: str) -> Input:
    field = Input(value, placeholder=hint, id=field_id, compact=True, select_on_focus=False, max_length=128)
    field.cursor_blink = False
    return field
