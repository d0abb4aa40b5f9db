"""workerd's worker loader on one document: starts workerd, asks it over loopback, prints one JSON document.

Arguments: WORKERD DOCUMENT ROUNDS.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from cpu import tree_cpu_ms

CONFIG = """
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:%d", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "host.js", esModule = embed "host.js"), (name = "document.json", json = embed "document.json")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "LOADER", workerLoader = (id = "bench"))],
);
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def ask(url: str, job: str, n: int) -> str:
    with urllib.request.urlopen(f"{url}/?job={job}&n={n}", timeout=120) as answer:
        return answer.read().decode()


def measure(url: str, pid: int, job: str, rounds: int) -> dict[str, object]:
    """Time `rounds` requests of one fresh isolate each, less an empty request's time."""
    answer = ask(url, job, 1)
    times: dict[str, list[float]] = {job: [], "empty": []}
    cpu = tree_cpu_ms(pid)
    for each in (job, "empty"):
        for _ in range(rounds):
            started = time.perf_counter()
            ask(url, each, 1)
            times[each].append((time.perf_counter() - started) * 1000)
        if each == job:
            cpu = tree_cpu_ms(pid) - cpu
    return {"ms": median(times[job]) - median(times["empty"]), "cpu_ms": cpu / rounds, "answer": answer}


def main() -> None:
    workerd, document, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    version = subprocess.run([workerd, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        shutil.copy(Path(__file__).parent / "workerd" / "host.js", folder)
        (folder / "document.json").symlink_to(document.resolve())
        (folder / "config.capnp").write_text("@0xb1f0c6a7d2e94835;\n" + CONFIG % port, "utf-8")
        command = [workerd, "serve", "--experimental", str(folder / "config.capnp")]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            try:
                url = f"http://127.0.0.1:{port}"
                wait(url, process)
                found = {
                    "version": re.sub(r"[^0-9-]", "", version),
                    "1+1": measure(url, process.pid, "one", rounds * 5),
                    "search": measure(url, process.pid, "search", rounds),
                }
            finally:
                process.kill()
    print(json.dumps(found))


def wait(url: str, process: subprocess.Popen[str]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"workerd stopped: {process.stderr.read() if process.stderr else ''}")
        try:
            ask(url, "empty", 0)
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("workerd did not answer in 30 s")


main()
