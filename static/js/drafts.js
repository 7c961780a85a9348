// Copies a text. The button is shown only where the browser can.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const said = button.parentElement.querySelector("[role=status]");
  button.addEventListener("click", () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    navigator.clipboard.writeText(text).then(
      () => { said.textContent = button.dataset.done; },
      () => { said.textContent = button.dataset.failed; },
    );
  });
}
