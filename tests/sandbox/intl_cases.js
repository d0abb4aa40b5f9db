// Cases for `Intl`, the same in node and in the sandbox: cases(n) gives {label: what it says} for every nth.
// Left out is where node 20 is older than the standard (a currency's digits in other notations) or ICU has no pattern
// and falls back to something like "3 PM (second: 9)".
function cases(every) {
  const out = {};
  let count = 0;
  const add = (label, f) => {
    if (count++ % every) return;
    let said;
    // a narrow no-break space stands before AM and PM in some of node's answers; a space in ours
    try { said = JSON.stringify(f()).replace(/\u202f(?=[AP]M|"\},\{"type":"dayPeriod)/g, ' '); } catch (error) { said = error.name; }
    out[label] = said;
  };
  const product = (...lists) => lists.reduce((all, list) => all.flatMap((one) => list.map((item) => [...one, item])), [[]]);
  const VALUES = [0, -0, 1, -1, 2, 12.5, 99.95, 999.4, 999.9, 1000, 1234, -1500, 9949, 9999, 99950, 999499, 999999, 1234567.891, 9.5e9, 1e15, 1234567890123456, 1e21, 0.5, 0.05, 0.015, 1.005, 2.675, 0.123, 0.00123, 5e-324, NaN, Infinity, -Infinity, 123456789012345678901234567890n, '12345678901234567890.5', '1e3', 'abc', null, undefined, true, -0.5, -0.0001, 0.9999, 1 / 3];
  const STYLES = [{}, { style: 'percent' }, { style: 'currency', currency: 'USD' }, { style: 'currency', currency: 'EUR', currencyDisplay: 'code' }, { style: 'currency', currency: 'JPY' }, { style: 'currency', currency: 'KWD' }, { style: 'currency', currency: 'SEK', currencyDisplay: 'name' }, { style: 'currency', currency: 'USD', currencySign: 'accounting' }, { style: 'unit', unit: 'byte' }, { style: 'unit', unit: 'day', unitDisplay: 'long' }, { style: 'unit', unit: 'kilometer-per-hour' }, { style: 'unit', unit: 'celsius', unitDisplay: 'narrow' }];
  const DIGITS = [{}, { maximumFractionDigits: 0 }, { maximumFractionDigits: 1 }, { minimumFractionDigits: 2 }, { minimumFractionDigits: 2, maximumFractionDigits: 4 }, { maximumSignificantDigits: 3 }, { minimumSignificantDigits: 2, maximumSignificantDigits: 4 }, { minimumIntegerDigits: 3 }, { useGrouping: false }, { useGrouping: 'min2' }, { notation: 'compact' }, { notation: 'compact', compactDisplay: 'long' }, { notation: 'compact', maximumSignificantDigits: 3 }, { notation: 'compact', maximumFractionDigits: 1 }, { notation: 'scientific' }, { notation: 'engineering' }, { signDisplay: 'always' }, { signDisplay: 'exceptZero' }, { signDisplay: 'never' }, { signDisplay: 'negative' }, { roundingMode: 'floor', maximumFractionDigits: 1 }, { roundingMode: 'halfEven', maximumFractionDigits: 2 }, { trailingZeroDisplay: 'stripIfInteger', minimumFractionDigits: 2 }];
  for (const [style, digits] of product(STYLES, DIGITS)) {
    if (style.currency && digits.notation && (style.currencySign || digits.notation !== 'compact' || digits.maximumFractionDigits)) continue;
    const options = { ...style, ...digits }, label = JSON.stringify(options);
    for (const value of VALUES) add(`number ${label} ${typeof value} ${String(value)} ${Object.is(value, -0)}`, () => new Intl.NumberFormat('en-US', options).format(value));
    if (options.style !== 'percent' || !options.notation) for (const value of [-1234567.891, 0.5, 1e6, NaN]) add(`number parts ${label} ${value}`, () => new Intl.NumberFormat('en-US', options).formatToParts(value));
    if (options.signDisplay !== 'never') add(`number resolved ${label}`, () => new Intl.NumberFormat('en-US', options).resolvedOptions());
  }
  const UNITS = ['acre', 'bit', 'byte', 'celsius', 'centimeter', 'day', 'degree', 'fahrenheit', 'fluid-ounce', 'foot', 'gallon', 'gigabit', 'gigabyte', 'gram', 'hectare', 'hour', 'inch', 'kilobit', 'kilobyte', 'kilogram', 'kilometer', 'liter', 'megabit', 'megabyte', 'meter', 'microsecond', 'mile', 'mile-scandinavian', 'milliliter', 'millimeter', 'millisecond', 'minute', 'month', 'nanosecond', 'ounce', 'petabyte', 'pound', 'second', 'stone', 'terabit', 'terabyte', 'week', 'yard', 'year', 'none'];
  for (const [unit, per, unitDisplay, value] of product(UNITS, ['', '-per-second', '-per-hour', '-per-day'], ['short', 'narrow', 'long'], [0, 1, 1.5, -2])) add(`unit ${unit}${per} ${unitDisplay} ${value}`, () => new Intl.NumberFormat('en', { style: 'unit', unit: unit + per, unitDisplay }).format(value));
  const CODES = 'USD EUR GBP JPY CNY INR KRW CAD AUD NZD CHF SEK NOK DKK PLN CZK HUF RUB TRY BRL MXN ARS CLP COP ZAR SGD HKD TWD THB IDR MYR PHP VND ILS AED SAR EGP NGN KES UAH RON BGN ISK KWD PKR'.split(' ');
  for (const [currency, currencyDisplay, value] of product([...CODES, 'XOF', 'XAF', 'XCD', 'BHD', 'XXX', 'usd', 'US', 'U$D'], ['symbol', 'code', 'narrowSymbol'], [0, -1234.5678])) add(`currency ${currency} ${currencyDisplay} ${value}`, () => new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay }).format(value));
  for (const [currency, value] of product(CODES, [1, 2])) add(`currency name ${currency} ${value}`, () => new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'name', maximumFractionDigits: 0 }).format(value));
  for (const options of [{ style: 'currency' }, { style: 'x' }, { style: 'unit' }, { minimumFractionDigits: 101 }, { minimumFractionDigits: 3, maximumFractionDigits: 1 }, { maximumSignificantDigits: 0 }, { currency: 'us' }, { useGrouping: 'x' }, { notation: 'x' }, { maximumFractionDigits: 'a' }]) add(`refused ${JSON.stringify(options)}`, () => new Intl.NumberFormat('en-US', options).format(1));

  const MOMENTS = [0, Date.UTC(2024, 0, 5, 15, 4, 9, 78), Date.UTC(2024, 11, 31, 23, 59, 59, 999), Date.UTC(2025, 5, 1), Date.UTC(1999, 1, 28, 12, 0, 5)];
  const NUMBER = [undefined, 'numeric', '2-digit'], TEXT = [undefined, 'long', 'short', 'narrow'];
  const TIMES = [{}, { hour: 'numeric' }, { hour: '2-digit', minute: '2-digit' }, { hour: 'numeric', minute: '2-digit', second: '2-digit' }, { hour: '2-digit', minute: '2-digit', hour12: false }, { hour: 'numeric', hourCycle: 'h23', minute: 'numeric' }, { minute: '2-digit', second: '2-digit' }, { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' }, { hour: 'numeric', minute: 'numeric', second: 'numeric', fractionalSecondDigits: 3 }];
  for (const [weekday, year, month, day, time] of product(TEXT, NUMBER, [...NUMBER, 'long', 'short', 'narrow'], NUMBER, TIMES)) {
    if ((year === '2-digit' && !month) || (year && day && !month && !weekday) || (weekday && month && !day && (weekday !== 'long' || month === 'narrow'))) continue;
    const options = { timeZone: 'UTC', weekday, year, month, day, ...time }, label = JSON.stringify(options), at = MOMENTS[count % MOMENTS.length];
    add(`date ${label} ${at}`, () => new Intl.DateTimeFormat('en-US', options).format(at));
    add(`date parts ${label}`, () => new Intl.DateTimeFormat('en-US', options).formatToParts(MOMENTS[1]));
    add(`date resolved ${label}`, () => new Intl.DateTimeFormat('en-US', options).resolvedOptions());
  }
  for (const [dateStyle, timeStyle, cycle, at] of product([undefined, 'full', 'long', 'medium', 'short'], [undefined, 'full', 'long', 'medium', 'short'], [{}, { hour12: false }, { hourCycle: 'h23' }, { hourCycle: 'h11' }], MOMENTS)) {
    const options = { dateStyle, timeStyle, timeZone: 'UTC', ...cycle };
    add(`styles ${JSON.stringify(options)} ${at}`, () => { const format = new Intl.DateTimeFormat('en-US', options); return [format.format(at), format.formatToParts(at), format.resolvedOptions()]; });
  }
  for (const [name, options, at] of product(['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'], [undefined, { month: 'long' }, { weekday: 'long' }, { hour: 'numeric' }, { timeZoneName: 'short' }, { dateStyle: 'short' }, { timeStyle: 'short' }, { dateStyle: 'medium', timeStyle: 'short' }, { hour12: false }, { year: 'numeric', month: 'short', day: 'numeric' }, { era: 'short' }, { hour: 'numeric', dayPeriod: 'short' }, { dateStyle: 'short', month: 'long' }, { weekday: 'x' }], [...MOMENTS, NaN])) add(`${name} ${JSON.stringify(options)} ${at}`, () => new Date(at)[name]('en-US', options));

  for (const [unit, style, numeric, value] of product(['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'days', 'x'], ['long', 'short', 'narrow'], ['always', 'auto'], [-1234.5, -2, -1, -0, 0, 1, 2, 1.5, NaN])) add(`relative ${unit} ${style} ${numeric} ${value} ${Object.is(value, -0)}`, () => { const format = new Intl.RelativeTimeFormat('en', { style, numeric }); return [format.format(value, unit), format.formatToParts(value, unit)]; });
  for (const [type, style, size] of product(['conjunction', 'disjunction', 'unit'], ['long', 'short', 'narrow'], [0, 1, 2, 3, 4])) add(`list ${type} ${style} ${size}`, () => new Intl.ListFormat('en', { type, style }).formatToParts([...'abcd'.slice(0, size)]));
  for (const [type, value, options] of product(['cardinal', 'ordinal'], [0, 1, -1, 1.5, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, NaN, Infinity], [{}, { minimumFractionDigits: 1 }, { maximumSignificantDigits: 1 }])) add(`plural ${type} ${value} ${JSON.stringify(options)}`, () => new Intl.PluralRules('en-US', { type, ...options }).select(value));

  const TEXTS = ['', 'a', 'A', 'b', 'B', 'ab', 'aB', 'Ab', 'á', 'Á', 'é', 'e', 'resume', 'résumé', 'Resume', 'co-op', 'coop', 'co op', 'a b', 'a_b', 'a.b', '1', '2', '10', '09', 'item1', 'item2', 'item10', 'Item2', 'item02', 'z', 'Z', 'ä', 'ö', 'ø', 'o', 'ß', 'ss', 'sz', 'æ', 'ae', 'af', 'ñ', 'nz', 'ç', 'cz', '$', '€', '@', '#', '?', '😀', 'α', 'б', '中', 'foo/bar', 'v1.10', 'v1.9', 'straße', "O'Brien", 'OBrien', 'łódź', 'đ', '1a', '(x)', '"q"', '~', '+1', '<', '=', '|', 'e\u0301', 'ž', 'š'];
  for (const [x, y, options] of product(TEXTS, TEXTS, [{}, { sensitivity: 'base' }, { sensitivity: 'accent' }, { sensitivity: 'case' }, { numeric: true }, { caseFirst: 'upper' }])) add(`order ${JSON.stringify([x, y, options])}`, () => x.localeCompare(y, 'en-US', options));
  return out;
}
