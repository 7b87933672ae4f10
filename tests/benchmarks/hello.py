"""The floor to compare with: about the least that a Textual program with a table can be."""

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Hello(App[None]):
    """A title, a table of a hundred rows, and a line of keys."""

    BINDINGS = [("q", "quit", "Quit"), ("r", "refresh", "Refresh")]  # noqa: RUF012 - as the toolkit has it

    def compose(self) -> ComposeResult:
        """Title, table, keys."""
        yield Header()
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("id", "name", "gpu", "state", "price", "note")
        for number in range(100):
            price = f"${number * 0.37:.2f}"
            table.add_row(f"{number:04d}", f"pod-{number}", "8× H100", "ACTIVE", price, "ready")
        table.focus()


if __name__ == "__main__":
    Hello().run()
