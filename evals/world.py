"""The world of one run: its APIs read and seeded directly, past every arm, and PowerDNS asked over DNS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dns.message
import dns.query
import dns.rdatatype
import seed_kinto
import seed_powerdns

if TYPE_CHECKING:
    import httpx2
    from servers import Api

Row = dict[str, Any]

_PREFECT_PAGE = 200
_PREFECT_KINDS = (
    "flows", "deployments", "work_pools", "work_queues", "v2/concurrency_limits", "concurrency_limits", "variables", "automations",
    "block_documents", "artifacts", "task_runs",
)  # fmt: skip
_PREFECT_MOVING = {
    "updated", "last_polled", "status", "work_pool", "work_queue", "state", "estimated_run_time", "estimated_start_time_delta",
    "block_schema", "block_type",
}  # fmt: skip


@dataclass
class World:
    """Clients of the APIs of a run. What is read here is the truth that answers are compared with."""

    apis: dict[str, Api]
    clients: dict[str, httpx2.Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clients = {name: api.client() for name, api in self.apis.items()}

    def close(self) -> None:
        """Close the clients."""
        for client in self.clients.values():
            client.close()

    def seed(self) -> None:
        """Fill PowerDNS and Kinto, the same every time; the tracker and Prefect come filled."""
        if "powerdns" in self.apis:
            seed_powerdns.seed(self.clients["powerdns"])
        if "kinto" in self.apis:
            seed_kinto.seed(self.clients["kinto"])

    def ask(self, api: str, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send one request; raises `httpx2.HTTPStatusError` for a status that is no success."""
        return self.clients[api].request(method, path.lstrip("/"), **options).raise_for_status()

    # the tracker

    def tracker(self, path: str, **query: Any) -> list[Row]:
        """Give every item of every page of a list of the tracker."""
        rows: list[Row] = []
        for page in range(1, 1000):
            answer = self.ask("tracker", "GET", path, params={**query, "per_page": 100, "page": page})
            rows += answer.json()
            if len(rows) >= int(answer.headers.get("X-Total-Count", 0)):
                break
        return rows

    def events(self, project: str, **query: Any) -> list[Row]:
        """Give every event of a project, newest first."""
        rows: list[Row] = []
        cursor: dict[str, str] = {}
        while True:
            path = f"/projects/{project}/events"
            page = self.ask("tracker", "GET", path, params={**query, **cursor, "per_page": 100}).json()
            rows += page["items"]
            if not page["next_cursor"]:
                return rows
            cursor = {"cursor": page["next_cursor"]}

    def issues(self) -> dict[str, Row]:
        """Give every issue by `KEY-NUMBER`, without times, its people and milestone by name, its labels sorted."""
        kept = ("title", "body", "state", "priority", "estimate_hours", "comments", "attachments")
        return {
            f"{row['project']}-{row['number']}": {
                **{name: row[name] for name in kept},
                "reporter": row["reporter"]["username"],
                "assignee": row["assignee"] and row["assignee"]["username"],
                "labels": sorted(label["name"] for label in row["labels"]),
                "milestone": row["milestone"] and row["milestone"]["title"],
            }
            for row in self.tracker("/issues", sort="created_at", direction="asc")
        }

    def projects(self) -> dict[str, Row]:
        """Give every project with its members (name → role), labels and milestones (title → due date, state)."""
        found: dict[str, Row] = {}
        for row in self.tracker("/projects"):
            at = f"/projects/{row['key']}"
            members = self.ask("tracker", "GET", f"{at}/members").json()
            labels = self.ask("tracker", "GET", f"{at}/labels").json()
            milestones = self.ask("tracker", "GET", f"{at}/milestones").json()
            found[row["key"]] = {
                **{name: row[name] for name in ("name", "status", "description")},
                "lead": row["lead"]["username"],
                "members": {member["user"]["username"]: member["role"] for member in members},
                "labels": sorted(label["name"] for label in labels),
                "milestones": {m["title"]: [m["due_on"], m["state"]] for m in milestones},
            }
        return found

    # PowerDNS

    def zones(self) -> dict[str, dict[str, Row]]:
        """Give every zone's record sets by `NAME TYPE`, without SOA: {ttl, records: sorted contents, disabled}."""
        found: dict[str, dict[str, Row]] = {}
        for zone in self.ask("powerdns", "GET", "/servers/localhost/zones").json():
            sets = self.ask("powerdns", "GET", f"/servers/localhost/zones/{zone['id']}").json()["rrsets"]
            found[zone["name"]] = {
                f"{each['name']} {each['type']}": {
                    "ttl": each["ttl"],
                    "records": sorted(r["content"] for r in each["records"] if not r["disabled"]),
                    "disabled": sorted(r["content"] for r in each["records"] if r["disabled"]),
                }
                for each in sets
                if each["type"] != "SOA"
            }
        return found

    def dns(self, name: str, kind: str) -> tuple[int, list[str]]:
        """Ask PowerDNS over UDP; give the TTL (0 without an answer) and the sorted data of the record set asked for."""
        question = dns.message.make_query(name, kind)
        answer = dns.query.udp(question, "127.0.0.1", port=self.apis["powerdns"].dns_port, timeout=5)
        wanted = [each for each in answer.answer if each.rdtype == dns.rdatatype.from_text(kind)]
        wanted = [each for each in wanted if each.name == question.question[0].name]
        if not wanted:
            return 0, []
        return wanted[0].ttl, sorted(data.to_text() for data in wanted[0])

    # Kinto

    def records(self, collection: str, bucket: str = "shop") -> dict[str, Row]:
        """Give every record of a collection by its id, without its version."""
        rows: list[Row] = []
        url = f"/buckets/{bucket}/collections/{collection}/records"
        while url:
            answer = self.ask("kinto", "GET", url)
            rows += answer.json()["data"]
            url = answer.headers.get("Next-Page", "").removeprefix(self.apis["kinto"].url)
        return {row["id"]: {name: value for name, value in row.items() if name != "last_modified"} for row in rows}

    # Prefect

    def prefect(self, path: str, **body: Any) -> list[Row]:
        """Give every item of every page of a list of Prefect, such as `flow_runs`."""
        rows: list[Row] = []
        while True:
            page = self.ask("prefect", "POST", f"{path}/filter", json={**body, "offset": len(rows)}).json()
            rows += page
            if len(page) < _PREFECT_PAGE:
                return rows

    def runs(self) -> dict[str, Row]:
        """Give every flow run of Prefect by its id, with the names of its flow and its deployment as FLOW/DEPLOYMENT."""
        kept = (
            "name", "flow_id", "deployment_id", "state_type", "state_name", "parameters", "tags", "start_time", "end_time", "total_run_time",
            "work_pool_name", "work_queue_name", "run_count",
        )  # fmt: skip
        flows = {row["id"]: row["name"] for row in self.prefect("flows")}
        deployments = {row["id"]: f"{flows[row['flow_id']]}/{row['name']}" for row in self.prefect("deployments")}
        return {
            row["id"]: {
                **{name: row[name] for name in kept},
                "flow": flows[row["flow_id"]],
                "deployment": deployments.get(row["deployment_id"]),
            }
            for row in self.prefect("flow_runs")
        }

    def orchestration(self) -> dict[str, dict[str, Row]]:
        """Give all that Prefect keeps, by kind and id, without what changes by itself."""
        found = {kind: {row["id"]: row for row in self.prefect(kind)} for kind in _PREFECT_KINDS}
        for pool in list(found["work_pools"].values()):
            found["work_queues"] |= {row["id"]: row for row in self.prefect(f"work_pools/{pool['name']}/queues")}
        state = {
            kind: {key: {name: row[name] for name in row.keys() - _PREFECT_MOVING} for key, row in rows.items()}
            for kind, rows in found.items()
        }
        for row in state["deployments"].values():
            row["schedules"] = [[each["schedule"], each["active"]] for each in row["schedules"]]
        return {**state, "flow_runs": self.runs()}
