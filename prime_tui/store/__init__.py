"""Everything that came from outside, in one place; knows neither HTTP nor the screen."""
