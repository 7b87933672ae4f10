"""Words that options take; checked by a test against the code that they stand for."""

SCREENS = ("wallet", "runs", "pods", "chat")
SCENARIOS = ("calm", "busy", "stall", "broke", "expired-key", "empty", "huge", "hostile")
THEME_NAMES = ("prime-dark", "prime-light", "prime-contrast", "prime-ansi", "prime-ansi-light")
STORES = ("secret-service", "file", "kernel", "memory", "plaintext")
