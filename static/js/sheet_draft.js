// Keeps what is typed on the server as one goes, so that another device goes on with it.
(() => {
  const { form, words, lines, isBlank, shoeOf, say } = Sheet;
  const WAIT = 1200;
  const version = form.elements.draft_version;
  const place = document.getElementById("sheet-draft");
  const conflict = document.getElementById("sheet-conflict");
  let timer = 0, dirty = false, saving = false, stopped = false;

  const rows = () => lines().filter((line) => !isBlank(line)).map((line) => ({
    athlete: line.athlete.value, race: line.race.value, seed_time: line.seed_time.value,
    personal_best: line.personal_best.value, shoe: shoeOf(line), pacemaker: line.pacemaker.checked,
  }));

  const ask = (keepalive = false) => fetch(form.dataset.draft, {
    method: "POST", keepalive, redirect: "manual",
    headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    body: JSON.stringify({ team: form.elements.team.value, version: version.value, rows: rows() }),
  });

  const save = async () => {
    if (saving || stopped || form.dataset.sending) return;
    saving = true;
    dirty = false;
    place.textContent = words.draft_saving;
    try {
      await answer(await ask());
    } catch {
      dirty = true;
      place.textContent = words.draft_failed;
    }
    saving = false;
    if (dirty && !stopped) later(WAIT * 4);
  };

  const answer = async (response) => {
    if (response.ok) {
      version.value = (await response.json()).version;
      const time = new Date().toLocaleTimeString("ja-JP", { hour: "2-digit", minute: "2-digit" });
      place.textContent = say("draft_saved", { time });
      form.dispatchEvent(new CustomEvent("sheet:saved"));
    } else if (response.status === 409) {
      const body = await response.json();
      stopped = true;
      conflict.dataset.version = body.version;
      conflict.querySelector("p").textContent = body.error;
      conflict.hidden = false;
      place.textContent = words.draft_dirty;
    } else {
      dirty = true;
      place.textContent = response.type === "opaqueredirect" || response.status === 403 ? words.draft_signed_out : words.draft_failed;
    }
  };

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  const touched = () => {
    if (stopped || form.dataset.sending) return;
    dirty = true;
    place.textContent = words.draft_dirty;
    later(WAIT);
  };

  form.addEventListener("sheet:change", touched);
  document.getElementById("sheet-overwrite").addEventListener("click", () => {
    version.value = conflict.dataset.version;
    conflict.hidden = true;
    stopped = false;
    save();
  });
  addEventListener("pagehide", () => {
    if (dirty && !saving && !stopped && !form.dataset.sending) ask(true);
  });
  if (form.hasAttribute("data-dirty")) touched();
})();
