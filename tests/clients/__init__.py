"""Programs over clients that are generated from openapi.yaml: tests/test_clients.py runs them."""
