//// open issues of every project
//// => {"DOC": "20/40", "MOB": "16/40", "OLD": "19/40", "OPS": "19/40", "PAY": "19/40", "WEB": "22/40"}
const projects = await tracker.projects_list({});
const stats = await Promise.all(projects.map(async (p: { key: string }) => {
  const { total, by_state } = await tracker.projects_get_stats({ project: p.key });
  return [p.key, total, by_state.open ?? 0] as [string, number, number];
}));
return Object.fromEntries(stats.map(([key, total, open]: any) => [key, `${open}/${total}`]));

//// every page of a project's issues, grouped
//// => {"total": 40, "states": ["closed=10", "in_progress=8", "open=22"], "unassigned": 3}
interface Issue { number: number; state: string; priority: 'low' | 'normal' | 'high' | 'urgent'; labels: { name: string }[]; assignee: { username: string } | null }
const all: Issue[] = [];
for (let page = 1; ; page++) {
  const batch: Issue[] = await tracker.issues_list_for_project({ project: 'WEB', state: 'all', per_page: 15, page });
  all.push(...batch);
  if (batch.length < 15) break;
}
const byState = Object.groupBy(all, (i: Issue) => i.state);
return { total: all.length, states: Object.entries(byState).map(([k, v]) => `${k}=${v!.length}`).sort(), unassigned: all.filter((i) => !i.assignee).length };

//// the stats agree with the list
//// => true
const key = 'PAY';
const { total, by_priority } = await tracker.projects_get_stats({ project: key });
const issues = (await Promise.all([1, 2, 3].map((page) => tracker.issues_list_for_project({ project: key, state: 'all', per_page: 20, page })))).flat();
const counted = issues.reduce((acc: Record<string, number>, { priority }: any) => ({ ...acc, [priority]: (acc[priority] ?? 0) + 1 }), {});
return total === issues.length && Object.keys(by_priority).every((p) => by_priority[p] === counted[p]);

//// an issue that is not there
//// => "none: not_found"
try {
  await tracker.issues_get({ project: 'WEB', number: 4711 });
} catch (e) {
  if (e instanceof ApiError && e.status === 404) return `none: ${e.body.code}`;
  throw e;
}

//// create, label, comment, read back
//// => ["Résumé of January 5, 2024", "closed", "high", ["bug"], ["First!"], true]
enum Priority { High = 'high', Low = 'low' }
const made = await tracker.issues_create({ project: 'DOC', body: { title: `Résumé of ${new Date(Date.UTC(2024, 0, 5)).toLocaleDateString('en-US', { dateStyle: 'long' })}`, priority: Priority.High, labels: ['bug'] } });
await tracker.comments_create({ project: 'DOC', number: made.number, body: { body: 'First!' } });
await tracker.issues_update({ project: 'DOC', number: made.number, body: { state: 'closed' } });
const [issue, comments] = await Promise.all([tracker.issues_get({ project: 'DOC', number: made.number }), tracker.comments_list_for_issue({ project: 'DOC', number: made.number })]);
return [issue.title, issue.state, issue.priority, issue.labels.map((l: any) => l.name), comments.map((c: any) => c.body), issue.closed_at !== null];

//// by method and path
//// => ["ada", "admin", "active"]
const { username, role } = await tracker.get('/me');
const { status } = await tracker.request({ method: 'GET', path: '/projects/WEB' });
return [username, role, status ?? 200];

//// upload bytes, then look
//// => {"stored": true, "size": 6, "name": "notes.txt"}
const file = { filename: 'notes.txt', content: new TextEncoder().encode('héllo'), content_type: 'text/plain' };
const { id, size, name } = await tracker.attachments_upload({ project: 'OPS', number: 1, body: { file, description: 'notes' } });
return { stored: typeof id === 'number', size, name };

//// find the operation, describe it, call it
//// => {"found": "string", "admins": ["ada", "greta"]}
const [first] = await find('list users', { limit: 3 });
const users = await tracker.users_list({ per_page: 50 });
const admins = users.filter((u: { role: string }) => u.role === 'admin').map((u: { username: string }) => u.username).sort();
return { found: typeof first.name, admins };

//// a table of the team's load
//// => true
const issues = await tracker.issues_search({ state: 'open', per_page: 100 });
const load = new Map<string, number>();
for (const { assignee } of issues) load.set(assignee?.username ?? '-', (load.get(assignee?.username ?? '-') ?? 0) + 1);
const rows = [...load].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, 3).map(([user, open]) => ({ user, open }));
console.table(rows);
return rows.reduce((sum, { open }) => sum + open, 0) <= issues.length;

//// arguments that do not fit
//// => ["invalid_arguments", true]
try { await tracker.issues_create({ project: 'WEB', body: { titel: 'x' } }); } catch (e) { return [e.code, e.message.includes('title')]; }

//// side by side, one after another
//// => [["Storefront", "Payments", "Mobile app"], true]
const keys = ['WEB', 'PAY', 'MOB'];
const sideBySide = await Promise.all(keys.map((project) => tracker.projects_get({ project }).then((p: { name: string }) => p.name)));
const inOrder: string[] = [];
for await (const name of (async function* () { for (const project of keys) yield (await tracker.projects_get({ project })).name as string; })()) inOrder.push(name);
return [sideBySide, sideBySide.join() === inOrder.join()];
