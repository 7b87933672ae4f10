"""The terminal itself: the one place that knows Textual's private names, pinned to one version of it."""
