"""The demonstration: short films made here, shared from two real seeders on this machine."""
