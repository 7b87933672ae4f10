"""The metrics of a run: a plot of the chosen one over a table of all."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from prime_tui.domain.metrics import MetricSeries, all_series, reward_name
from prime_tui.domain.remote import Freshness
from prime_tui.domain.runs import LIVE, MetricPoint
from prime_tui.ui.render.fields import fitting
from prime_tui.ui.render.metric_plot import metric_plot
from prime_tui.ui.render.run_metrics import COLUMNS, metric_rows
from prime_tui.ui.render.styled import Span, Styled
from prime_tui.ui.screens.runs.facts import RunFacts
from prime_tui.ui.widgets.after_refresh import after_refresh
from prime_tui.ui.widgets.lines import Lines
from prime_tui.ui.widgets.table import KeyedTable

LEAST_HEIGHT_FOR_PLOT = 14


class MetricsPane(Vertical):
    """Shows what it is given; the cursor of the table chooses what is plotted."""

    DEFAULT_CSS = """
    MetricsPane #plot { height: 45%; max-height: 20; }
    MetricsPane.-low #plot { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[MetricPoint, ...] | None = None
        self._series: tuple[MetricSeries, ...] = ()
        self._chosen: str | None = None

    def compose(self) -> ComposeResult:
        """Plot and table."""
        plot = Lines(id="plot")
        plot.can_focus = False
        yield plot
        yield KeyedTable(COLUMNS, markable=False, id="metrics")

    def show(self, facts: RunFacts) -> None:
        """Show the metrics of a run; unchanged ones cost nothing."""
        table = self.query_one(KeyedTable)
        points = facts.metrics.value or ()
        table.placeholder = _placeholder(facts)
        if points is self._points:
            return
        self._points = points
        self._series = all_series(points)
        self._fill()
        self._plot()

    def on_resize(self) -> None:
        """Another size: the plot is drawn anew."""
        self.set_class(self.size.height < LEAST_HEIGHT_FOR_PLOT, "-low")
        self._fill()
        after_refresh(self, self._plot)

    def _fill(self) -> None:
        table = self.query_one(KeyedTable)
        table.columns = fitting(COLUMNS, self.size.width)
        reward = reward_name(one.name for one in self._series)
        table.rows = metric_rows(self._series, reward, table.columns)

    @on(KeyedTable.CursorMoved)
    def _choose(self, event: KeyedTable.CursorMoved) -> None:
        event.stop()
        self._chosen = event.key
        self._plot()

    def _plot(self) -> None:
        lines = self.query_one("#plot", Lines)
        one = next((one for one in self._series if one.name == self._chosen), None)
        if one is None:
            one = self._series[0] if self._series else None
        lines.content = () if one is None else metric_plot(one, lines.room_cells, lines.size.height)


def _placeholder(facts: RunFacts) -> tuple[Styled, ...]:
    if not facts.has_pages:
        return (Span("This service tells no metrics of runs.", "dim"),)
    if facts.metrics.error is not None:
        return (
            Span(f"The metrics cannot be read: {facts.metrics.error.message}", "bad"),
            Span("r tries again", "dim"),
        )
    if facts.metrics.freshness(facts.now) is Freshness.LOADING and facts.read.value is None:
        return (Span("Reading metrics…", "dim"),)
    if facts.view.state in LIVE:
        return (Span("No metrics yet: they come with the first step.", "dim"),)
    return (Span("This run left no metrics.", "dim"),)
