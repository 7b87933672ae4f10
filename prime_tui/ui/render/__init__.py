"""Pure drawing: values in, styled text out; nothing here knows a widget."""
