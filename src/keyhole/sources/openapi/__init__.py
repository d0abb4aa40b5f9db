"""OpenAPI documents as sources: 3.0, 3.1, 3.2 and Swagger 2.0."""

from keyhole.sources.openapi.source import OpenAPISource, load

__all__ = ["OpenAPISource", "load"]
