"""How a film is watched: byte ranges, what a screen can decode, subtitles, pictures."""
