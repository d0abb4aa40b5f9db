from keyhole.sandbox.confinement.layers import Layer
from keyhole.sandbox.confinement.worker import fork_worker, isolate, shut

__all__ = ["Layer", "fork_worker", "isolate", "shut"]
