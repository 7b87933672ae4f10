"""The wallet screen."""
