"""Films as HLS: an index without reading the film, playlists, segments made when asked for."""
