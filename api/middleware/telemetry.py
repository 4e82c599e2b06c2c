"""Traces for OpenTelemetry, an extra: switched on by the environment variables that every tool of it knows."""

import os
from importlib.util import find_spec

from flask import Flask

#: Any of them says where traces go (opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables).
_SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")


def wanted() -> bool:
    """Tell whether the environment asks for traces."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(os.environ.get(name) for name in _SWITCHES)


def check() -> None:
    """Raise ValueError where traces are asked for, and what that takes is not installed."""
    if wanted() and any(
        find_spec(f"opentelemetry{part}") is None for part in ("", ".sdk", ".exporter", ".instrumentation")
    ):
        raise ValueError(
            "The OTEL_ variables ask for traces, but OpenTelemetry is not installed: "
            "install counterclaim[telemetry], or unset them."
        )


def start(app: Flask) -> None:
    """Trace the requests of `app`, where the environment asks for it."""
    if not wanted():
        return
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "") or "OTEL_SERVICE_NAME" in os.environ
    provider = TracerProvider(resource=Resource.create({} if named else {SERVICE_NAME: "counterclaim"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    FlaskInstrumentor().instrument_app(app, excluded_urls="healthz,readyz,metrics")  # type: ignore[no-untyped-call]
