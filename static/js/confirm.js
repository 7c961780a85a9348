// Forms with data-confirm say first what will happen. Escape closes; a second click does nothing twice.
(() => {
  const dialog = document.getElementById("confirm");
  if (!dialog) return;
  let asking = null;
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
    document.getElementById("confirm-text").textContent = form.dataset.confirm;
    dialog.returnValue = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes" || !asking) return;
    asking.form.dataset.confirmed = "1";
    asking.form.requestSubmit(asking.button);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-confirmed]")) {
      delete form.dataset.confirmed;
      delete form.dataset.sent;
    }
  });
})();
