"""Daliz: freight, fibre and relations over one corridor between countries."""
