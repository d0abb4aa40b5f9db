//// money
//// => ["$1,234.50", "-$0.50", "$1,000,000,000.00", "$0.00"]
const usd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
return [usd.format(1234.5), usd.format(-0.5), usd.format(1e9), usd.format(0)];

//// orders as money
//// => ["$0.99", "€80.18", "€159.37", "€38.56"]
const { data } = await shop.list_orders({ limit: 4 });
return data.map((o) => (o.total_cents / 100).toLocaleString('en-US', { style: 'currency', currency: o.currency }));

//// currencies with other digits
//// => ["¥1,235", "KWD 1,234.567", "CHF 1,234.57", "₹1,234.57", "BTC 1,234.57"]
return ['JPY', 'KWD', 'CHF', 'INR', 'BTC'].map((currency) => new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(1234.567));

//// plain toLocaleString
//// => ["1,234,567.891", "1,000,000", "0", "12,345,678,901,234,567,890", "1,234.5,2", "NaN"]
return [(1234567.891).toLocaleString(), (1e6).toLocaleString(undefined, { maximumFractionDigits: 0 }), (0).toLocaleString('en-US'), (12345678901234567890n).toLocaleString(), [1234.5, 2].toLocaleString(), NaN.toLocaleString()];

//// percent, compact, scientific, unit
//// => ["12%", "12.3%", "1.2M", "1.5 thousand", "1.235E5", "16 km/h", "1 day", "2,048 MB"]
const f = (v, o) => new Intl.NumberFormat('en-US', o).format(v);
return [f(0.1234, { style: 'percent' }), f(0.1234, { style: 'percent', maximumFractionDigits: 1 }), f(1234567, { notation: 'compact' }), f(1500, { notation: 'compact', compactDisplay: 'long' }), f(123456, { notation: 'scientific' }), f(16, { style: 'unit', unit: 'kilometer-per-hour' }), f(1, { style: 'unit', unit: 'day', unitDisplay: 'long' }), f(2048, { style: 'unit', unit: 'megabyte' })];

//// rounding is decimal
//// => ["1.01", "2.68", "1", "2", "3", "1.00", "0.3333"]
const f = (v, digits) => v.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
return [f(1.005, 2), f(2.675, 2), f(0.5, 0), f(1.5, 0), f(2.5, 0), (1.005).toFixed(2), f(1 / 3, 4)];

//// significant digits and signs
//// => ["120,000", "0.000123", "5.00", "+5", "5", "0", "007", "1234"]
const f = (v, o) => new Intl.NumberFormat('en-US', o).format(v);
return [f(123456, { maximumSignificantDigits: 2 }), f(0.00012345, { maximumSignificantDigits: 3 }), f(5, { minimumSignificantDigits: 3 }), f(5, { signDisplay: 'always' }), f(-5, { signDisplay: 'never' }), f(0, { signDisplay: 'exceptZero' }), f(7, { minimumIntegerDigits: 3 }), f(1234, { useGrouping: false })];

//// number parts
//// => ["minusSign=-", "currency=€", "integer=1", "group=,", "integer=234", "decimal=.", "fraction=50"]
return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'EUR' }).formatToParts(-1234.5).map((p) => `${p.type}=${p.value}`);

//// accounting and names
//// => ["($5.00)", "2.00 euros", "$3.00"]
return [new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', currencySign: 'accounting' }).format(-5), new Intl.NumberFormat('en-US', { style: 'currency', currency: 'EUR', currencyDisplay: 'name' }).format(2), new Intl.NumberFormat('en-US', { style: 'currency', currency: 'CAD', currencyDisplay: 'narrowSymbol' }).format(3)];

//// dates with styles
//// => ["Friday, January 5, 2024", "Friday, January 5, 2024 at 3:04 PM", "January 5, 2024", "January 5, 2024 at 3:04 PM", "Jan 5, 2024", "Jan 5, 2024, 3:04 PM", "1/5/24", "1/5/24, 3:04 PM"]
const d = new Date(Date.UTC(2024, 0, 5, 15, 4, 9));
return ['full', 'long', 'medium', 'short'].flatMap((s) => [d.toLocaleDateString('en-US', { dateStyle: s, timeZone: 'UTC' }), d.toLocaleString('en-US', { dateStyle: s, timeStyle: 'short', timeZone: 'UTC' })]);

//// dates with fields
//// => ["12/25/2024", "Wednesday, December 25, 2024", "Dec 25", "12/25/2024", "December", "Wed", "12/24", "Dec 2024"]
const d = new Date('2024-12-25T08:05:03Z');
const f = (o) => d.toLocaleDateString('en-US', { timeZone: 'UTC', ...o });
return [f({}), f({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }), f({ month: 'short', day: 'numeric' }), f({ year: 'numeric', month: '2-digit', day: '2-digit' }), f({ month: 'long' }), f({ weekday: 'short' }), f({ year: '2-digit', month: 'numeric' }), f({ month: 'short', year: 'numeric' })];

//// times
//// => ["8:05:03 PM", "08:05 PM", "8 PM", "20:05", "8:05 PM", "8:05 PM UTC"]
const d = new Date('2024-12-25T20:05:03Z');
const f = (o) => d.toLocaleTimeString('en-US', { timeZone: 'UTC', ...o });
return [f({}), f({ hour: '2-digit', minute: '2-digit' }), f({ hour: 'numeric', hour12: true }), f({ hourCycle: 'h23', hour: '2-digit', minute: '2-digit' }), f({ timeStyle: 'short' }), f({ hour: 'numeric', minute: '2-digit', timeZoneName: 'short' })];

//// dates of customers without a time zone given
//// => ["1/3/2024, 9:30:00 AM", "2/5/2024, 10:30:00 AM"]
const { items } = await shop.list_customers({ per_page: 2 });
return items.map((c) => new Date(c.created_at).toLocaleString());

//// date parts
//// => "2024-03-04 05:06"
const parts = Object.fromEntries(new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(new Date('2024-03-04T05:06:07Z')).map((p) => [p.type, p.value]));
return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;

//// the zone of this place
//// => ["UTC", "en-US", 0, 1]
return [Intl.DateTimeFormat().resolvedOptions().timeZone, new Intl.NumberFormat().resolvedOptions().locale, new Date(0).getTimezoneOffset(), Intl.DateTimeFormat.supportedLocalesOf(['en-US']).length];

//// relative times
//// => ["yesterday", "3 hours ago", "in 5 minutes", "tomorrow", "now", "2 weeks ago", "in 3 mo."]
const rtf = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const ago = (ms) => { for (const [unit, size] of [['day', 864e5], ['hour', 36e5], ['minute', 6e4]]) if (Math.abs(ms) >= size) return rtf.format(Math.round(ms / size), unit); return rtf.format(Math.round(ms / 1000), 'second'); };
return [ago(-864e5), ago(-3 * 36e5), ago(5 * 6e4), ago(864e5), ago(0), rtf.format(-2, 'weeks'), new Intl.RelativeTimeFormat('en', { style: 'short' }).format(3, 'month')];

//// lists and plurals
//// => ["a, b, and c", "a and b", "x, y, or z", ["1st", "2nd", "3rd", "4th", "11th", "22nd", "113th"], ["0 items", "1 item", "2 items"]]
const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' }), pr = new Intl.PluralRules('en-US', { type: 'ordinal' });
const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
const plural = new Intl.PluralRules('en');
return [list.format(['a', 'b', 'c']), list.format(['a', 'b']), new Intl.ListFormat('en', { type: 'disjunction' }).format(['x', 'y', 'z']), [1, 2, 3, 4, 11, 22, 113].map((n) => n + suffix[pr.select(n)]), [0, 1, 2].map((n) => `${n} ${plural.select(n) === 'one' ? 'item' : 'items'}`)];

//// names in order
//// => ["Ada Lovelace", "Bob Müller", "Chloé Petit", "Edsger Dijkstra"]
const { items } = await shop.list_customers({ per_page: 50 });
return items.map((c) => c.name).sort((a, b) => a.localeCompare(b)).slice(0, 4);

//// numeric and accent-blind comparing
//// => [["file1", "File1", "file2", "file10"], ["File1", "file1", "file2", "file10"], 0, -1, ["a", "A", "b", "C"], ["a", "ä", "z"]]
const files = ['file10', 'file2', 'File1', 'file1'];
return [files.toSorted(new Intl.Collator('en', { numeric: true }).compare), files.toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true, sensitivity: 'base' })), 'résumé'.localeCompare('resume', 'en', { sensitivity: 'base' }), 'a'.localeCompare('B'), ['b', 'a', 'C', 'A'].sort((x, y) => x.localeCompare(y)), ['ä', 'a', 'z'].sort(Intl.Collator('en').compare)];

//// padded text table
//// => "id | name  |   total\n1  | Ada   | 1,234.5\n22 | Chloé |    7.00"
const rows = [['id', 'name', 'total'], ['1', 'Ada', (1234.5).toLocaleString()], ['22', 'Chloé', (7).toLocaleString('en-US', { minimumFractionDigits: 2 })]];
const widths = rows[0].map((_, i) => Math.max(...rows.map((r) => r[i].length)));
return rows.map((r) => r.map((c, i) => (i === 2 ? c.padStart(widths[i]) : c.padEnd(widths[i]))).join(' | ')).join('\n');

//// bytes for people, durations for people
//// => ["0 B", "1.5 KB", "5.0 GB", "01:02:05", "00:00:59"]
const human = (n) => { const u = ['B', 'KB', 'MB', 'GB']; let i = 0; while (n >= 1024 && i < u.length - 1) { n /= 1024; i++; } return `${n.toFixed(i ? 1 : 0)} ${u[i]}`; };
const duration = (s) => [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0')).join(':');
return [human(0), human(1536), human(5 * 1024 ** 3), duration(3725), duration(59)];

//// another locale says so
//// => throws throw the locale de-DE is not available
return (1234.5).toLocaleString('de-DE');

//// another zone says so
//// => throws throw the time zone America/New_York is not available
return new Date(0).toLocaleString('en-US', { timeZone: 'America/New_York' });

//// a currency that is none
//// => throws throw must be a code of three letters
return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'dollars' }).format(1);

//// upper and lower case in a locale
//// => ["STRASSE", "title", "I"]
return ['straße'.toLocaleUpperCase('en-US'), 'TITLE'.toLocaleLowerCase(), 'i'.toLocaleUpperCase('en')];
