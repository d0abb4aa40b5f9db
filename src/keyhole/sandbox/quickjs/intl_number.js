// Intl.NumberFormat for en-US (ECMA-402, CLDR's data): the first of three scripts that make up `Intl`. Ordinary code, as in
// web.js. Numbers are decimal digits here, never doubles: what is rounded is what the program sees (1.005 is 1.01).
(() => {
  "use strict";
  const WHAT = "en-US and UTC alone are here";
  const kit = { __proto__: null };
  globalThis.__intl = kit;

  /** Give the locale of a `locales` argument. Raises RangeError for any but English as in the United States. */
  kit.locale = (locales) => {
    const wanted = locales === undefined ? [] : typeof locales === "string" ? [locales] : Array.from(locales, String);
    const first = wanted[0] ?? "en-US";
    if (/^(en|en-us(-posix)?|en-latn-us|default|und|c)(-u-(nu-latn|ca-gregory))?$/i.test(first)) return /^en$/i.test(first) ? "en" : "en-US";
    const iso = /^(sv|en-ca|fr-ca|lt)/i.test(first) ? "; for YYYY-MM-DD use date.toISOString().slice(0, 10)" : "";
    throw new RangeError(`the locale ${first} is not available in this sandbox: ${WHAT}. Use "en-US", or build the text yourself${iso}`);
  };
  kit.pick = (options, name, values, fallback) => {
    const value = options[name];
    if (value === undefined) return fallback;
    if (values && !values.includes(String(value))) throw new RangeError(`${name} is ${String(value)}: it must be one of ${values.join(", ")}`);
    return String(value);
  };
  kit.count = (options, name, low, high, fallback) => {
    if (options[name] === undefined) return fallback;
    const value = Number(options[name]);
    if (!(value >= low && value <= high)) throw new RangeError(`${name} is ${String(options[name])}: it must be from ${low} to ${high}`);
    return Math.floor(value);
  };
  kit.options = (options) => {
    if (options === null) throw new TypeError("the options are null: give an object or nothing");
    return options === undefined ? { __proto__: null } : Object(options);
  };
  kit.join = (parts) => parts.map((part) => part.value).join("");
  kit.define = (name, value) => Object.defineProperty(kit.Intl, name, { value, writable: true, configurable: true, enumerable: false });
  kit.Intl = Object.defineProperty({}, Symbol.toStringTag, { value: "Intl", configurable: true });
  /** A class of Intl that may be called without `new` where the language allows it, and knows what it supports. */
  kit.expose = (made, callable) => {
    made.supportedLocalesOf = (locales) => [].concat(locales ?? []).filter((locale) => { try { return Boolean(kit.locale(locale)); } catch { return false; } });
    Object.defineProperty(made.prototype, Symbol.toStringTag, { value: `Intl.${made.name}`, configurable: true });
    kit.define(made.name, callable ? new Proxy(made, { apply: (target, _self, args) => new target(...args) }) : made);
  };

  const words = (text) => text.split(" ");
  const SYMBOLS = Object.fromEntries(words("AUD=A$ BRL=R$ CAD=CA$ CNY=CN¥ EUR=€ GBP=£ HKD=HK$ ILS=₪ INR=₹ JPY=¥ KRW=₩ MXN=MX$ NZD=NZ$ PHP=₱ TWD=NT$ USD=$ VND=₫ XAF=FCFA XCD=EC$ XCG=Cg. XOF=F\u202fCFA XPF=CFPF XXX=¤").map((pair) => pair.split("=")));
  const NARROW = Object.fromEntries(words("AFN=؋ AMD=֏ AOA=Kz ARS=$ AUD=$ AZN=₼ BAM=KM BBD=$ BDT=৳ BMD=$ BND=$ BOB=Bs BSD=$ BWP=P BZD=$ CAD=$ CLP=$ CNY=¥ COP=$ CRC=₡ CUP=$ CZK=Kč DKK=kr DOP=$ EGP=E£ FJD=$ FKP=£ GEL=₾ GHS=GH₵ GIP=£ GNF=FG GTQ=Q GYD=$ HKD=$ HNL=L HUF=Ft IDR=Rp ISK=kr JMD=$ KGS=⃀ KHR=៛ KMF=CF KPW=₩ KYD=$ KZT=₸ LAK=₭ LBP=L£ LKR=Rs LRD=$ MGA=Ar MMK=K MNT=₮ MUR=Rs MXN=$ MYR=RM NAD=$ NGN=₦ NIO=C$ NOK=kr NPR=Rs NZD=$ PKR=Rs PLN=zł PYG=₲ RON=lei RUB=₽ RWF=RF SBD=$ SEK=kr SGD=$ SHP=£ SRD=$ SSP=£ STN=Db SYP=£ THB=฿ TOP=T$ TRY=₺ TTD=$ TWD=$ UAH=₴ UYU=$ XCD=$ ZAR=R ZMW=ZK").map((pair) => pair.split("=")));
  const NO_CENTS = words("AFN ALL BIF CLP COP DJF GNF HUF IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PKR PYG RWF SLL SOS SYP UGX VND VUV XAF XOF XPF YER"), MILS = words("BHD JOD KWD LYD OMR TND");
  const NAMES = Object.fromEntries("USD=US dollar,s|EUR=euro,s|GBP=British pound,s|JPY=Japanese yen,|CNY=Chinese yuan,|INR=Indian rupee,s|KRW=South Korean won,|CAD=Canadian dollar,s|AUD=Australian dollar,s|NZD=New Zealand dollar,s|CHF=Swiss franc,s|SEK=Swedish krona,=Swedish kronor|NOK=Norwegian krone,=Norwegian kroner|DKK=Danish krone,=Danish kroner|PLN=Polish zloty,=Polish zlotys|CZK=Czech koruna,s|HUF=Hungarian forint,s|RUB=Russian ruble,s|TRY=Turkish lira,=Turkish Lira|BRL=Brazilian real,s|MXN=Mexican peso,s|ARS=Argentine peso,s|CLP=Chilean peso,s|COP=Colombian peso,s|ZAR=South African rand,|SGD=Singapore dollar,s|HKD=Hong Kong dollar,s|TWD=New Taiwan dollar,s|THB=Thai baht,|IDR=Indonesian rupiah,=Indonesian rupiahs|MYR=Malaysian ringgit,s|PHP=Philippine peso,s|VND=Vietnamese dong,|ILS=Israeli new shekel,s|AED=UAE dirham,s|SAR=Saudi riyal,s|EGP=Egyptian pound,s|NGN=Nigerian naira,s|KES=Kenyan shilling,s|UAH=Ukrainian hryvnia,s|RON=Romanian leu,=Romanian lei|BGN=Bulgarian lev,=Bulgarian leva|ISK=Icelandic króna,=Icelandic krónur|KWD=Kuwaiti dinar,s|PKR=Pakistani rupee,s".split("|").map((entry) => {
    const [one, end] = entry.slice(4).split(",");
    return [entry.slice(0, 3), [one, end[0] === "=" ? end.slice(1) : one + end]];
  }));
  const LONG_ONE = { celsius: "degree Celsius", fahrenheit: "degree Fahrenheit", "fluid-ounce": "fluid ounce" };
  const LONG_OTHER = { celsius: "degrees Celsius", fahrenheit: "degrees Fahrenheit", "fluid-ounce": "fluid ounces", foot: "feet", inch: "inches", "mile-scandinavian": "miles-scandinavian", percent: "percent" };
  // unit=short[/its plural],narrow; the long form is the name with an s.
  const UNITS = Object.fromEntries("acre= ac,ac|bit= bit,bit|byte= byte,B|celsius=°C,°C|centimeter= cm,cm|day= day/ days,d|degree= deg,°|fahrenheit=°F,°|fluid-ounce= fl oz,fl oz|foot= ft,′|gallon= gal,gal|gigabit= Gb,Gb|gigabyte= GB,GB|gram= g,g|hectare= ha,ha|hour= hr,h|inch= in,″|kilobit= kb,kb|kilobyte= kB,kB|kilogram= kg,kg|kilometer= km,km|liter= L,L|megabit= Mb,Mb|megabyte= MB,MB|meter= m,m|microsecond= μs,μs|mile= mi,mi|mile-scandinavian= smi,smi|milliliter= mL,mL|millimeter= mm,mm|millisecond= ms,ms|minute= min,m|month= mth/ mths,m|nanosecond= ns,ns|ounce= oz,oz|percent=%,%|petabyte= PB,PB|pound= lb,#|second= sec,s|stone= st,st|terabit= Tb,Tb|terabyte= TB,TB|week= wk/ wks,w|yard= yd,yd|year= yr/ yrs,y".split("|").map((entry) => {
    const [name, forms] = entry.split("="), [short, narrow] = forms.split(","), [one, other = one] = short.split("/");
    return [name, { short: [one, other], narrow: [narrow, narrow], long: [` ${LONG_ONE[name] ?? name}`, ` ${LONG_OTHER[name] ?? `${name}s`}`] }];
  }));
  const PER = { second: "s", hour: "h", minute: "min", day: "d", week: "w", month: "m", year: "y", liter: "L", kilometer: "km", meter: "m" };

  /** A number's decimal digits: {negative, digits, point}, the point standing after `point` digits; digits "" is zero. */
  const decimal = (value) => {
    if (typeof value === "object" && value !== null) value = value[Symbol.toPrimitive] ? value[Symbol.toPrimitive]("number") : Number(value);
    if (typeof value === "string" && !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,4})?\s*$/i.test(value)) value = Number(value);
    if (typeof value !== "bigint" && typeof value !== "string") value = Number(value);
    const text = Object.is(value, -0) ? "-0" : String(value).trim();
    const found = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text);
    if (!found) return { negative: text === "-Infinity", digits: "", point: 0, special: text === "NaN" ? "NaN" : "∞" };
    const [, sign, whole, fraction, exponent = 0] = found;
    const digits = (whole + fraction).replace(/^0+/, ""), zeros = whole.length + fraction.length - digits.length;
    return settle({ negative: sign === "-", digits, point: whole.length - zeros + Number(exponent) });
  };
  const settle = (number) => { number.digits = number.digits.replace(/0+$/, ""); if (!number.digits) number.point = 1; return number; };

  const upward = { ceil: (n) => !n, floor: (n) => n, expand: () => true, trunc: () => false };
  const atHalf = { halfCeil: (n) => !n, halfFloor: (n) => n, halfExpand: () => true, halfTrunc: () => false, halfEven: (_n, last) => last % 2 === 1 };
  /** Round to `places` behind the point (or, negative, before it). */
  const round = ({ negative, digits, point }, places, mode) => {
    const keep = point + places;
    if (keep >= digits.length) return { negative, digits, point };
    const kept = keep > 0 ? digits.slice(0, keep) : "", dropped = keep < 0 ? `0${digits}` : digits.slice(Math.max(keep, 0));
    const half = dropped[0] === "5" && /^50*$/.test(dropped) ? 0 : dropped[0] >= "5" ? 1 : -1;
    const up = mode in upward ? upward[mode](negative) : half > 0 || (half === 0 && atHalf[mode](negative, Number(kept.at(-1) ?? 0)));
    if (!up) return settle({ negative, digits: kept, point: keep > 0 ? point : 1 });
    if (keep <= 0) return { negative, digits: "1", point: 1 - places };
    const more = (BigInt(kept) + 1n).toString();
    return settle({ negative, digits: more, point: point + more.length - kept.length });
  };

  const settings = (options) => {
    const { pick, count } = kit;
    const made = { style: pick(options, "style", ["decimal", "percent", "currency", "unit"], "decimal") };
    if (options.currency !== undefined && !/^[a-z]{3}$/i.test(options.currency)) throw new RangeError(`currency is ${String(options.currency)}: it must be a code of three letters, like USD`);
    if (made.style === "currency") {
      if (options.currency === undefined) throw new TypeError('style "currency" needs a currency, like { style: "currency", currency: "USD" }');
      made.currency = String(options.currency).toUpperCase();
      made.currencyDisplay = pick(options, "currencyDisplay", ["symbol", "narrowSymbol", "code", "name"], "symbol");
      made.currencySign = pick(options, "currencySign", ["standard", "accounting"], "standard");
    }
    if (made.style === "unit") {
      if (options.unit === undefined) throw new TypeError('style "unit" needs a unit, like { style: "unit", unit: "megabyte" }');
      made.unit = String(options.unit);
      made.unitDisplay = pick(options, "unitDisplay", ["short", "narrow", "long"], "short");
      const parts = made.unit.split("-per-");
      if (parts.length > 2 || parts.some((part) => !Object.hasOwn(UNITS, part))) throw new RangeError(`unit is ${made.unit}: it must be one of ${Object.keys(UNITS).join(", ")}, or two of them with -per-`);
    }
    const notation = pick(options, "notation", ["standard", "scientific", "engineering", "compact"], "standard"), compact = notation === "compact";
    const cents = made.style !== "currency" || notation !== "standard" ? undefined : NO_CENTS.includes(made.currency) ? 0 : MILS.includes(made.currency) ? 3 : 2;
    made.minimumIntegerDigits = count(options, "minimumIntegerDigits", 1, 21, 1);
    const significant = options.minimumSignificantDigits !== undefined || options.maximumSignificantDigits !== undefined;
    const fraction = options.minimumFractionDigits !== undefined || options.maximumFractionDigits !== undefined;
    let priority = pick(options, "roundingPriority", ["auto", "morePrecision", "lessPrecision"], "auto");
    const both = priority !== "auto", loose = compact && !significant && !fraction;
    if (significant || both || loose) {
      made.minimumSignificantDigits = count(options, "minimumSignificantDigits", 1, 21, 1);
      made.maximumSignificantDigits = count(options, "maximumSignificantDigits", made.minimumSignificantDigits, 21, loose ? 2 : 21);
    }
    if (!significant || both || loose) {
      const least = cents ?? 0, most = cents ?? (made.style === "percent" || loose ? 0 : 3);
      let low = count(options, "minimumFractionDigits", 0, 100, undefined), high = count(options, "maximumFractionDigits", 0, 100, undefined);
      if (low === undefined) low = high === undefined ? least : Math.min(least, high);
      else if (high !== undefined && low > high) throw new RangeError(`maximumFractionDigits is ${high}: it must not be less than minimumFractionDigits, ${low}`);
      made.minimumFractionDigits = low; made.maximumFractionDigits = high ?? Math.max(most, low);
    }
    if (loose) priority = "morePrecision";
    const grouping = options.useGrouping;
    if (grouping !== undefined && !["min2", "auto", "always", "true", "false", true, false, null, "", 0].includes(grouping)) throw new RangeError(`useGrouping is ${String(grouping)}: it must be one of min2, auto, always, true, false`);
    made.useGrouping = grouping === undefined || grouping === "true" || grouping === "false" ? (compact ? "min2" : "auto") : grouping === true ? "always" : grouping || false;
    made.notation = notation;
    if (compact) made.compactDisplay = pick(options, "compactDisplay", ["short", "long"], "short");
    made.signDisplay = pick(options, "signDisplay", ["auto", "never", "always", "exceptZero", "negative"], "auto");
    made.roundingMode = pick(options, "roundingMode", [...Object.keys(upward), ...Object.keys(atHalf)], "halfExpand");
    if (Number(options.roundingIncrement ?? 1) !== 1) throw new RangeError(`roundingIncrement ${String(options.roundingIncrement)} is not available in this sandbox: 1 alone is. Use Math.round(x / step) * step`);
    made.roundingIncrement = 1;
    made.trailingZeroDisplay = pick(options, "trailingZeroDisplay", ["auto", "stripIfInteger"], "auto");
    made.roundingPriority = priority;
    return made;
  };

  /** Round as the settings say and give the digits before and behind the point. */
  const rounded = (number, set) => {
    const places = set.maximumFractionDigits, significant = set.maximumSignificantDigits;
    const bySignificant = significant === undefined ? undefined : significant - number.point;
    const useSignificant = places === undefined || (significant !== undefined && (set.roundingPriority === "auto" || (set.roundingPriority === "morePrecision") === bySignificant >= places));
    return { useSignificant, ...round(number, useSignificant ? bySignificant : places, set.roundingMode) };
  };
  const written = ({ useSignificant, digits, point }, set) => {
    let whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
    let fraction = point > 0 ? digits.slice(point) : "0".repeat(-point) + digits;
    if (!digits) { whole = "0"; fraction = ""; }
    const least = useSignificant ? set.minimumSignificantDigits - (digits ? point : 1) : set.minimumFractionDigits;
    fraction = fraction.padEnd(Math.max(0, least), "0");
    if (set.trailingZeroDisplay === "stripIfInteger" && /^0*$/.test(fraction)) fraction = "";
    return { whole: whole.padStart(set.minimumIntegerDigits, "0"), fraction };
  };

  const COMPACT = { short: ["", "K", "M", "B", "T"], long: ["", " thousand", " million", " billion", " trillion"] };
  const scaled = (number, set) => {
    const exponent = number.digits ? number.point - 1 : 0;
    const step = (power) => (set.notation === "standard" ? 0 : set.notation === "scientific" ? power : set.notation === "engineering" ? Math.floor(power / 3) * 3 : Math.max(0, Math.min(12, Math.floor(power / 3) * 3)));
    const at = (power) => rounded({ ...number, point: number.point - power }, set);
    let power = step(exponent), result = at(power);
    // 999.9 rounds to 1000, which is 1K
    const higher = step((result.digits ? result.point - 1 : 0) + power);
    if (higher > power) { power = higher; result = at(power); }
    return { power, result };
  };

  const partsOf = (value, set) => {
    const number = decimal(value), parts = [], add = (type, text) => parts.push({ type, value: text });
    if (set.style === "percent" && !number.special && number.digits) number.point += 2;
    let one = false, zero = false;
    if (number.special) add(number.special === "NaN" ? "nan" : "infinity", number.special);
    else {
      const { power, result } = scaled(number, set), { whole, fraction } = written(result, set);
      zero = !result.digits;
      one = /^0*1$/.test(whole) && !fraction && !power;
      const groups = set.useGrouping && whole.length > (set.useGrouping === "min2" ? 4 : 3) ? whole.replace(/\B(?=(\d{3})+$)/g, ",").split(",") : [whole];
      groups.forEach((group, i) => { if (i) add("group", ","); add("integer", group); });
      if (fraction) { add("decimal", "."); add("fraction", fraction); }
      if (set.notation === "compact" && power) {
        const suffix = COMPACT[set.style === "currency" && set.currencyDisplay !== "name" ? "short" : set.compactDisplay][power / 3];
        if (suffix[0] === " ") add("literal", " ");
        add("compact", suffix.trim());
      } else if (set.notation === "scientific" || set.notation === "engineering") {
        add("exponentSeparator", "E");
        if (power < 0) add("exponentMinusSign", "-");
        add("exponentInteger", String(Math.abs(power)));
      }
    }
    const negative = number.negative;
    const sign = { auto: negative ? "-" : "", never: "", always: negative ? "-" : "+", exceptZero: zero || number.special === "NaN" ? "" : negative ? "-" : "+", negative: negative && !zero ? "-" : "" }[set.signDisplay];
    return around(parts, sign, one, set);
  };

  const around = (parts, sign, one, set) => {
    const signs = sign ? [{ type: sign === "-" ? "minusSign" : "plusSign", value: sign }] : [];
    const unit = (type, text) => (text[0] === " " ? [{ type: "literal", value: " " }, { type, value: text.slice(1) }] : [{ type, value: text }]);
    if (set.style === "percent") return [...signs, ...parts, { type: "percentSign", value: "%" }];
    if (set.style === "unit") return [...signs, ...parts, ...unit(set.unit === "percent" && set.unitDisplay !== "long" ? "percentSign" : "unit", unitText(set, one))];
    if (set.style !== "currency") return [...signs, ...parts];
    const { currency: code, currencyDisplay: display } = set;
    if (display === "name") return [...signs, ...parts, ...unit("currency", ` ${NAMES[code]?.[one ? 0 : 1] ?? code}`)];
    const symbol = display === "code" ? code : (display === "narrowSymbol" && NARROW[code]) || (SYMBOLS[code] ?? code);
    const before = [{ type: "currency", value: symbol }];
    if (!/\p{S}$/u.test(symbol) && parts[0].type === "integer") before.push({ type: "literal", value: "\u00a0" });
    if (set.currencySign === "accounting" && sign === "-") return [{ type: "literal", value: "(" }, ...before, ...parts, { type: "literal", value: ")" }];
    return [...signs, ...before, ...parts];
  };
  const unitText = (set, one) => {
    const [name, per] = set.unit.split("-per-"), text = UNITS[name][set.unitDisplay][one ? 0 : 1];
    if (per === undefined) return text;
    if (set.unitDisplay === "long") return `${text} per ${UNITS[per].long[0].trim()}`;
    const fixed = { "mile-per-hour": "mph", "mile-per-gallon": "mpg" }[set.unit];
    return fixed ? (set.unitDisplay === "short" ? " " : "") + fixed : `${text}/${PER[per] ?? UNITS[per].short[0].trim()}`;
  };

  class NumberFormat {
    #set; #locale; #format;
    constructor(locales, options) { this.#locale = kit.locale(locales); this.#set = settings(kit.options(options)); }
    get format() { return (this.#format ??= (value) => kit.join(partsOf(value, this.#set))); }
    formatToParts(value) { return partsOf(value, this.#set); }
    formatRange(start, end) {
      const [from, to] = [this.format(start), this.format(end)];
      return from === to ? `~${from}` : `${from}${/^\D*\d[\d.,]*$/.test(from) && /^\d/.test(from) ? "–" : " – "}${to}`;
    }
    resolvedOptions() { return { locale: this.#locale, numberingSystem: "latn", ...this.#set }; }
  }
  kit.expose(NumberFormat, true);
  kit.rounded = (value, set) => { const number = decimal(value); return number.special ? undefined : written(rounded(number, set), set); };
  kit.settings = settings;

  const usual = new NumberFormat();
  const localized = (value, locales, options) => (locales === undefined && options === undefined ? usual : new NumberFormat(locales, options)).format(value);
  const method = (prototype, toLocaleString) => Object.defineProperty(prototype, "toLocaleString", { value: toLocaleString, writable: true, configurable: true, enumerable: false });
  method(Number.prototype, function toLocaleString(locales, options) { return localized(Number.prototype.valueOf.call(this), locales, options); });
  method(BigInt.prototype, function toLocaleString(locales, options) { return localized(BigInt.prototype.valueOf.call(this), locales, options); });
  const list = function toLocaleString(locales, options) { return Array.from(this, (item) => (item === undefined || item === null ? "" : item.toLocaleString(locales, options))).join(","); };
  method(Array.prototype, list); method(Object.getPrototypeOf(Uint8Array.prototype), list);
})();
