from keyhole.sandbox.confinement.layers import Layer, is_confined
from keyhole.sandbox.confinement.worker import fork_worker, isolate, shut

__all__ = ["Layer", "fork_worker", "is_confined", "isolate", "shut"]
