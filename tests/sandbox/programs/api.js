// The API that the programs of this folder call: a shop, in the image (over `host`, so that every call crosses to the
// host and back) and in node (where `host` gives its argument back, too).
(() => {
  const COUNTRIES = ['DE', 'US', 'FR', 'JP'];
  const NAMES = ['Ada Lovelace', 'Bob Müller', 'Chloé Petit', '田中 花子', 'Edsger Dijkstra', "Fiona O'Neil", 'Grace Hopper'];
  const customers = NAMES.map((name, i) => ({
    id: `c${i + 1}`, name, email: i === 4 ? null : `${name.split(' ')[0].toLowerCase().normalize('NFD').replace(/[^a-z]/g, '') || 'hanako'}@example.com`,
    country: COUNTRIES[i % 4], vip: i % 3 === 0, created_at: new Date(Date.UTC(2024, i, 3 + i * 2, 9 + i, 30)).toISOString(), tags: ['new', 'eu', 'beta'].slice(0, i % 4),
  }));
  const STATUS = ['open', 'paid', 'shipped', 'cancelled'];
  const orders = Array.from({ length: 23 }, (_, i) => ({
    id: 1000 + i, customer_id: `c${(i * 3) % 7 + 1}`, status: STATUS[i % 4], total_cents: (i * 7919) % 20000 + 99, currency: i % 5 === 0 ? 'USD' : 'EUR',
    placed_at: new Date(Date.UTC(2025, i % 12, 1 + i, 12)).toISOString(), lines: Array.from({ length: i % 3 + 1 }, (_, n) => ({ sku: `SKU-${(i + n) % 5}`, qty: n + 1 })),
  }));
  const tries = {};
  const fail = (status, message, body) => { throw Object.assign(new ApiError(message), { status, body, code: 'api_error' }); };
  const answer = (value) => host('echo', value);
  const page = (all, number = 1, size = 3) => ({ items: all.slice((number - 1) * size, number * size), page: number, total: all.length, has_more: number * size < all.length });
  globalThis.shop = {
    list_customers: async ({ page: number, per_page, country } = {}) => answer(page(customers.filter((c) => !country || c.country === country), number, per_page)),
    get_customer: async ({ id }) => answer(customers.find((c) => c.id === id) ?? fail(404, `no customer ${id}`, { error: { code: 'not_found', id } })),
    list_orders: async ({ cursor = 0, limit = 5, status, customer_id } = {}) => {
      const all = orders.filter((o) => (!status || o.status === status) && (!customer_id || o.customer_id === customer_id)), start = Number(cursor);
      return answer({ data: all.slice(start, start + limit), next_cursor: start + limit < all.length ? String(start + limit) : null });
    },
    create_order: async ({ body }) => (body?.customer_id ? answer({ id: 2000, status: 'open', ...body }) : fail(422, 'customer_id is missing', { errors: [{ field: 'customer_id', message: 'is required' }] })),
    cancel_order: async ({ id }) => answer({ id, status: 'cancelled' }),
    flaky: async ({ key, failures = 2 }) => { tries[key] = (tries[key] ?? 0) + 1; return tries[key] <= failures ? fail(503, 'try again', { retry_after: 0 }) : answer({ key, tries: tries[key] }); },
    download: async ({ name }) => answer(new TextEncoder().encode(`file ${name} ✓`)),
    upload: async ({ file }) => answer({ size: typeof file === 'string' ? new TextEncoder().encode(file).length : file.length }),
    get: async (path, args = {}) => {
      const found = /^\/customers\/(\w+|\{id\})$/.exec(path);
      return found ? shop.get_customer({ id: found[1] === '{id}' ? args.id : found[1] }) : path === '/customers' ? shop.list_customers(args) : path === '/orders' ? shop.list_orders(args) : fail(404, `no route ${path}`);
    },
  };
})();
