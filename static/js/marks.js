// Times as entries/marks.py reads them, so that the page can say at once what it understood. The server decides.
// tests/browser/test_sheet_scripts.py holds the two together.
const Marks = (() => {
  const MAX = 24 * 3600 * 100;
  const SIGNS = { "′": "'", "‘": "'", "’": "'", "“": '"', "”": '"', "、": ".", "。": "." };
  const NOT_SEEN = /[\s\u200b-\u200f\u2060\ufeff]+/g;
  const DIGITS = /^([0-9]{1,2})([0-9]{2})([0-9]{2})$/;
  const FORM = new RegExp(
    "^(?:(?<hours>[0-9]{1,2})(?::|h|時間)(?=[0-9]{1,2}[:'m分]))?" +
    "(?:(?<minutes>[0-9]{1,3})(?::|'|m|分|\\.(?=[0-9]{1,2}(?:[.\"]|[s秒][0-9]))))?" +
    "(?<seconds>[0-9]{1,2})" +
    "(?:(?:\\.|\"|''|s|秒|:)(?<fraction>[0-9]{1,3})?)?[\"s秒]?$");

  const withColons = (text) => {
    const parts = text.split(":");
    const allDigits = parts.every((part) => /^[0-9]+$/.test(part));
    const hasHours = /^00?$/.test(parts[0]) || (/^[1-4]$/.test(parts[0]) && parts.at(-1).length === 2);
    if (parts.length === 3 && allDigits && !hasHours) return `${parts[0]}:${parts[1]}.${parts[2]}`;
    return /^[0-9]{1,3}分$/.test(text) ? `${text}00` : text;
  };

  const hundredths = (hours, minutes, seconds, fraction) => {
    if (seconds > 59 || (hours && minutes > 59)) return { error: "time_sixty" };
    const part = Number(`${fraction}00`.slice(0, 2)) + (/[1-9]/.test(fraction.slice(2)) ? 1 : 0);
    const total = ((hours * 60 + minutes) * 60 + seconds) * 100 + part;
    if (total > 0 && total < MAX) return { time: total };
    return { error: total ? "time_too_long" : "time_unreadable" };
  };

  // {time} in hundredths, {error} with a code of entries/entry/wording.py, or {} for an empty text.
  const read = (typed) => {
    if (!typed.trim()) return {};
    if (typed.length > 40) return { error: "time_unreadable" };
    const text = typed.normalize("NFKC").replace(/[′‘’“”、。]/g, (sign) => SIGNS[sign]).replace(NOT_SEEN, "").toLowerCase();
    const digits = DIGITS.exec(text);
    if (digits) return hundredths(0, Number(digits[1]), Number(digits[2]), digits[3]);
    const found = FORM.exec(withColons(text));
    if (!found) return { error: "time_unreadable" };
    const { hours, minutes, seconds, fraction } = found.groups;
    return hundredths(Number(hours || 0), Number(minutes || 0), Number(seconds), fraction || "");
  };

  const two = (number) => String(number).padStart(2, "0");
  const split = (time) => {
    const seconds = Math.floor(time / 100);
    return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, time % 100];
  };

  const format = (time) => {
    const [hours, minutes, seconds, part] = split(time);
    if (hours) return `${hours}:${two(minutes)}:${two(seconds)}.${two(part)}`;
    return minutes ? `${minutes}:${two(seconds)}.${two(part)}` : `${seconds}.${two(part)}`;
  };

  const spoken = (time, words) => {
    const [hours, minutes, seconds, part] = split(time);
    const head = hours ? `${hours}${words.hours}${two(minutes)}${words.minutes}` : minutes ? `${minutes}${words.minutes}` : "";
    return `${head}${two(seconds)}${words.seconds}${two(part)}`;
  };

  return { read, format, spoken };
})();
