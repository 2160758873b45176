"""The aiohttp application: listeners, sign-in, problems, OpenAPI, events."""
