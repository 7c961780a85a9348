// Comfort for roster pages: romaji while typing kana, and how far an upload has come. Both pages work without it.

function suggestRomaji(form) {
  for (const part of ["family", "given"]) {
    const kana = form.elements[`${part}_kana`];
    const latin = form.elements[`${part}_romaji`];
    let suggested = latin.value === "";
    let timer = 0;
    let asked = 0;
    latin.addEventListener("input", () => { suggested = latin.value === ""; });
    kana.addEventListener("input", () => {
      clearTimeout(timer);
      if (suggested) timer = setTimeout(ask, 250);
    });
    async function ask() {
      const mine = ++asked;
      try {
        const answer = await fetch(`${form.dataset.romaji}?kana=${encodeURIComponent(kana.value)}`);
        if (!answer.ok) return;
        const { romaji } = await answer.json();
        if (mine === asked && suggested) latin.value = romaji;
      } catch {
        return; // without a network the server fills it in when the form is sent
      }
    }
  }
}

function showProgress(form) {
  const box = form.querySelector(".upload-progress");
  const bar = box.querySelector("progress");
  const said = box.querySelector("[role=status]");
  const button = form.querySelector("button");
  if (form.dataset.upload === "plain") { // small files: the browser sends them, the page says that they are read
    form.addEventListener("submit", () => {
      box.hidden = false;
      bar.removeAttribute("value");
      said.textContent = form.dataset.reading;
    });
    addEventListener("pageshow", () => { box.hidden = true; });
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    box.hidden = false;
    said.textContent = form.dataset.sending;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
      if (!lengthComputable) return;
      bar.value = (100 * loaded) / total;
      said.textContent = `${form.dataset.sending} ${Math.floor(bar.value)}%`;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      said.textContent = form.dataset.reading;
    });
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => {
      button.disabled = false;
      bar.value = 0;
      said.textContent = form.dataset.failed;
    });
    request.open("POST", location.href);
    request.send(new FormData(form));
  });
}

// A redirect was followed: go there. Anything else is a page that says what was wrong: show it in place of this one.
function answered(request) {
  if (request.status < 300 && request.responseURL !== location.href) {
    location.assign(request.responseURL);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
  start();
  document.getElementById("errors")?.focus();
}

function start() {
  for (const form of document.querySelectorAll("form[data-romaji]")) suggestRomaji(form);
  for (const form of document.querySelectorAll("form[data-upload]")) showProgress(form);
  for (const summary of document.querySelectorAll("#alike")) summary.scrollIntoView({ block: "center" });
}

start();
