"""The chat: ask models, watch what it costs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from prime_tui.domain.chat import ChatRequest
from prime_tui.domain.conversation import (
    AnswerState,
    Attempt,
    ChatSettings,
    Conversation,
    Spent,
    prompt_tokens,
)
from prime_tui.domain.ids import ModelId
from prime_tui.domain.remote import Freshness
from prime_tui.persistence.chat_choices import ChatChoice, ChatChoiceFile
from prime_tui.store.selectors.chat import awaits_consent, first_choice, model_of, why_not_ask
from prime_tui.store.selectors.money import spendable_usd
from prime_tui.store.selectors.permission import what_writes_risk
from prime_tui.store.slice import Topic
from prime_tui.ui.render.chat import heading, payer_note, totals, welcome
from prime_tui.ui.render.code_blocks import last_code_block
from prime_tui.ui.render.footer import KeyHint
from prime_tui.ui.render.styled import Span, width_of
from prime_tui.ui.render.transcript import TranscriptLines, TranscriptLook
from prime_tui.ui.screens.base import PrimeScreen
from prime_tui.ui.screens.chat.asking import Asking
from prime_tui.ui.screens.chat.consent import ConsentQuestion
from prime_tui.ui.screens.chat.model_dialog import ModelDialog
from prime_tui.ui.screens.chat.settings_dialog import SettingsDialog
from prime_tui.ui.strip_facts import wallet_label
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.line import Line, Rule
from prime_tui.ui.widgets.lines import Lines
from prime_tui.ui.widgets.prompt import Prompt

REMEMBERED_QUESTIONS = 100
HINTS_WHILE_WRITING = (KeyHint("F1-F4", "screens"), KeyHint("F10", "help"))
"""A letter or a digit would be typed."""
RULE_CELLS = 10
"""What a rule puts around its title and its note."""


class ChatScreen(PrimeScreen):
    """One conversation at a time."""

    TAB: ClassVar[int] = 3
    TOPICS: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.MODELS, Topic.WALLET, Topic.SESSION, Topic.ACCOUNT, Topic.TEAMS}
    )
    DEFAULT_CSS = """
    ChatScreen #ask { height: auto; }
    ChatScreen #ask > Line { width: 3; }
    ChatScreen #ask > Prompt { width: 1fr; }
    ChatScreen > ToastRack { dock: top; align: right top; margin: 2 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", "Stop the answer, else leave the input", show=False),
        Binding("i,enter", "write", "Go to the input", show=False),
        Binding("m,ctrl+l", "choose_model", "Choose the model", show=False),
        Binding("o,ctrl+o", "change_settings", "Temperature, token limit, system prompt", show=False),
        Binding("v,ctrl+t", "toggle_thinking", "Show or hide what the model thought", show=False),
        Binding("y", "copy_answer", "Copy the last answer", show=False),
        Binding("Y", "copy_code", "Copy the last block of code", show=False),
        Binding("ctrl+n", "new_conversation", "New conversation", show=False, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._conversation = Conversation()
        self._earlier = Spent()
        self._asking: Asking | None = None
        self._model: ModelId | None = None
        self._settings = ChatSettings()
        self._recalled: str | None = None
        self._shows_thinking = False
        self._asked: deque[str] = deque(maxlen=REMEMBERED_QUESTIONS)
        self._lines = TranscriptLines()
        self._consent = ConsentQuestion(self)

    def body(self) -> Widget:
        """Title, transcript, totals, input."""
        return Vertical(
            Rule(id="title"),
            Lines(follows=True, id="transcript"),
            Rule(id="totals"),
            Horizontal(
                Line((Span(" › ", "accent"),)), Prompt(id="prompt", placeholder="Ask a model…"), id="ask"
            ),
            id="middle",
        )

    def on_mount(self) -> None:
        """Start in the input."""
        self.query_one(Prompt).focus()

    def show(self, topics: frozenset[Topic], now: datetime) -> None:
        """Show whose wallet pays, and the model."""
        self._recall()
        if self._model is None:
            self._model = first_choice(self.store)
        self._show_title(now)
        self._show_conversation()
        self._consent.ask_once()

    @property
    def counts_seconds(self) -> bool:
        """While an answer, or the rest of one, is waited for."""
        return self._asking is not None and self._asking.attempt.is_live

    def tick(self, now: datetime) -> None:
        """Let the seconds of waiting be seen."""
        if self._asking is not None:
            self._asking.tick()

    def on_resize(self) -> None:
        """Another width wraps differently."""
        after_refresh(self, self._show_conversation)
        self._show_title(self.now())

    def hints(self) -> Iterable[KeyHint]:
        """The keys of now."""
        writing = self.query_one(Prompt).has_focus
        if self._conversation.live is not None:
            yield KeyHint("esc", "stop")
        if writing:
            yield from (KeyHint("enter", "send"), KeyHint("ctrl+j", "new line"))
            if self._conversation.live is None:
                yield KeyHint("esc", "keys")
            yield from (KeyHint("ctrl+l", "model"), KeyHint("ctrl+n", "new"))
            return
        yield from (KeyHint("enter", "write"), KeyHint("m", "model"), KeyHint("o", "settings"))
        if self._conversation.last_answer:
            yield KeyHint("y", "copy")
        if any(one.reasoning for turn in self._conversation.turns for one in turn.attempts):
            yield KeyHint("v", "thinking")
        yield KeyHint("ctrl+n", "new")

    def common_hints(self) -> Sequence[KeyHint]:
        """While one writes, keys that are no characters."""
        return HINTS_WHILE_WRITING if self.query_one(Prompt).has_focus else super().common_hints()

    # -- asking --------------------------------------------------------------------

    @on(Prompt.Sent)
    def _send(self, event: Prompt.Sent) -> None:
        question, refusal = event.text.strip(), why_not_ask(self.store)
        if awaits_consent(self.store):
            self._consent.ask()
        elif not question:
            return
        elif refusal is not None:
            self.monitor.tell(refusal, severity="warning")
        elif self._conversation.live is not None:
            self.monitor.tell("An answer is still coming. Esc stops it.")
        elif self.engine is None:
            self.monitor.tell("Not connected yet. Your text stays here.")
        elif self._model is None:
            self.action_choose_model()
        else:
            event.prompt.put("")
            self._ask(question, self._model)

    def _ask(self, question: str, model: ModelId) -> None:
        engine = self.engine
        if engine is None:
            return
        messages = self._conversation.messages(question, self._settings)
        attempt = Attempt(
            model=model,
            asked_at=self.now(),
            prompt_tokens_guess=prompt_tokens(messages),
            priced=model_of(self.store, model),
            payer=wallet_label(self.store),
        )
        request = ChatRequest(
            model=model,
            messages=messages,
            temperature=self._settings.temperature,
            max_tokens=self._settings.max_tokens,
        )
        self._conversation = self._conversation.asking(question, attempt)
        self._asked.append(question)
        self.query_one(Prompt).questions = tuple(self._asked)
        self._asking = Asking(engine.chat, self.monitor.clock, attempt, self._attempt_changed)
        self.monitor.act(self._asking.run(request), "chat")
        self.query_one(Lines).action_to_end()
        self._show_conversation()
        self.show_hints()

    def _attempt_changed(self, attempt: Attempt) -> None:
        """More of the answer, or its end."""
        if not self.is_running:
            return
        self._conversation = self._conversation.with_live(attempt)
        if not attempt.is_live:
            self._asking = None
            self._answered(attempt)
        self._show_conversation()

    def _answered(self, attempt: Attempt) -> None:
        """After an error the question is back in the input, unless something else stands there."""
        prompt = self.query_one(Prompt)
        empty_handed = attempt.state is AnswerState.STOPPED and not attempt.text
        if (attempt.state is AnswerState.FAILED or empty_handed) and not prompt.text:
            prompt.put(self._conversation.turns[-1].question)
        if self.engine is not None:
            self.engine.read_topic(Topic.WALLET)
        if self.is_current:
            self.show_hints()

    # -- drawing -------------------------------------------------------------------

    def _show_title(self, now: datetime) -> None:
        balance = spendable_usd(self.store)
        title = self.query_one("#title", Rule)
        model = model_of(self.store, self._model)
        is_old = self.store.wallet.remote.freshness(now) is Freshness.STALE
        width = self.size.width
        title.right = payer_note(wallet_label(self.store), balance, is_old=is_old, width=width)
        room = width - width_of(title.right) - RULE_CELLS
        title.content = heading(self._model, model, self._settings, room)

    def _show_conversation(self) -> None:
        lines = self.query_one(Lines)
        spent = self._conversation.spent
        self.query_one("#totals", Rule).right = totals(spent, self._earlier + spent)
        if not self._conversation.turns:
            lines.content = welcome(
                lines.size.height,
                lines.room_cells,
                has_model=self._model is not None,
                refusal=why_not_ask(self.store) or what_writes_risk(self.store),
            )
            return
        look = TranscriptLook(lines.room_cells, self._shows_thinking, wallet_label(self.store))
        lines.content = self._lines.update(self._conversation, look)

    # -- keys ----------------------------------------------------------------------

    def on_descendant_focus(self) -> None:
        """Other keys do something now."""
        self.show_hints()

    def action_step_back(self) -> None:
        """Stop the answer; without one, leave the input so that the letters are keys."""
        if self._asking is not None:
            self._asking.stop()
        elif self.query_one(Prompt).has_focus:
            self.query_one(Lines).focus()

    @on(Prompt.Cancelled)
    def _cancel(self, event: Prompt.Cancelled) -> None:
        if self._asking is not None:
            self._asking.stop()
        elif event.prompt.text:
            self._asked.append(event.prompt.text)
            event.prompt.questions = tuple(self._asked)
            event.prompt.put("")
        else:
            self.app.exit()

    def action_write(self) -> None:
        """Go to the input."""
        self.query_one(Prompt).focus()

    def action_choose_model(self) -> None:
        """Open the list of models."""

        def read() -> None:
            if self.engine is not None:
                self.engine.read_topic(Topic.MODELS)

        self.app.push_screen(ModelDialog(self.store, self._model, read), self._use_model)

    def _use_model(self, model: ModelId | None) -> None:
        if model is not None:
            self._model = model
            self._keep_choice()
            self._show_title(self.now())
            self._show_conversation()
            self.query_one(Prompt).focus()

    def action_change_settings(self) -> None:
        """Open the settings."""
        self.app.push_screen(SettingsDialog(self._settings), self._use_settings)

    def _use_settings(self, settings: ChatSettings | None) -> None:
        if settings is not None:
            self._settings = settings
            self._keep_choice()
            self._show_title(self.now())

    def _recall(self) -> None:
        """Begin with what was chosen last for the profile in view; a system prompt is never kept."""
        profile = self.store.session.profile
        if profile == self._recalled or self.store.session.is_demo:
            return
        self._recalled = profile
        kept = ChatChoiceFile(self.monitor.paths.chat_choices_file).read(profile)
        self._model = kept.model
        self._settings = replace(kept.settings, system_prompt=self._settings.system_prompt)

    def _keep_choice(self) -> None:
        session = self.store.session
        if not session.is_demo:
            file = ChatChoiceFile(self.monitor.paths.chat_choices_file)
            file.keep(session.profile, ChatChoice(self._model, self._settings))

    def action_toggle_thinking(self) -> None:
        """Show or hide what models thought before they answered."""
        self._shows_thinking = not self._shows_thinking
        self._show_conversation()

    def action_copy_answer(self) -> None:
        """Copy the last answer."""
        answer = self._conversation.last_answer
        if answer:
            self.copy(answer, "The answer")
        else:
            self.monitor.tell("There is no answer yet.")

    def action_copy_code(self) -> None:
        """Copy the last block of code."""
        code = last_code_block(self._conversation.last_answer)
        if code is not None:
            self.copy(code, "The block of code")
        else:
            self.monitor.tell("The last answer has no block of code.")

    def action_new_conversation(self) -> None:
        """Begin anew; what was spent stays in the session's total."""
        if self._asking is not None:
            self.monitor.tell("An answer is still coming. Esc stops it.")
            return
        self._earlier += self._conversation.spent
        self._conversation = Conversation()
        self._show_conversation()
        self.query_one(Prompt).focus()
