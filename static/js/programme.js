// The board of a race: a row is dragged into another heat, or ticked and sent there by its number and Enter. Without script the
// same form has a field and a button.
(() => {
  const form = document.getElementById("heats");
  if (!form || !form.elements.heat) return;
  const said = document.getElementById("heats-said");
  let dragged = null;

  const boxes = () => [...form.querySelectorAll('input[name="start"]')];
  const send = (heat) => {
    form.elements.heat.value = heat;
    form.requestSubmit(form.querySelector('button[name="move"]'));
  };
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".runner");
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  form.addEventListener("dragover", (event) => {
    const heat = event.target.closest(".heat");
    for (const one of form.querySelectorAll(".heat.is-over")) one.classList.toggle("is-over", one === heat);
    if (!dragged || !heat) return;
    heat.classList.add("is-over");
    event.preventDefault();
  });
  form.addEventListener("dragend", () => {
    dragged = null;
    for (const one of form.querySelectorAll(".heat.is-over")) one.classList.remove("is-over");
  });
  form.addEventListener("drop", (event) => {
    const heat = event.target.closest(".heat");
    if (!dragged || !heat || dragged.closest(".heat") === heat) return;
    event.preventDefault();
    const box = dragged.querySelector('input[name="start"]');
    if (!box.checked) for (const one of boxes()) one.checked = one === box;
    send(heat.dataset.heat);
  });
  form.addEventListener("keydown", (event) => {
    if (event.target.name !== "start" || !/^[0-9]$/.test(event.key)) return;
    event.target.checked = true;
    form.elements.heat.value = event.key;
    form.elements.heat.focus();
    event.preventDefault();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "start") said.textContent = boxes().some((box) => box.checked) ? form.dataset.moved : "";
  });
})();
