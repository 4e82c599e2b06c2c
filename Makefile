lock:
	uv pip compile pyproject.toml --group build --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -q -c requirements.lock -o requirements-dev.lock
