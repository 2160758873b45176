"""The Stremio add-on: what the household has, in the app it already uses.

Protocol: https://github.com/Stremio/stremio-addon-sdk/blob/master/docs/protocol.md
"""
