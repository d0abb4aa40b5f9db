"""`keyhole demo`: the main job, end to end, on an API that Keyhole brings along."""

from __future__ import annotations

import secrets
from typing import Annotated

from cyclopts import Parameter

from keyhole.cli.lifetime import live
from keyhole.cli.screen import say, show
from keyhole.cli.tokens import row, say_exactness, token_table
from keyhole.cli.tour import Tour, connect
from keyhole.codemode import CodeMode
from keyhole.config import Config, OpenAPI, RunLimits
from keyhole.demo import running

PORT = 8320

CHAIN = """\
// Which active project is most behind, who leads it, and what is urgent there?
const projects = await tracker.projects_list({ status: "active", per_page: 50 });
const stats = await Promise.all(projects.map((p) => tracker.projects_get_stats({ project: p.key })));
const worst = stats.sort((a, b) => b.overdue - a.overdue)[0];
const project = worst.key;
const urgent = await tracker.get("/projects/{project}/issues", { project, state: "open", priority: "urgent" });
const note: string = `${worst.overdue} issues are overdue; please look at this one first.`;
await tracker.comments_create({ project, number: urgent[0].number, body: { body: note } });
return {
  project,
  lead: projects.find((p) => p.key === project).lead.username,
  overdue: `${worst.overdue} of ${worst.total}`,
  urgent: urgent.map((issue) => `#${issue.number} ${issue.title}`),
};"""

REFUSED = """\
const old = await tracker.projects_list({ status: "archived" });
return await tracker.projects_delete({ project: old[0].key, force: true });"""

ENDLESS = """\
let n = 0;
while (true) n++;"""


def demo(
    *,
    cache_dir: Annotated[str | None, Parameter(help="Where compiled modules and images are kept.")] = None,
) -> int:
    """Run the main job end to end on an API that Keyhole brings along: a small project tracker."""
    token = secrets.token_urlsafe(16)

    async def main() -> int:
        say("starting the demo API and baking its image ...")
        with running(token) as url:
            api = OpenAPI(document=f"{url}/openapi.json", name="tracker", base_url=url, bearer=token)
            config = Config.model_validate(
                {"apis": (api,), "allow": "write", "limits": RunLimits(cpu_s=1), "cache_dir": cache_dir}
            )
            async with CodeMode(config=config) as code_mode:
                await _walk(code_mode, api)
        return 0

    return live(main)


async def _walk(code_mode: CodeMode, api: OpenAPI) -> None:
    tour = Tour(code_mode)
    tour.stop(
        "What it costs in a model's context",
        "In o200k tokens: the document; one tool for every operation, with full schemas and with required parameters "
        "only; Keyhole.",
    )
    show(token_table([{**row(api, code_mode), "document": "tracker (demo API)"}]))
    say_exactness()
    tour.stop("All that a client sees: two tools")
    tour.tools()
    tour.stop("The agent searches")
    await tour.search(query="projects that are behind\ncomment on an issue")
    tour.stop(
        "The agent runs one program",
        "It makes several calls, some at once, and writes a comment. The API's token never enters the sandbox; only "
        "what is returned enters the model's context.",
    )
    await tour.execute(CHAIN)
    tour.stop("A call that the policy does not allow is refused, and says what would allow it")
    await tour.execute(REFUSED)
    tour.stop("A program that does not end is stopped", "The limit here is one second of CPU; other runs go on.")
    await tour.execute(ENDLESS)
    tour.stop(
        "Connect an agent to it",
        f"Start the demo API in another terminal (python -m keyhole.demo --port {PORT}; its token is `demo`), then:",
    )
    arguments = [f"tracker=http://127.0.0.1:{PORT}/openapi.json", "--bearer-env", "TRACKER_TOKEN", "--allow", "write"]
    show(connect("tracker", arguments, {"TRACKER_TOKEN": "demo"}))
    show("\n   Your own API: keyhole try openapi.json")
