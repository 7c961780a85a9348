// Forms with data-confirm say first what will happen. Escape closes; a second click does nothing twice.
// Loaded before the page's body: a button that stands there before its script would act without a question.
(() => {
  let asking = null;
  const open = () => {
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-text").textContent = asking.form.dataset.confirm;
    dialog.returnValue = "";
    dialog.showModal();
  };
  const answered = (event) => {
    if (event.target.returnValue !== "yes" || !asking) return;
    asking.form.dataset.confirmed = "1";
    asking.form.requestSubmit(asking.button);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm) return;
    if (form.dataset.sent) return event.preventDefault();
    if (form.dataset.confirmed) {
      form.dataset.sent = "1";
      return;
    }
    event.preventDefault();
    asking = { form, button: event.submitter };
    if (document.readyState !== "loading") open();
  });
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("confirm")?.addEventListener("close", answered);
    if (asking) open();
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-confirmed]")) {
      delete form.dataset.confirmed;
      delete form.dataset.sent;
    }
  });
})();
