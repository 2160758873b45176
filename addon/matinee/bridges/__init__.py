"""Other people's protocols, spoken to their clients."""
