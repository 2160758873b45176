"""Our routes, one module a resource."""
