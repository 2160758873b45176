"""The vocabularies that every room speaks: frozen values without I/O."""
