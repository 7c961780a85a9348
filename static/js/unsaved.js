// A page of the desk with several forms: leaving it by one of them, or by a link, asks first when another holds what was
// typed and not sent. The browser asks in its own words.
(() => {
  const typed = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
  const known = new Map();
  let sending = null;
  addEventListener("load", () => {
    const wasRefused = document.querySelector("#content-main .errornote") !== null;
    for (const form of document.querySelectorAll("#content form[novalidate]")) {
      known.set(form, wasRefused && form.closest("#content-main") ? "" : typed(form));
    }
  });
  document.addEventListener("submit", (event) => { sending = event.target; });
  addEventListener("pageshow", () => { sending = null; });
  addEventListener("beforeunload", (event) => {
    const lost = [...known].some(([form, before]) => form !== sending && typed(form) !== before);
    sending = null;
    if (lost) event.preventDefault();
  });
})();
