"""Floor 2, relations: what visits, agreements and the world's news events say about two countries' dealings."""
