"""The use cases: the only place that knows the whole way from a link to the screen."""
