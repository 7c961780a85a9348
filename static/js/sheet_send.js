// Sends the sheet. When the session has ended a dialog signs in on the spot and sends again; when the network is away the
// sheet stays as it is. Any other answer is a page: the browser asks for it itself, which the key makes harmless.
(() => {
  const { form, facts, words, lines, say, tell } = Sheet;
  const send = document.getElementById("sheet-send");
  const dialog = document.getElementById("sheet-signin");
  const get = (id) => document.getElementById(`sheet-signin-${id}`);
  const tokenOf = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    return { page, token: page.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" };
  };

  const ready = () => {
    delete form.dataset.sending;
    send?.removeAttribute("aria-disabled");
    Sheet.changed();
  };

  const post = async () => {
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Sheet": "1" }, redirect: "manual" });
    } catch {
      ready();
      return tell(words.send_failed, "bad");
    }
    if (answer.status === 401) return ask();
    if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) {
      const { location: receipt } = await answer.json();
      Kept.forget();
      return location.assign(receipt);
    }
    form.submit();
  };

  const ask = () => {
    ready();
    get("said").hidden = true;
    if (!dialog.open) dialog.showModal();
    get("password").focus();
  };
  const refuse = (text) => {
    get("said").textContent = text;
    get("said").hidden = false;
    get("go").disabled = false;
  };

  const signIn = async () => {
    get("go").disabled = true;
    try {
      const { token } = tokenOf(await (await fetch(form.dataset.login)).text());
      const body = new URLSearchParams({
        csrfmiddlewaretoken: token, email: get("email").value, password: get("password").value, next: dialog.dataset.back,
      });
      const answer = await fetch(form.dataset.login, { method: "POST", body });
      const { page, token: fresh } = tokenOf(await answer.text());
      const sheet = page.getElementById("sheet");
      if (!answer.ok) return refuse(page.querySelector(".summary li, .summary p")?.textContent.trim() || words.signin_failed);
      if (!sheet || sheet.dataset.user !== form.dataset.user) return refuse(words.signin_other);
      form.elements.csrfmiddlewaretoken.value = fresh;
    } catch {
      return refuse(words.send_failed);
    }
    get("go").disabled = false;
    get("password").value = "";
    dialog.close();
    form.dataset.sending = "1";
    send.setAttribute("aria-disabled", "true");
    send.textContent = words.sending;
    post();
  };

  // A blank time is asked about once; where there is a standard the server refuses it anyway.
  const question = document.getElementById("sheet-no-time");
  const list = new Intl.ListFormat(document.documentElement.lang, { style: "narrow", type: "unit" });
  let isAsked = false;
  const timeless = () => lines().filter((line) => facts.races[line.race.value] && !line.seed_time.value.trim() && !facts.races[line.race.value].standard);
  const askAboutTimes = (found) => {
    const names = found.slice(0, 10).map((line) => `${facts.athletes[line.athlete.value]?.name ?? ""} ${facts.races[line.race.value].name}`);
    document.getElementById("sheet-no-time-who").textContent = say("no_time", { n: found.length, who: list.format(found.length > names.length ? [...names, "…"] : names) });
    question.returnValue = "";
    question.showModal();
  };
  question.addEventListener("close", () => {
    if (question.returnValue === "yes") {
      isAsked = true;
      return form.requestSubmit(send);
    }
    timeless()[0]?.seed_time.focus();
  });

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const found = isAsked ? [] : timeless();
    if (!found.length) return post();
    ready();
    askAboutTimes(found);
  });
  get("go").addEventListener("click", signIn);
  get("password").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    signIn();
  });
})();
