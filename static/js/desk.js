// The staff's desk: keys through the list of what was found, and a word when it could not be loaded.
// htmx asks for the list while one types; without any script the button does.
(() => {
  const form = document.querySelector("[data-desk-search]");
  if (!form) return;
  const found = document.getElementById("found");
  const failed = document.getElementById("found-failed");
  const { brand, reference } = form.elements;
  const links = () => [...found.querySelectorAll(".found a")];
  document.querySelector(".keys").hidden = false;

  const step = (event) => {
    const all = links();
    const here = all.indexOf(document.activeElement);
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    if (!all.length || (here < 0 && event.key === "ArrowUp")) return;
    event.preventDefault();
    (next < 0 ? reference : all[Math.min(next, all.length - 1)]).focus();
  };
  const clear = (event) => {
    const field = event.target === brand ? brand : reference;
    event.preventDefault();
    if (event.target === field && field.value) {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, textarea, select");
    const ours = event.target === brand || event.target === reference || found.contains(event.target);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      reference.focus();
      reference.select();
    } else if (ours && (event.key === "ArrowDown" || event.key === "ArrowUp")) step(event);
    else if (ours && event.key === "Escape") clear(event);
  });

  // What was typed before htmx had started is asked for as soon as it has.
  const ask = () => {
    const typed = [brand, reference].some((field) => field.value !== field.defaultValue);
    if (typed) form.dispatchEvent(new Event("input"));
  };
  document.addEventListener("htmx:after:init", (event) => { if (event.target === form) ask(); });
  ask();

  // Only the answer to the last question is shown: htmx forgets to call off the one before when a third follows quickly.
  let last;
  document.addEventListener("htmx:before:request", ({ detail }) => {
    if (detail.ctx.sourceElement === form) last = detail.ctx;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement === form && ctx !== last) event.preventDefault();
  });

  // An answer that is another page (signed out meanwhile) is opened, not put into the list.
  document.addEventListener("htmx:before:response", (event) => {
    const { response } = event.detail.ctx;
    failed.hidden = true;
    if (!response.raw.redirected) return;
    event.preventDefault();
    location.reload();
  });
  document.addEventListener("htmx:response:error", () => { failed.hidden = false; });
  document.addEventListener("htmx:error", (event) => {
    failed.hidden = event.detail.error?.name === "AbortError";
  });
})();
