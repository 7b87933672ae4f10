"""The client over real HTTP: against a scripted server and against the simulator."""
