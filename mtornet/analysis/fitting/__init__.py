"""Constants from a user's measurements."""
