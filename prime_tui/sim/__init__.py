"""A deterministic Prime world behind real HTTP on loopback.

The simulator is a second implementation of the documented API: it shares no code with the client, so that
a mistake in one of them shows. See `prime_tui.sim.serve` for how to start it, `prime_tui.sim.chat` for the
marker words of prompts and `prime_tui.sim.routes.control` for the faults it can produce on demand.
"""
