// Keeps "2日4時間" running. The server has written the words already; by its clock, not the reader's.
(() => {
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "day" }).resolvedOptions().locale;
  const glue = words.startsWith("ja") ? "" : " ";
  const say = (number, unit) => {
    const text = new Intl.NumberFormat(words, { style: "unit", unit, unitDisplay: "long" }).format(number);
    return glue ? text : text.replace(/\s/g, "");
  };
  const began = Date.now();
  const show = (place) => {
    const now = Date.parse(place.dataset.now) + Date.now() - began;
    const minutes = Math.floor((Date.parse(place.dataset.until) - now) / 60000);
    if (minutes < 0) return location.reload();
    if (minutes < 1) return;
    const parts = [["day", Math.floor(minutes / 1440)], ["hour", Math.floor(minutes / 60) % 24], ["minute", minutes % 60]];
    const first = parts.findIndex((part) => part[1] > 0);
    place.textContent = parts.slice(first, first + 2).filter((part) => part[1] > 0).map((part) => say(part[1], part[0])).join(glue);
  };
  const places = [...document.querySelectorAll("[data-until]")];
  if (places.length) setInterval(() => places.forEach(show), 10000);
})();
