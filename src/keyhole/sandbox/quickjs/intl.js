// Intl.PluralRules, ListFormat, RelativeTimeFormat, Collator and what goes with them: the last script of `Intl`, which
// puts it on the global and takes its own hook away.
(() => {
  "use strict";
  const kit = globalThis.__intl, { pick } = kit;
  delete globalThis.__intl;
  const hidden = (target, name, value) => Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });

  class PluralRules {
    #set; #type; #locale;
    constructor(locales, options) {
      this.#locale = kit.locale(locales);
      const given = kit.options(options);
      this.#type = pick(given, "type", ["cardinal", "ordinal"], "cardinal");
      const { minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits, minimumSignificantDigits, maximumSignificantDigits, roundingMode } = given;
      this.#set = kit.settings({ minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits, minimumSignificantDigits, maximumSignificantDigits, roundingMode });
    }
    select(value) {
      const number = kit.rounded(typeof value === "bigint" ? value : Number(value), this.#set);
      if (!number) return "other";
      const whole = Number(number.whole);
      if (this.#type === "cardinal") return whole === 1 && !number.fraction ? "one" : "other";
      const unit = whole % 10, teen = whole % 100 > 10 && whole % 100 < 14;
      return /[1-9]/.test(number.fraction) || teen ? "other" : (["other", "one", "two", "few"][unit] ?? "other");
    }
    resolvedOptions() { return { locale: this.#locale, type: this.#type, ...this.#set, pluralCategories: this.#type === "cardinal" ? ["one", "other"] : ["few", "one", "two", "other"] }; }
  }
  kit.expose(PluralRules);

  class ListFormat {
    #type; #style; #locale;
    constructor(locales, options) {
      this.#locale = kit.locale(locales);
      const given = kit.options(options);
      this.#type = pick(given, "type", ["conjunction", "disjunction", "unit"], "conjunction");
      this.#style = pick(given, "style", ["long", "short", "narrow"], "long");
    }
    formatToParts(list = []) {
      const items = [...list], word = { conjunction: { long: "and", short: "&", narrow: "" }[this.#style], disjunction: "or", unit: "" }[this.#type];
      const comma = this.#type === "unit" && this.#style === "narrow" ? " " : ", ";
      const wrong = items.find((item) => typeof item !== "string");
      if (wrong !== undefined) throw new TypeError(`a list to format holds strings: ${String(wrong)} is a ${typeof wrong}`);
      return items.flatMap((value, i) => {
        const literal = i === 0 ? "" : i < items.length - 1 ? comma : !word ? comma : items.length === 2 ? ` ${word} ` : `, ${word} `;
        return [...(literal ? [{ type: "literal", value: literal }] : []), { type: "element", value }];
      });
    }
    format(list) { return kit.join(this.formatToParts(list)); }
    resolvedOptions() { return { locale: this.#locale, type: this.#type, style: this.#style }; }
  }
  kit.expose(ListFormat);

  // unit: [short, its plural], narrow, and what -1, 0 and 1 are called with numeric "auto" (long; short where it differs)
  const RELATIVE = {
    year: [["yr."], "y", ["last year", "this year", "next year"], ["last yr.", "this yr.", "next yr."]],
    quarter: [["qtr.", "qtrs."], "q", ["last quarter", "this quarter", "next quarter"], ["last qtr.", "this qtr.", "next qtr."]],
    month: [["mo."], "mo", ["last month", "this month", "next month"], ["last mo.", "this mo.", "next mo."]],
    week: [["wk."], "w", ["last week", "this week", "next week"], ["last wk.", "this wk.", "next wk."]],
    day: [["day", "days"], "d", ["yesterday", "today", "tomorrow"]],
    hour: [["hr."], "h", [, "this hour"]],
    minute: [["min."], "m", [, "this minute"]],
    second: [["sec."], "s", [, "now"]],
  };
  class RelativeTimeFormat {
    #style; #numeric; #locale; #number = new kit.Intl.NumberFormat();
    constructor(locales, options) {
      this.#locale = kit.locale(locales);
      const given = kit.options(options);
      this.#style = pick(given, "style", ["long", "short", "narrow"], "long");
      this.#numeric = pick(given, "numeric", ["always", "auto"], "always");
    }
    formatToParts(value, unit) {
      const number = Number(value), name = String(unit).replace(/s$/, ""), known = Object.hasOwn(RELATIVE, name) && RELATIVE[name];
      if (!known) throw new RangeError(`the unit is ${String(unit)}: it must be one of ${Object.keys(RELATIVE).join(", ")}`);
      if (!Number.isFinite(number)) throw new RangeError(`the value is ${number}: it must be a finite number`);
      const [[short, shorts = short], narrow, words, shortWords = words] = known;
      const word = this.#numeric === "auto" ? (this.#style === "long" ? words : shortWords)[number + 1] : undefined;
      if (word) return [{ type: "literal", value: word }];
      const past = number < 0 || Object.is(number, -0), parts = this.#number.formatToParts(Math.abs(number)).map((part) => ({ ...part, unit: name }));
      const one = parts.length === 1 && parts[0].value === "1";
      const label = this.#style === "narrow" ? narrow : ` ${this.#style === "long" ? (one ? name : `${name}s`) : one ? short : shorts}`;
      return past ? [...parts, { type: "literal", value: `${label} ago` }] : [{ type: "literal", value: "in " }, ...parts, { type: "literal", value: label }];
    }
    format(value, unit) { return kit.join(this.formatToParts(value, unit)); }
    resolvedOptions() { return { locale: this.#locale, style: this.#style, numeric: this.#numeric, numberingSystem: "latn" }; }
  }
  kit.expose(RelativeTimeFormat);

  // Order (CLDR's root collation): spaces, punctuation, symbols, digits, letters; letters by their base, then accents,
  // then case. Exact for Latin; other scripts go by code point, after Latin.
  const ORDER = new Map([..."\t\n\v\f\r\u0085 _‿-‐‑–—,;:!¡?¿.…·'‘’‹›\"“”„«»()[]{}§¶@*/\\&#%‰†‡•`´^¯¨¸°©®←→↑↓+±÷×<=>¬|¦~−∞≤≥"].map((character, i) => [character, i + 1]));
  [..."¤¢$£¥€"].forEach((character, i) => ORDER.set(character, 1500000 + i));
  const ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0327\u0338\u0328\u0304";
  const accent = (mark) => String.fromCharCode(ACCENTS.includes(mark) ? 1 + ACCENTS.indexOf(mark) : mark.charCodeAt(0));
  const STROKED = accent("\u0338");
  const SPLIT = { ß: "ss", æ: "ae", Æ: "Ae", œ: "oe", Œ: "Oe", ø: "o", Ø: "O", đ: "d", Đ: "D", ð: "d", Ð: "D", ħ: "h", Ħ: "H", ł: "l", Ł: "L", ŀ: "l", Ŀ: "L", ſ: "s", ª: "a", º: "o", "\u00a0": " ", ĳ: "ij", Ĳ: "IJ" };
  const primary = (character) => {
    const code = character.codePointAt(0);
    if (code >= 48 && code <= 57) return 2000000 + code;
    if (code >= 97 && code <= 122) return 3000000 + code * 2;
    return character === "þ" ? 3000000 + 122 * 2 + 1 : (ORDER.get(character) ?? (/\p{L}/u.test(character) ? 4000000 + code : 1000 + code));
  };
  /** The text as elements [primary, accent, case]. */
  const elements = (text, set) => {
    const out = [], source = text.normalize("NFD");
    for (let i = 0; i < source.length; ) {
      const character = String.fromCodePoint(source.codePointAt(i));
      if (set.numeric && character >= "0" && character <= "9") {
        const run = /^\d+/.exec(source.slice(i))[0], digits = run.replace(/^0+(?=\d)/, "");
        out.push([2000100 + digits.length, "", 0], ...[...digits].map((digit) => [primary(digit), "", 0]));
        i += run.length;
        continue;
      }
      i += character.length;
      if (/\p{Mn}/u.test(character)) { if (out.length) out.at(-1)[1] += accent(character); continue; }
      if (/[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\ufeff]/.test(character)) continue;
      if (set.ignorePunctuation && /[\p{P}\s]/u.test(character)) continue;
      for (const part of SPLIT[character] ?? character) {
        const lower = part.toLowerCase();
        out.push([primary(lower), SPLIT[character] ? STROKED : "", lower === part ? 0 : 1]);
      }
    }
    return out;
  };
  const level = (a, b, at) => {
    const n = Math.min(a.length, b.length);
    for (let i = 0; i < n; i++) if (a[i][at] !== b[i][at]) return a[i][at] < b[i][at] ? -1 : 1;
    return Math.sign(a.length - b.length);
  };
  // Most text is ASCII, and sorts compare a lot: no lists there.
  const PRIMARY = Array.from({ length: 127 }, (_, code) => (code < 32 ? 0 : primary(String.fromCharCode(code).toLowerCase())));
  const isDigit = (code) => code >= 48 && code <= 57;
  const compare = (x, y, set) => {
    if (x === y) return 0;
    if (set.ignorePunctuation) return slowly(x, y, set);
    let i = 0, j = 0, byCase = 0;
    while (i < x.length && j < y.length) {
      const a = x.charCodeAt(i), b = y.charCodeAt(j);
      if (set.numeric && isDigit(a) && isDigit(b)) {
        const [first, second] = [run(x, i), run(y, j)];
        if (first.digits !== second.digits) return Math.sign(first.digits.length - second.digits.length) || (first.digits < second.digits ? -1 : 1);
        i = first.end; j = second.end;
        continue;
      }
      i++; j++;
      const first = PRIMARY[a], second = PRIMARY[b];
      if (!first || !second) return slowly(x, y, set);
      if (first !== second) return first < second ? -1 : 1;
      if (a !== b) byCase ||= a > b ? -1 : 1;
    }
    if (i < x.length) return PRIMARY[x.charCodeAt(i)] ? 1 : slowly(x, y, set);
    if (j < y.length) return PRIMARY[y.charCodeAt(j)] ? -1 : slowly(x, y, set);
    return set.sensitivity === "case" || set.sensitivity === "variant" ? byCase * (set.caseFirst === "upper" ? -1 : 1) : 0;
  };
  const run = (text, start) => {
    let end = start;
    while (isDigit(text.charCodeAt(end))) end++;
    while (start < end - 1 && text.charCodeAt(start) === 48) start++;
    return { digits: text.slice(start, end), end };
  };
  // A sort asks for the same text many times.
  const KEPT = 4000;
  const kept = (text, set) => {
    let found = set.kept.get(text);
    if (!found) {
      if (set.kept.size === KEPT) set.kept.clear();
      set.kept.set(text, (found = elements(text, set)));
    }
    return found;
  };
  const slowly = (x, y, set) => {
    const a = kept(x, set), b = kept(y, set);
    return level(a, b, 0)
      || (set.sensitivity === "accent" || set.sensitivity === "variant" ? level(a, b, 1) : 0)
      || (set.sensitivity === "case" || set.sensitivity === "variant" ? level(a, b, 2) * (set.caseFirst === "upper" ? -1 : 1) : 0);
  };
  class Collator {
    #set; #locale; #compare;
    constructor(locales, options) {
      this.#locale = kit.locale(typeof locales === "string" ? locales.replace(/-u(-kn(-true)?|-kf-(upper|lower|false))+$/i, "") : locales);
      const given = kit.options(options), tag = typeof locales === "string" ? locales : "";
      this.#set = {
        usage: pick(given, "usage", ["sort", "search"], "sort"),
        sensitivity: pick(given, "sensitivity", ["base", "accent", "case", "variant"], "variant"),
        ignorePunctuation: Boolean(given.ignorePunctuation), collation: "default",
        numeric: given.numeric === undefined ? /-u.*-kn/i.test(tag) : Boolean(given.numeric),
        caseFirst: pick(given, "caseFirst", ["upper", "lower", "false"], /-kf-(upper|lower)/i.exec(tag)?.[1] ?? "false"),
        kept: new Map(),
      };
    }
    get compare() { return (this.#compare ??= (x, y) => compare(String(x), String(y), this.#set)); }
    resolvedOptions() { const { kept, ...set } = this.#set; return { locale: this.#locale, ...set }; }
  }
  kit.expose(Collator, true);
  const usual = new Collator(), collators = new Map();
  const collator = (locales, options) => {
    const key = [locales, ...["usage", "sensitivity", "ignorePunctuation", "numeric", "caseFirst"].map((name) => String(options?.[name]))].join();
    if (!collators.has(key)) collators.set(key, new Collator(locales, options));
    return collators.get(key);
  };
  hidden(String.prototype, "localeCompare", function localeCompare(other, locales, options) {
    if (this === undefined || this === null) throw new TypeError("String.prototype.localeCompare called on null or undefined");
    return (locales === undefined && options === undefined ? usual : collator(locales, options)).compare(String(this), String(other));
  });
  for (const [name, plain] of [["toLocaleUpperCase", String.prototype.toUpperCase], ["toLocaleLowerCase", String.prototype.toLowerCase]])
    hidden(String.prototype, name, { [name](locales) { kit.locale(locales); return plain.call(this); } }[name]);

  kit.define("getCanonicalLocales", function getCanonicalLocales(locales) { return [].concat(locales ?? []).map((locale) => kit.locale(locale)); });
  kit.define("supportedValuesOf", function supportedValuesOf(key) {
    if (key === "timeZone") return ["UTC"];
    throw new TypeError(`Intl.supportedValuesOf(${JSON.stringify(String(key))}) is not available in this sandbox: en-US and UTC alone are here. Use the codes you know; one that is wrong is refused with its name`);
  });
  const instead = { DisplayNames: "an object of the few names you need", Segmenter: "[...text] for characters and text.match(/[\\p{L}\\p{N}']+/gu) for words", Locale: 'the text "en-US"', DurationFormat: 'Intl.NumberFormat with style "unit", or divide by 3600, 60 and 1' };
  for (const [name, use] of Object.entries(instead)) kit.define(name, { [name]: function () { throw new TypeError(`Intl.${name} is not available in this sandbox: en-US and UTC alone are here. Use ${use}`); } }[name]);
  hidden(globalThis, "Intl", kit.Intl);
})();
