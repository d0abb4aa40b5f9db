// Intl.DateTimeFormat for en-US and UTC, and the toLocale…String methods of Date: the second script of `Intl`.
(() => {
  "use strict";
  const kit = globalThis.__intl, { pick, count } = kit;
  const MONTHS = "January February March April May June July August September October November December".split(" ");
  const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
  const UTC = /^(utc|gmt|uct|zulu|universal|greenwich|gmt[-+]?0|etc\/(utc|gmt|uct|zulu|universal|greenwich|gmt[-+]?0)|[-+]00:?(00)?)$/i;
  const zone = (value) => {
    if (value !== undefined && !UTC.test(String(value))) throw new RangeError(`the time zone ${String(value)} is not available in this sandbox: en-US and UTC alone are here. Use "UTC"; for a fixed offset, shift first: new Date(date.getTime() + hours * 3600000)`);
    return "UTC";
  };

  const NUMBER = ["numeric", "2-digit"], TEXT = ["long", "short", "narrow"];
  const FIELDS = { weekday: TEXT, era: TEXT, year: NUMBER, month: [...NUMBER, ...TEXT], day: NUMBER, dayPeriod: TEXT, hour: NUMBER, minute: NUMBER, second: NUMBER };
  const DATE = ["weekday", "year", "month", "day"], TIME = ["dayPeriod", "hour", "minute", "second", "fractionalSecondDigits"];
  const ZONES = ["short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric"], STYLES = ["full", "long", "medium", "short"];
  const ZONE_NAMES = { short: "UTC", long: "Coordinated Universal Time", shortOffset: "GMT+0", longOffset: "GMT+00:00", shortGeneric: "GMT+0", longGeneric: "GMT+00:00" };
  const BY_STYLE = {
    date: { full: { weekday: "long", month: "long" }, long: { month: "long" }, medium: { month: "short" }, short: { year: "2-digit", month: "numeric" } },
    time: { full: { second: "2-digit", timeZoneName: "long" }, long: { second: "2-digit", timeZoneName: "short" }, medium: { second: "2-digit" }, short: {} },
  };
  const EXTRA = { calendar: ["gregory", "iso8601"], numberingSystem: ["latn"] };

  /** Read the options; `required` and `defaults` as in ECMA-402, CreateDateTimeFormat: "any", "date" or "time", "all". */
  const settings = (options, required, defaults) => {
    for (const name in EXTRA) if (options[name] !== undefined && !EXTRA[name].includes(options[name])) throw new RangeError(`${name} ${String(options[name])} is not available in this sandbox: ${EXTRA[name][0]} alone is`);
    const set = { timeZone: zone(options.timeZone) };
    for (const field in FIELDS) set[field] = pick(options, field, FIELDS[field], undefined);
    set.fractionalSecondDigits = count(options, "fractionalSecondDigits", 1, 3, undefined);
    set.timeZoneName = pick(options, "timeZoneName", ZONES, undefined);
    const cycle = pick(options, "hourCycle", ["h11", "h12", "h23", "h24"], undefined);
    set.hourCycle = options.hour12 === undefined ? (cycle ?? "h12") : options.hour12 ? "h12" : "h24";
    const dateStyle = pick(options, "dateStyle", STYLES, undefined), timeStyle = pick(options, "timeStyle", STYLES, undefined);
    const has = (names) => names.some((name) => set[name] !== undefined);
    if (dateStyle || timeStyle) {
      const given = [...Object.keys(FIELDS), "fractionalSecondDigits", "timeZoneName"].find((name) => set[name] !== undefined);
      if (given) throw new TypeError(`${given} cannot stand beside dateStyle or timeStyle: give either styles or single fields`);
      if ((dateStyle && required === "time") || (timeStyle && required === "date")) throw new TypeError(`Invalid option : ${dateStyle && required === "time" ? "dateStyle" : "timeStyle"}`);
      return { ...set, dateStyle, timeStyle };
    }
    const asked = (required !== "time" && has(DATE)) || (required !== "date" && has(TIME));
    if (!asked && defaults !== "time") set.year = set.month = set.day = "numeric";
    if (!asked && defaults !== "date") set.hour = set.minute = set.second = "numeric";
    return set;
  };

  const pad = (number, width = 2) => String(number).padStart(width, "0");
  const named = (names, index, width) => (width === "long" ? names[index] : names[index].slice(0, width === "short" ? 3 : 1));
  const periodOf = (hour, width) => (hour === 12 ? (width === "narrow" ? "n" : "noon") : hour < 12 && hour >= 0 ? "in the morning" : hour < 18 ? "in the afternoon" : hour < 21 ? "in the evening" : "at night");

  /** Weave values and the text of a pattern: "M/D" with M and D as parts. */
  const weave = (pattern, parts) => [...pattern].reduce((out, letter) => {
    if (parts[letter]) out.push(parts[letter]);
    else if (out.at(-1)?.type === "literal") out.at(-1).value += letter;
    else out.push({ type: "literal", value: letter });
    return out;
  }, []);

  const dateParts = (date, set) => {
    const full = date.getUTCFullYear(), year = full > 0 ? full : 1 - full, month = date.getUTCMonth(), day = date.getUTCDate();
    const text = TEXT.includes(set.month), part = (type, value) => ({ type, value });
    const parts = {
      W: set.weekday && part("weekday", named(DAYS, date.getUTCDay(), set.weekday)),
      Y: set.year && part("year", set.year === "2-digit" ? pad(year % 100) : String(year)),
      M: set.month && part("month", text ? named(MONTHS, month, set.month) : set.month === "2-digit" ? pad(month + 1) : String(month + 1)),
      D: set.day && part("day", set.day === "2-digit" ? pad(day) : String(day)),
      E: set.era && part("era", { long: ["Before Christ", "Anno Domini"], short: ["BC", "AD"], narrow: ["B", "A"] }[set.era][full > 0 ? 1 : 0]),
    };
    const { W, Y, M, D } = parts;
    let pattern = M && D ? (text ? "M D" : "M/D") + (Y ? (text ? ", Y" : "/Y") : "") : [M && "M", Y && "Y"].filter(Boolean).join(text ? " " : "/");
    if (!M && D) pattern = W ? (Y ? "D W Y" : "D W") : Y ? "Y (day: D)" : "D";
    else if (W) pattern = M && D ? `W, ${pattern}` : pattern ? `${pattern} W` : "W";
    if (set.era) pattern = pattern ? `${pattern} E` : "E";
    return weave(pattern.replace("day:", "\0"), parts).map((each) => ({ ...each, value: each.value.replace("\0", "day:") }));
  };

  const timeParts = (date, set) => {
    const hour = date.getUTCHours(), part = (type, value) => ({ type, value }), twelve = set.hourCycle === "h12" || set.hourCycle === "h11";
    const shown = set.hourCycle === "h12" ? hour % 12 || 12 : set.hourCycle === "h11" ? hour % 12 : set.hourCycle === "h24" ? hour || 24 : hour;
    const several = [set.hour, set.minute, set.second].filter(Boolean).length > 1, digits = set.fractionalSecondDigits;
    const half = set.dayPeriod ? periodOf(hour, set.dayPeriod) : hour < 12 ? "AM" : "PM";
    const parts = {
      h: set.hour && part("hour", !twelve || set.hour === "2-digit" ? pad(shown) : String(shown)),
      m: set.minute && part("minute", several ? pad(date.getUTCMinutes()) : String(date.getUTCMinutes())),
      s: set.second && part("second", several ? pad(date.getUTCSeconds()) : String(date.getUTCSeconds())),
      f: digits && part("fractionalSecond", pad(date.getUTCMilliseconds(), 3).slice(0, digits)),
      p: part("dayPeriod", half),
      z: set.timeZoneName && part("timeZoneName", ZONE_NAMES[set.timeZoneName]),
    };
    let pattern = [parts.h && "h", parts.m && "m", parts.s && "s"].filter(Boolean).join(":");
    if (digits) pattern = parts.s ? `${pattern}.f` : pattern ? `${pattern} f` : "f";
    if (twelve && (parts.h || (set.dayPeriod && !pattern))) pattern = pattern ? `${pattern} p` : "p";
    if (parts.z) pattern = pattern ? `${pattern} z` : "z";
    return weave(pattern, parts);
  };

  const partsOf = (value, set) => {
    const date = new Date(value === undefined ? Date.now() : Number(value));
    if (Number.isNaN(date.getTime())) throw new RangeError("Invalid time value");
    if (set.dateStyle || set.timeStyle) {
      const day = set.dateStyle && { year: "numeric", day: "numeric", ...BY_STYLE.date[set.dateStyle] };
      const hour = set.timeStyle && { hour: "numeric", minute: "2-digit", ...BY_STYLE.time[set.timeStyle] };
      return glued(dateParts(date, { ...day }), timeParts(date, { hourCycle: set.hourCycle, ...hour }), day?.month === "long" ? " at " : ", ");
    }
    const lone = set.weekday && set.hour && !set.year && !set.month && !set.day && !set.timeZoneName && !set.fractionalSecondDigits;
    return glued(dateParts(date, set), timeParts(date, set), lone ? " " : set.month === "long" ? " at " : ", ");
  };
  const glued = (day, time, glue) => (day.length && time.length ? [...day, { type: "literal", value: glue }, ...time] : day.length ? day : time);

  class DateTimeFormat {
    #set; #locale; #format;
    constructor(locales, options, required = "any", defaults = "date") {
      this.#locale = kit.locale(locales);
      this.#set = settings(kit.options(options), required, defaults);
    }
    get format() { return (this.#format ??= (date) => kit.join(partsOf(date, this.#set))); }
    formatToParts(date) { return partsOf(date, this.#set); }
    resolvedOptions() {
      const { timeZone, hourCycle, ...fields } = this.#set, resolved = { locale: this.#locale, calendar: "gregory", numberingSystem: "latn", timeZone };
      const hour12 = hourCycle === "h12" || hourCycle === "h11";
      if (fields.hour || fields.timeStyle) Object.assign(resolved, { hourCycle, hour12 });
      if (fields.hour && !hour12) fields.hour = "2-digit";
      for (const name in fields) if (fields[name] !== undefined) resolved[name] = (name === "minute" || name === "second") && fields.hour ? "2-digit" : fields[name];
      return resolved;
    }
  }
  for (const name of ["formatRange", "formatRangeToParts"]) Object.defineProperty(DateTimeFormat.prototype, name, { value: { [name]() { throw new TypeError(`Intl.DateTimeFormat.prototype.${name} is not available in this sandbox. Use format() for each end and join the two with " – "`); } }[name], writable: true, configurable: true });
  kit.expose(DateTimeFormat, true);

  const { getTime } = Date.prototype;
  const method = (name, required, defaults) => Object.defineProperty(Date.prototype, name, {
    value: { [name](locales, options) {
      const time = getTime.call(this);
      return time === time ? new DateTimeFormat(locales, options, required, defaults).format(time) : "Invalid Date";
    } }[name], writable: true, configurable: true, enumerable: false,
  });
  // as node writes the zone
  for (const name of ["toString", "toTimeString"]) {
    const plain = Date.prototype[name];
    Object.defineProperty(Date.prototype, name, { value: { [name]() { const text = plain.call(this); return text.endsWith("GMT+0000") ? `${text} (Coordinated Universal Time)` : text; } }[name], writable: true, configurable: true, enumerable: false });
  }
  method("toLocaleString", "any", "all"); method("toLocaleDateString", "date", "date"); method("toLocaleTimeString", "time", "time");
})();
